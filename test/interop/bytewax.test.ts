/**
 * Bytewax reads what we wrote, and writes what we read: byte by byte, headers and times among it. Its virtual environment
 * stands beside those of the benchmarks' peers, outside the checkout.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as pw from "towpath";
import { describe, expect, it } from "vitest";
import { bytewaxPython } from "../../scripts/bench/harness/bytewax.ts";
import { createTopic } from "../support/kafka/create-topic.ts";
import { type ExactMessage, produceExactly } from "../support/kafka/produce-exactly.ts";
import { readAll } from "../support/kafka/reading.ts";
import { sharedBroker, sharedBrokerAvailable } from "../support/kafka/shared-broker.ts";

const run = promisify(execFile);
const available = sharedBrokerAvailable();
const python = await bytewaxPython().catch((error: Error) => error);
const missing = available.ok ? (python instanceof Error ? python.message : null) : available.reason;

describe.skipIf(missing !== null)(`Bytewax${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  it("passes on what we send, and we read what it sends", { timeout: 120_000 }, async () => {
    const { settings } = await sharedBroker();
    const topics = ["sent", "passed", "again"].map((name) => `bytewax-${name}-${process.pid}`);
    for (const name of topics) await createTopic(settings, { name, partitions: 1, config: {} });
    const [sent, passed, again] = topics as [string, string, string];
    const messages: ExactMessage[] = [
      {
        key: Buffer.from([0, 255]),
        value: Buffer.from([1, 0, 2]),
        headers: [
          ["h", Buffer.from("1")],
          ["h", Buffer.from([0, 200])],
        ],
      },
      { key: null, value: Buffer.from("text") },
      { key: Buffer.from("gone"), value: null, headers: [["é", Buffer.from("é")]] },
    ];
    await produceExactly(settings, sent, messages);
    // Ours to a topic by the operators, Bytewax's from there, and ours again.
    await pw.graph(() => {
      const { oks, errs } = pw.kafka.input({ brokers: settings, topics: sent, tail: false });
      pw.kafka.logErrors(errs);
      const whole = oks.select((c) =>
        pw.kafka.message({ key: c.key, value: c.value, headers: c.headers, timestamp: c.timestamp }),
      );
      pw.kafka.output(whole, { brokers: settings, topic: passed });
      return pw.run({ monitoring: "none" });
    });
    const script = fileURLToPath(new URL("bytewax-pipe.py", import.meta.url));
    const bootstrap = settings["bootstrap.servers"] as string;
    await run(python as string, [script, bootstrap, passed, again]);
    const { rows: original } = await readAll(() => read(settings, sent));
    const { rows } = await readAll(() => read(settings, again));
    expect(rows).toEqual(original);
    expect(rows).toMatchObject(messages.map(({ key, value, headers = [] }) => ({ key, value, headers })));
  });
});

function read(brokers: pw.kafka.KafkaSettings, topics: string) {
  return pw.kafka.source({ brokers, topics, tail: false }).select((c) => ({
    key: c.key,
    value: c.value,
    headers: c.headers,
    offset: c.offset,
    timestamp: c.timestamp,
  }));
}
