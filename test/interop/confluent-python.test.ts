/** Confluent's Python client with its registry serialisers: each side reads what the other wrote. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as pw from "towpath";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { pythonWith } from "../../scripts/bench/harness/python-peer.ts";
import { createTopic } from "../support/kafka/create-topic.ts";
import { readAll } from "../support/kafka/reading.ts";
import { sharedBroker, sharedBrokerAvailable } from "../support/kafka/shared-broker.ts";
import { sharedRegistry } from "../support/registry/shared-registry.ts";

const run = promisify(execFile);
const script = fileURLToPath(new URL("./confluent-python.py", import.meta.url));
const packages = ["confluent-kafka[avro,json,protobuf,schemaregistry]==2.12.2"];

const unavailable = [sharedBrokerAvailable(), inject("registry")].find(({ ok }) => !ok);
const python =
  unavailable === undefined
    ? await pythonWith("confluent-venv", packages).catch((error: Error) => error)
    : "";
const reason =
  unavailable?.ok === false ? unavailable.reason : python instanceof Error ? python.message : null;
const suite = reason === null ? describe : describe.skip;

const rows = [
  { id: 1, region: "north", amount: 2.5, tags: ["a", "é"] },
  { id: 2, region: "", amount: 0, tags: [] },
  { id: 9_007_199_254_740_991, region: "𝄞", amount: -1e300, tags: ["x"] },
];
const avroSchema = {
  type: "record",
  name: "Order",
  namespace: "shop",
  fields: [
    { name: "id", type: "long" },
    { name: "region", type: "string" },
    { name: "amount", type: "double" },
    { name: "tags", type: { type: "array", items: "string" } },
  ],
};

let registry = "";
let settings: Readonly<Record<string, string>> = {};

async function topicFor(format: string, who: string): Promise<string> {
  const name = `interop-${format}-${who}-${process.pid}-${Date.now()}`;
  await createTopic(settings, { name, partitions: 1, config: {} });
  return name;
}

async function theirs(job: object): Promise<unknown> {
  const whole = { ...job, broker: settings["bootstrap.servers"], registry };
  const { stdout } = await run(python as string, [script, JSON.stringify(whole)], { timeout: 90_000 });
  return JSON.parse(stdout);
}

const columns = pw.schema({
  id: pw.column({ type: "int", primaryKey: true }),
  region: "str",
  amount: "float",
  tags: "json",
});

suite(`Confluent's Python client${reason === null ? "" : ` (skipped: ${reason})`}`, () => {
  beforeAll(async () => {
    [registry, { settings }] = await Promise.all([sharedRegistry(), sharedBroker()]);
  }, 400_000);

  it.each(["avro", "protobuf", "jsonschema"] as const)("%s: we read what it wrote", async (format) => {
    const topic = await topicFor(format, "theirs");
    await theirs({ do: "write", format, topic, rows });
    const reading = await readAll(() =>
      pw.kafka.read(settings, {
        topicNames: [topic],
        format,
        schemaRegistry: { url: registry },
        schema: columns,
        mode: "static",
      }),
    );
    expect(reading.rows).toEqual(rows);
  });

  it.each(["avro", "protobuf", "jsonschema"] as const)("%s: it reads what we wrote", async (format) => {
    const topic = await topicFor(format, "ours");
    // It asks for schemas of Protobuf as descriptors, which Apicurio gives only where one was registered as such.
    if (format === "protobuf") {
      await theirs({ do: "register", format, topic, rows });
      const text = 'syntax = "proto3"; message Key { int64 id = 1; }';
      await pw.schemaRegistry({ url: registry }).register(`${topic}-key`, { type: "PROTOBUF", text });
    }
    await pw.graph(async () => {
      const input = pw.input(columns);
      pw.kafka.write(input, settings, {
        topicName: topic,
        format,
        envelope: "upsert",
        schemaRegistry: { url: registry },
        ...(format === "protobuf" ? { protobuf: { autoRegister: false, message: "shop.Order" } } : {}),
        ...(format === "avro" ? { avro: { schema: avroSchema } } : {}),
      });
      for (const row of rows) input.insert(row);
      input.commit();
      input.close();
      await pw.run({ monitoring: "none" });
    });
    expect(await theirs({ do: "read", format, topic, count: rows.length })).toEqual(rows);
  });

  it.each(["avro", "protobuf", "jsonSchema"] as const)("%s: the serde reads what it wrote", async (kind) => {
    const format = kind === "jsonSchema" ? "jsonschema" : kind;
    const topic = await topicFor(format, "serde");
    await theirs({ do: "write", format, topic, rows });
    const serde = pw.serde[kind]({ registry: { url: registry } });
    const reading = await readAll(() =>
      pw.kafka.read(settings, { topicNames: [topic], format: "raw", mode: "static" }),
    );
    const values = await Promise.all(
      reading.rows.map(({ data }) => serde.deserialize(data as Buffer, { topic, field: "value" })),
    );
    expect(values).toEqual(rows);
  });
});
