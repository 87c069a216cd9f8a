/** Avro through Kafka: schemas of a registry in memory, evolution in mid-stream, tombstones, what is written. */
import * as pw from "towpath";
import { expect, it } from "vitest";
import { avroOfColumns } from "../../connectors/formats/avro/avro-columns.ts";
import { parseAvroSchema } from "../../connectors/formats/avro/avro-schema.ts";
import { avroBytes, MemoryRegistry } from "../connectors/formats/avro/avro-bytes.ts";
import { produceExactly } from "../support/kafka/produce-exactly.ts";
import { describeIngests, readAll, startReading } from "../support/kafka/reading.ts";
import { messagesIn } from "../support/kafka/topic-messages.ts";

const COMMIT = { value: Buffer.from("*COMMIT*") };
const quiet = { monitoring: "none" } as const;

const order = {
  type: "record",
  name: "Order",
  namespace: "shop",
  fields: [
    { name: "id", type: "long" },
    { name: "region", type: "string" },
    { name: "amount", type: "double" },
    { name: "at", type: { type: "long", logicalType: "timestamp-millis" } },
    { name: "note", type: ["null", "string"], default: null },
  ],
} as const;

/** A message of a schema that the registry gets to know. */
function framed(registry: MemoryRegistry, schema: object | string, value: unknown) {
  const id = registry.add(schema);
  return { value: avroBytes(parseAvroSchema(schema), value, id) };
}

