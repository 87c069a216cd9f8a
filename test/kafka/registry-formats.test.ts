/** Protobuf and JSON Schema through Kafka, with a registry: both ways, values and keys, tombstones, bad messages. */
import * as pw from "towpath";
import { afterAll, beforeAll, expect, it } from "vitest";
import { schemaRegistry } from "../../connectors/registry/index.ts";
import { produceExactly } from "../support/kafka/produce-exactly.ts";
import { describeIngests, readAll } from "../support/kafka/reading.ts";
import { messagesIn } from "../support/kafka/topic-messages.ts";
import { SmallRegistry } from "../support/registry/small-registry.ts";

const COMMIT = { value: Buffer.from("*COMMIT*") };

let registry: SmallRegistry;
beforeAll(async () => {
  registry = await SmallRegistry.start();
});
afterAll(() => registry[Symbol.asyncDispose]());

const columns = pw.schema({
  id: pw.column({ type: "int", primaryKey: true }),
  name: "str?",
  amount: "float",
  at: "datetime",
  more: "json?",
});
const rows = [
  { id: 1, name: "a", amount: 1.5, at: 1_700_000_000_123, more: { x: [1, null, "y"] } },
  { id: 2, name: null, amount: 0, at: 0, more: null },
  { id: 3, name: "é", amount: -2, at: -1, more: null },
];

const avroOrder = {
  type: "record",
  name: "Order",
  namespace: "shop",
  fields: [
    { name: "id", type: "long" },
    { name: "home", type: "shop.Address" },
  ],
};
const protoOrder =
  'syntax = "proto3"; package shop; import "address.proto"; message Order { int64 id = 1; Address home = 2; }';
const jsonOrder = {
  type: "object",
  properties: { id: { type: "integer" }, home: { $ref: "http://shop/address.json" } },
};
const referenceTo = (name: string) => ({ name, subject: "address", version: 1 });

