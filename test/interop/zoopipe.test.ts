/**
 * ZooPipe reads what we wrote, and writes what we read. Its virtual environment stands beside those of the benchmarks' peers,
 * outside the checkout.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as pw from "towpath";
import { afterAll, describe, expect, it } from "vitest";
import { zoopipePython } from "../../scripts/bench/harness/zoopipe.ts";
import { createTopic } from "../support/kafka/create-topic.ts";
import { sharedBroker, sharedBrokerAvailable } from "../support/kafka/shared-broker.ts";

const run = promisify(execFile);
const available = sharedBrokerAvailable();
const python = await zoopipePython().catch((error: Error) => error);
const missing = available.ok ? (python instanceof Error ? python.message : null) : available.reason;
const folder = mkdtempSync(join(tmpdir(), "towpath-zoopipe-"));
const file = join(folder, "rows.jsonl");
const rows = [
  { n: 1, text: "é", yes: true, none: null, nested: { list: [1, 2] } },
  { n: 2.5, text: "", yes: false, none: null, nested: {} },
  { n: -3, text: '"a"\n,b', yes: true, none: null, nested: { list: [] } },
];

afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(missing !== null)(`ZooPipe${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  it("passes on what we send, and we read what it sends", { timeout: 120_000 }, async () => {
    const uri = await topics("sent", "passed");
    writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    const input = pw.jsonInput<(typeof rows)[number]>(file);
    const keyed = (row: (typeof rows)[number]) => new pw.KafkaMessage({ key: `k${row.n}`, value: row });
    await pw.pipe({ input, transform: keyed, output: pw.kafkaOutput({ uri: uri("sent") }) }).start();
    await zoopipe("pass", uri("sent"), uri("passed"), String(rows.length));
    expect(await rowsOf(uri("passed"))).toEqual(rows);
  });

  it("brings a file to a topic, and we bring it back to a file", { timeout: 120_000 }, async () => {
    const uri = await topics("filed");
    writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    await zoopipe("to-kafka", file, uri("filed"));
    expect(await rowsOf(uri("filed"))).toEqual(rows);
  });
});

async function zoopipe(...args: readonly string[]): Promise<void> {
  const script = fileURLToPath(new URL("zoopipe-pipe.py", import.meta.url));
  await run(python as string, [script, ...args], { timeout: 60_000 });
}

/** Addresses of fresh topics, by their short names. */
async function topics(...names: readonly string[]): Promise<(name: string) => string> {
  const { settings } = await sharedBroker();
  const topicOf = (name: string): string => `zoopipe-${name}-${process.pid}`;
  for (const name of names) await createTopic(settings, { name: topicOf(name), partitions: 1, config: {} });
  return (name) => `kafka://${settings["bootstrap.servers"]}/${topicOf(name)}`;
}

/** The rows of a topic, through a file. */
async function rowsOf(uri: string): Promise<unknown[]> {
  const out = join(folder, "back.jsonl");
  const input = pw.kafkaInput({ uri, limit: rows.length });
  const transform = ({ value }: pw.ReadMessage) => JSON.parse(String(value));
  const { status } = await pw.pipe({ input, transform, output: pw.jsonOutput(out) }).start();
  expect(status).toBe("completed");
  return readFileSync(out, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}
