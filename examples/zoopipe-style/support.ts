/** What the examples of this folder share: a broker, and addresses of topics on it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pw from "towpath";
import { openBroker } from "../support/broker.ts";

export interface Place extends AsyncDisposable {
  /** The address of a topic: kafka://host:port/topic. */
  uri(topic: string): string;
  /** Sends texts, each with a key: k0, k1, … */
  send(topic: string, values: readonly string[]): Promise<void>;
  /** The path of a file in a folder that is gone in the end. */
  file(name: string): string;
}

/**
 * The broker that KAFKA_BOOTSTRAP_SERVERS names, or one in this process, with these topics; and a folder.
 * Its other settings (KAFKA_SECURITY_PROTOCOL and so on) become options of the addresses.
 */
export async function openPlace(topics: readonly string[]): Promise<Place> {
  const broker = await openBroker(topics);
  const { "bootstrap.servers": servers, ...others } = broker.settings;
  const folder = mkdtempSync(join(tmpdir(), "towpath-pipes-"));
  const options = new URLSearchParams(others).toString().replaceAll("+", "%20");
  const uri = (topic: string): string => `kafka://${servers}/${topic}${options === "" ? "" : `?${options}`}`;
  return {
    uri,
    async send(topic, values) {
      const lines = join(folder, "sent.jsonl");
      writeFileSync(lines, values.map((value) => `${JSON.stringify(value)}\n`).join(""));
      let sent = 0;
      const transform = (value: unknown) => new pw.KafkaMessage({ key: `k${sent++}`, value });
      await pw
        .pipe({ input: pw.jsonInput(lines), transform, output: pw.kafkaOutput({ uri: uri(topic) }) })
        .start();
    },
    file: (name) => join(folder, name),
    async [Symbol.asyncDispose]() {
      rmSync(folder, { recursive: true });
      await broker[Symbol.asyncDispose]();
    },
  };
}