describeIngests("avro", ["mock", "real"], (broker) => {
  it("reads messages by the schemas that they name, while the schema changes", async () => {
    const topic = await broker.freshTopic();
    const registry = new MemoryRegistry();
    const [id, region] = order.fields;
    const first = { ...order, fields: [id, region, { name: "amount", type: "int" }] };
    const later = {
      ...order,
      fields: [...order.fields, { name: "extra", type: { type: "array", items: "long" } }],
    };
    await produceExactly(broker.settings, topic, [
      framed(registry, first, { id: 1, region: "north", amount: 5 }),
      framed(registry, order, { id: 2, region: "süd", amount: 2.5, at: 1000, note: "n" }),
      COMMIT,
      framed(registry, later, { id: 3, region: "east", amount: 1, at: 2000, note: null, extra: [1, 2] }),
      framed(registry, order, { id: 4, region: "west", amount: 0, at: 3000, note: null }),
      COMMIT,
    ]);
    const { commits } = await readAll(() => {
      const table = pw.kafka.read(broker.settings, {
        topicNames: [topic],
        format: "avro",
        schemaRegistry: registry,
        schema: pw.schema({ id: "int", region: "str", amount: "float", at: "datetime?", note: "str?" }),
        mode: "static",
      });
      return table;
    });
    expect(commits.map(({ rows }) => rows)).toEqual([
      [
        { id: 1, region: "north", amount: 5, at: null, note: null },
        { id: 2, region: "süd", amount: 2.5, at: 1000, note: "n" },
      ],
      [
        { id: 3, region: "east", amount: 1, at: 2000, note: null },
        { id: 4, region: "west", amount: 0, at: 3000, note: null },
      ],
    ]);
    expect(registry.fetches).toBe(3);
  });

  it("sends what it cannot read away, with its position, and goes on", async () => {
    const topic = await broker.freshTopic();
    const letters = await broker.freshTopic();
    const registry = new MemoryRegistry();
    const good = framed(registry, order, { id: 1, region: "a", amount: 1, at: 0, note: null });
    const other = { ...order, fields: [{ name: "id", type: "string" }, ...order.fields.slice(1)] };
    await produceExactly(broker.settings, topic, [
      { value: Buffer.from("{}") },
      { value: Buffer.from([0, 0, 0, 1, 0, 1]) },
      { value: good.value.subarray(0, -3) },
      framed(registry, other, { id: "x", region: "a", amount: 1, at: 0, note: null }),
      good,
      COMMIT,
    ]);
    const make = (onError: "fail" | { deadLetter: string }) => () =>
      pw.kafka.read(broker.settings, {
        topicNames: [topic],
        format: "avro",
        schemaRegistry: registry,
        avro: { schema: order },
        mode: "static",
        onError,
      });
    const { rows } = await readAll(make({ deadLetter: letters }));
    expect(rows).toEqual([{ id: 1, region: "a", amount: 1, at: 0, note: null }]);
    const sent = await messagesIn(broker.settings, letters);
    const codes = sent.map(({ headers }) =>
      String(headers.find(({ name }) => name === "tp-error-code")?.value),
    );
    expect(codes).toEqual([
      "TP_ROW_BAD_FRAME",
      "TP_ROW_SCHEMA_UNKNOWN",
      "TP_ROW_BAD_AVRO",
      "TP_ROW_SCHEMA_MISMATCH",
    ]);
    await expect(readAll(make("fail"))).rejects.toMatchObject({
      code: "TP_ROW_BAD_FRAME",
      where: `topic ${topic}, partition 0, offset 0`,
    });
  });

  it("waits for the registry without holding up the end of the run, and ends where it does not answer", async () => {
    const topic = await broker.freshTopic();
    const registry = new MemoryRegistry();
    await produceExactly(broker.settings, topic, [
      framed(registry, order, { id: 1, region: "a", amount: 1, at: 0, note: null }),
      COMMIT,
    ]);
    const make = () =>
      pw.kafka.read(broker.settings, {
        topicNames: [topic],
        format: "avro",
        schemaRegistry: registry,
        valueColumns: ["id"],
      });
    let open: () => void = () => {};
    registry.gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const stopped = startReading(make);
    await expect.poll(() => registry.fetches, { timeout: 20_000 }).toBe(1);
    await stopped.stop();
    expect(stopped.rows).toEqual([]);

    const waiting = startReading(make);
    await expect.poll(() => registry.fetches, { timeout: 20_000 }).toBe(2);
    open();
    await waiting.until(({ rows }) => rows.length === 1);
    expect(waiting.rows).toEqual([{ id: 1 }]);
    await waiting.stop();

    const broken = new MemoryRegistry();
    broken.gate = Promise.reject(new pw.TowpathError("TP_BAD_ARGUMENT", "no registry"));
    broken.gate.catch(() => {});
    const failing = startReading(() =>
      pw.kafka.read(broker.settings, {
        topicNames: [topic],
        format: "avro",
        schemaRegistry: broken,
        valueColumns: ["id"],
      }),
    );
    await expect(failing.done).rejects.toMatchObject({ detail: "no registry" });
  });

  it("writes what it reads back: rows by key, framed keys, tombstones", async () => {
    const topic = await broker.freshTopic();
    const registry = new MemoryRegistry();
    const Orders = pw.schema({
      id: pw.column({ type: "int", primaryKey: true }),
      region: "str",
      price: "float?",
      more: "json",
    });
    await pw.graph(async () => {
      const input = pw.input(Orders);
      input.upsert({ id: 1, region: "north", price: 1.5, more: { a: [1] } });
      input.upsert({ id: 2, region: "south", price: null, more: "x" });
      input.commit();
      input.remove({ id: 1 });
      input.upsert({ id: 2, region: "süd", price: -0.1, more: 3 });
      input.commit();
      input.close();
      pw.kafka.write(input, broker.settings, {
        topicName: topic,
        envelope: "upsert",
        format: "avro",
        schemaRegistry: registry,
        commitMarkers: true,
      });
      await pw.run(quiet);
    });
    expect([...registry.subjects.keys()].sort()).toEqual([`${topic}-key`, `${topic}-value`]);
    expect(registry.subjects.get(`${topic}-key`)?.text).toBe('"long"');
    const { rows } = await readAll(() =>
      pw.kafka.read(broker.settings, {
        topicNames: [topic],
        format: "avro",
        schemaRegistry: registry,
        schema: Orders,
        mode: "static",
      }),
    );
    const deleted = rows.filter(({ diff }) => diff === -1).map(({ id }) => id);
    expect(deleted.sort()).toEqual([1, 2]);
    expect(rows.at(-1)).toEqual({ id: 2, region: "süd", price: -0.1, more: 3 });
  });

  it("writes each change with a schema of the script's, as its subject says", async () => {
    const topic = await broker.freshTopic();
    const registry = new MemoryRegistry();
    await pw.graph(async () => {
      const input = pw.input(
        pw.schema({ id: "int", region: "str", amount: "float", at: "datetime", note: "str?" }),
      );
      input.insert({ id: 7, region: "a", amount: 2, at: 5000, note: null });
      input.commit();
      input.close();
      pw.kafka.write(input, broker.settings, {
        topicName: topic,
        envelope: "row",
        key: ["region", "id"],
        format: "avro",
        schemaRegistry: registry,
        avro: { schema: order, subjectNameStrategy: "topic-record" },
      });
      await pw.run(quiet);
    });
    const [{ key, value }] = await messagesIn(broker.settings, topic);
    const id = registry.subjects.get(`${topic}-shop.Order`)?.id;
    const type = parseAvroSchema(order);
    expect(value).toEqual(avroBytes(type, { id: 7, region: "a", amount: 2, at: 5000, note: null }, id));
    const keyColumns = ["region", "id"].map((name) => ({
      name,
      type: { name: name === "id" ? ("int" as const) : ("str" as const), optional: false },
    }));
    const keyType = parseAvroSchema(avroOfColumns(keyColumns, "Key"));
    expect(key?.subarray(5)).toEqual(avroBytes(keyType, { region: "a", id: 7 }));
  });

  it("ends the run where a value does not fit the schema, naming row and field", async () => {
    const topic = await broker.freshTopic();
    const schema = { type: "record", name: "R", fields: [{ name: "n", type: "int" }] };
    const write = (n: number) =>
      pw.graph(async () => {
        const input = pw.input(pw.schema({ n: "int" }));
        input.insert({ n });
        input.commit();
        input.close();
        const avro = { schema };
        pw.kafka.write(input, broker.settings, { topicName: topic, envelope: "row", format: "avro", avro });
        await pw.run(quiet);
      });
    await write(2 ** 31 - 1);
    await expect(write(2 ** 31)).rejects.toMatchObject({
      code: "TP_OUTPUT_VALUE",
      detail: "the field n: 2147483648 is not an int",
      where: expect.stringContaining('{"n":2147483648}'),
    });
    expect(await messagesIn(broker.settings, topic)).toHaveLength(1);
  });

  it("reads tombstones whose framed keys are records, and refuses keys that lack a column", async () => {
    const topic = await broker.freshTopic();
    const registry = new MemoryRegistry();
    const record = (name: string, ...fields: string[]) => ({
      type: "record",
      name,
      fields: fields.map((field) => ({ name: field, type: "string" })),
    });
    const row = (a: string, b: string) => framed(registry, record("V", "b", "a"), { a, b });
    const gone = (schema: object, value: object) => {
      const key = framed(registry, schema, value).value;
      return { key, value: null };
    };
    await produceExactly(broker.settings, topic, [
      row("1", "x"),
      row("2", "y"),
      COMMIT,
      gone(record("K", "b", "more", "a"), { a: "1", b: "x", more: "" }),
      gone(record("L", "a"), { a: "2" }),
      { key: Buffer.from('{"a":"2","b":"y"}'), value: null },
      COMMIT,
    ]);
    const { commits, logs } = await readAll(() =>
      pw.kafka.read(broker.settings, {
        topicNames: [topic],
        format: "avro",
        schemaRegistry: registry,
        schema: pw.schema({ a: "str?", b: "str?" }),
        primaryKey: ["a", "b"],
        mode: "static",
        onError: "skip",
      }),
    );
    expect(commits.map(({ rows }) => rows.map(({ a, diff }) => `${a} ${diff ?? 1}`).sort())).toEqual([
      ["1 1", "2 1"],
      ["1 -1", "2 -1"],
    ]);
    expect(logs.join()).toMatch(/TP_ROW_BAD_KEY.*lacks a column of the primary key/);
  });
});