describeIngests("formats of a registry", ["mock"], (broker) => {
  it.each(["protobuf", "jsonschema"] as const)(
    "%s: what is written is read back, with its deletions",
    async (format) => {
      const topic = await broker.freshTopic();
      const settings = { url: registry.url };
      await pw.graph(async () => {
        const input = pw.input(columns);
        pw.kafka.write(input, broker.settings, {
          topicName: topic,
          format,
          envelope: "upsert",
          schemaRegistry: settings,
          commitMarkers: true,
        });
        for (const row of rows) input.upsert(row);
        input.commit();
        for (const { id } of rows) input.remove({ id });
        input.commit();
        input.close();
        await pw.run({ monitoring: "none" });
      });
      const sent = await messagesIn(broker.settings, topic);
      const tombstone = sent.find(({ value }) => value === null);
      expect(tombstone?.key?.[0]).toBe(0);
      const client = schemaRegistry(settings);
      expect(await client.subjects()).toEqual(expect.arrayContaining([`${topic}-key`, `${topic}-value`]));
      const { commits } = await readAll(() =>
        pw.kafka.read(broker.settings, {
          topicNames: [topic],
          format,
          schemaRegistry: client,
          schema: columns,
          mode: "static",
        }),
      );
      expect(commits[0].rows).toEqual(rows);
      expect(commits[1].rows).toEqual(rows.map((row) => ({ ...row, diff: -1 })));
    },
  );

  it("protobuf: a schema that was given is registered and written, and evolves in mid-stream", async () => {
    const topic = await broker.freshTopic();
    const first = 'syntax = "proto3"; package shop; message Order { int64 id = 1; string region = 2; }';
    const second =
      'syntax = "proto3"; package shop; message Order { int64 id = 1; string region = 2; optional double amount = 5; }';
    for (const proto of [first, second]) {
      await pw.graph(async () => {
        const wide = pw.schema({ id: "int", region: "str", amount: "float" });
        const input = pw.input(wide);
        const table = proto === first ? input.select((c) => ({ id: c.id, region: c.region })) : input;
        pw.kafka.write(table as typeof input, broker.settings, {
          topicName: topic,
          format: "protobuf",
          envelope: "upsert",
          key: "id",
          schemaRegistry: { url: registry.url },
          protobuf: { proto, subjectNameStrategy: "record" },
          commitMarkers: true,
        });
        input.insert({ id: proto === first ? 1 : 2, region: "north", amount: 2.5 });
        input.commit();
        input.close();
        await pw.run({ monitoring: "none" });
      });
    }
    expect(await schemaRegistry({ url: registry.url }).versions("shop.Order")).toHaveLength(2);
    const { commits } = await readAll(() =>
      pw.kafka.read(broker.settings, {
        topicNames: [topic],
        format: "protobuf",
        schemaRegistry: { url: registry.url },
        schema: pw.schema({ id: "int", region: "str", amount: "float?" }),
        mode: "static",
      }),
    );
    expect(commits.flatMap((commit) => commit.rows)).toEqual([
      { id: 1, region: "north", amount: null },
      { id: 2, region: "north", amount: 2.5 },
    ]);
  });

  it.each([
    [
      "avro",
      '{"type":"record","name":"Address","namespace":"shop","fields":[{"name":"street","type":"string"}]}',
      {
        avro: { schema: avroOrder, references: [referenceTo("shop.Address")], subjectNameStrategy: "record" },
      },
      "shop.Order",
    ],
    [
      "protobuf",
      'syntax = "proto3"; package shop; message Address { string street = 1; }',
      {
        protobuf: {
          proto: protoOrder,
          references: [referenceTo("address.proto")],
          subjectNameStrategy: "record",
        },
      },
      "shop.Order",
    ],
    [
      "jsonschema",
      '{"$id":"http://shop/address.json","type":"object","required":["street"]}',
      { jsonSchema: { schema: jsonOrder, references: [referenceTo("http://shop/address.json")] } },
      "",
    ],
  ] as const)(
    "%s: a schema that was given refers to another in the registry",
    async (format, text, given, named) => {
      const topic = await broker.freshTopic();
      const own = await SmallRegistry.start();
      own.add("address", text, { avro: "AVRO", protobuf: "PROTOBUF", jsonschema: "JSON" }[format]);
      const orders = pw.schema({ id: "int", home: "json" });
      const write = (home: { readonly street?: string }): Promise<unknown> =>
        pw.graph(() => {
          const input = pw.input(orders);
          pw.kafka.write(input, broker.settings, {
            ...given,
            topicName: topic,
            format,
            envelope: "row",
            schemaRegistry: { url: own.url },
          } as never);
          input.insert({ id: 1, home });
          input.close();
          return pw.run({ monitoring: "none" });
        });
      await write({ street: "Main" });
      const client = schemaRegistry({ url: own.url });
      const subject = named === "" ? `${topic}-value` : named;
      expect((await client.latest(subject))?.references).toMatchObject([{ text }]);
      const { commits } = await readAll(() =>
        pw.kafka.read(broker.settings, {
          topicNames: [topic],
          format,
          schemaRegistry: { url: own.url },
          schema: orders,
          mode: "static",
        }),
      );
      expect(commits.flatMap((commit) => commit.rows)).toEqual([{ id: 1, home: { street: "Main" } }]);
      if (format === "jsonschema") await expect(write({})).rejects.toThrow(/TP_OUTPUT_VALUE.*street/);
      await own[Symbol.asyncDispose]();
    },
  );

  it("references without a registry, or that are none, are refused when the plan is built", () => {
    const write = (options: object) => () =>
      pw.graph(() => {
        const given = { topicName: "t", format: "avro", envelope: "row", ...options } as never;
        pw.kafka.write(pw.input(columns), broker.settings, given);
      });
    const references = [referenceTo("shop.Address")];
    expect(write({ avro: { schema: avroOrder, references } })).toThrow(/avro\.references.*no registry/);
    const schemaRegistry = { url: registry.url };
    expect(write({ schemaRegistry, avro: { references } })).toThrow(/avro\.references.*no schema/);
    expect(write({ schemaRegistry, avro: { schema: avroOrder, references: [{ name: "x" }] } })).toThrow(
      /avro\.references is no array of references/,
    );
  });

  it("jsonschema: what is not valid goes away with its reason, what names no schema too", async () => {
    const topic = await broker.freshTopic();
    const letters = await broker.freshTopic();
    const schema = { type: "object", properties: { id: { type: "integer", minimum: 1 } }, required: ["id"] };
    const id = registry.add(`${topic}-value`, JSON.stringify(schema), "JSON");
    const framed = (text: string, of = id): { value: Buffer } => {
      const head = Buffer.alloc(5);
      head.writeUInt32BE(of, 1);
      return { value: Buffer.concat([head, Buffer.from(text)]) };
    };
    await produceExactly(broker.settings, topic, [
      framed('{"id":1}'),
      framed('{"id":0}'),
      framed('{"id":2,"more":true}'),
      framed("{"),
      framed('{"id":3}', 9_999),
      { value: Buffer.from('{"id":4}') },
      framed('{"id":5}'),
      COMMIT,
    ]);
    const { commits } = await readAll(() =>
      pw.kafka.read(broker.settings, {
        topicNames: [topic],
        format: "jsonschema",
        schemaRegistry: { url: registry.url },
        schema: pw.schema({ id: "int" }),
        onError: { deadLetter: letters },
        mode: "static",
      }),
    );
    expect(commits.map((commit) => commit.rows)).toEqual([[{ id: 1 }, { id: 2 }, { id: 5 }]]);
    const sent = await messagesIn(broker.settings, letters);
    expect(
      sent.map(({ headers }) => headers?.map((header) => Object.values(header).map(String).join()).join()),
    ).toEqual([
      expect.stringContaining("TP_ROW_INVALID"),
      expect.stringContaining("TP_ROW_BAD_JSON"),
      expect.stringContaining("TP_ROW_SCHEMA_UNKNOWN"),
      expect.stringContaining("TP_ROW_BAD_FRAME"),
    ]);
  });

  it("a registry that fails ends the run, and says so", async () => {
    await using broken = await SmallRegistry.start();
    broken.fault = () => ({ status: 500 });
    const topic = await broker.freshTopic();
    await produceExactly(broker.settings, topic, [{ value: Buffer.from([0, 0, 0, 0, 1, 0]) }, COMMIT]);
    const reading = readAll(() =>
      pw.kafka.read(broker.settings, {
        topicNames: [topic],
        format: "protobuf",
        schemaRegistry: { url: broken.url, retryForMs: 300 },
        schema: pw.schema({ id: "int" }),
        mode: "static",
      }),
    );
    await expect(reading).rejects.toThrow("TP_REGISTRY_UNREACHABLE");
  });
});
