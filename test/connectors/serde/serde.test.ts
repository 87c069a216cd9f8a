import * as pw from "towpath";
import { describe, expect, test } from "vitest";
import type { Serde } from "../../../lib/io/serde.ts";
import { SmallRegistry } from "../../support/registry/small-registry.ts";

const context = { topic: "orders", field: "value" } as const;

const avroSchema = {
  type: "record",
  name: "Order",
  fields: [
    { name: "id", type: "long" },
    { name: "note", type: ["null", "string"], default: null },
  ],
};
const proto =
  'syntax = "proto3"; package shop; message Other {} message Order { int64 id = 1; optional string note = 2; repeated bytes parts = 3; }';
const jsonText = {
  title: "Order",
  type: "object",
  properties: { id: { type: "integer" }, note: { type: ["string", "null"] } },
  required: ["id"],
};

describe("with a registry", () => {
  const kinds = {
    avro: (url: string) => pw.serde.avro({ registry: { url }, schema: avroSchema }),
    protobuf: (url: string) => pw.serde.protobuf({ registry: { url }, proto, message: "shop.Order" }),
    jsonSchema: (url: string) => pw.serde.jsonSchema({ registry: { url }, schema: jsonText }),
  };
  const values = {
    avro: { id: 7, note: "n" },
    protobuf: { id: 7, note: "n", parts: [Buffer.from([1, 0, 2])] },
    jsonSchema: { id: 7, note: null },
  };

  test.each(Object.keys(kinds) as (keyof typeof kinds)[])(
    "%s: both ways, at once from the second on",
    async (kind) => {
      await using registry = await SmallRegistry.start();
      const serde: Serde = kinds[kind](registry.url);
      const first = serde.serialize(values[kind], context);
      expect(first).toBeInstanceOf(Promise);
      const bytes = (await first) as Uint8Array;
      expect([...bytes.subarray(0, 5)]).toEqual([0, 0, 0, 0, 1]);
      expect(serde.serialize(values[kind], context)).toEqual(bytes);
      const reader: Serde = kinds[kind](registry.url);
      const read = reader.deserialize(bytes, context);
      expect(read).toBeInstanceOf(Promise);
      expect(await read).toEqual(values[kind]);
      expect(reader.deserialize(bytes, context)).toEqual(values[kind]);
      expect(reader.deserialize(null, context)).toBeNull();
      expect(serde.serialize(null, context)).toBeNull();
      expect(registry.requests).toEqual(["POST /subjects/orders-value/versions", "GET /schemas/ids/1"]);
    },
  );

  test.each(Object.keys(kinds) as (keyof typeof kinds)[])(
    "%s: without a schema, values are what the registry has",
    async (kind) => {
      await using registry = await SmallRegistry.start();
      await kinds[kind](registry.url).serialize(values[kind], context);
      const url = registry.url;
      const serde: Serde =
        kind === "avro"
          ? pw.serde.avro({ registry: { url } })
          : kind === "protobuf"
            ? pw.serde.protobuf({ registry: { url }, message: "Order" })
            : pw.serde.jsonSchema({ registry: { url } });
      const bytes = (await serde.serialize(values[kind], context)) as Uint8Array;
      expect(await serde.deserialize(bytes, context)).toEqual(values[kind]);
      await expect(serde.serialize(values[kind], { topic: "nothing", field: "key" })).rejects.toThrow(
        "TP_BAD_SCHEMA: the subject nothing-key has no schema",
      );
    },
  );

  test("subjects are named as the strategy says", async () => {
    await using registry = await SmallRegistry.start();
    const { url } = registry;
    for (const subjectNameStrategy of [
      "record",
      "topic-record",
      ({ field }: { field: string }) => `my-${field}`,
    ] as const) {
      await pw.serde
        .protobuf({ registry: { url }, proto, message: "Order", subjectNameStrategy })
        .serialize({ id: 1 }, context);
    }
    expect(await pw.schemaRegistry({ url }).subjects()).toEqual([
      "shop.Order",
      "orders-shop.Order",
      "my-value",
    ]);
  });

  test("what cannot be read says why, and a registry that fails is asked again the next time", async () => {
    await using registry = await SmallRegistry.start();
    const serde = pw.serde.avro({ registry: { url: registry.url, retryForMs: 50 }, schema: avroSchema });
    expect(() => serde.deserialize(Buffer.from("plain"), context)).toThrow("TP_ROW_BAD_FRAME");
    await expect(serde.deserialize(Buffer.from([0, 0, 0, 0, 9, 1]), context)).rejects.toThrow(
      "TP_ROW_SCHEMA_UNKNOWN",
    );
    registry.fault = () => ({ status: 500 });
    await expect(serde.serialize({ id: 1 }, context)).rejects.toThrow("TP_REGISTRY_UNREACHABLE");
    registry.fault = () => null;
    const bytes = (await serde.serialize({ id: 1 }, context)) as Uint8Array;
    await serde.deserialize(bytes, context);
    expect(() => serde.deserialize(bytes.subarray(0, 5), context)).toThrow("TP_ROW_BAD_AVRO");
    expect(() => serde.serialize({ id: "x" }, context)).toThrow("TP_OUTPUT_VALUE");
    const checked = pw.serde.jsonSchema({ registry: { url: registry.url }, schema: jsonText });
    await expect(checked.serialize({ id: 1.5 }, context)).rejects.toThrow(
      "TP_OUTPUT_VALUE: the value is not valid",
    );
    const free = pw.serde.jsonSchema({ registry: { url: registry.url }, schema: jsonText, validate: false });
    const bad = (await free.serialize({ note: 1 }, context)) as Uint8Array;
    await expect(checked.deserialize(bad, context)).rejects.toThrow("TP_ROW_INVALID");
  });
});

describe("without a registry", () => {
  test("plain Avro and Protobuf", () => {
    const avro = pw.serde.plainAvro({ schema: avroSchema });
    const value = { id: 3, note: null };
    expect(avro.deserialize(avro.serialize(value, context) as Uint8Array, context)).toEqual(value);
    const renamed = {
      ...avroSchema,
      fields: [...avroSchema.fields, { name: "more", type: "int", default: 5 }],
    };
    const later = pw.serde.plainAvro({ schema: avroSchema, readAs: renamed });
    expect(later.deserialize(avro.serialize(value, context) as Uint8Array, context)).toEqual({
      ...value,
      more: 5,
    });
    const plain = pw.serde.plainProtobuf({ proto, message: "Order" });
    const order = { id: 2n ** 60n, note: null, parts: [] };
    expect(plain.deserialize(plain.serialize(order, context) as Uint8Array, context)).toEqual(order);
    expect(() => plain.deserialize(Buffer.from([8]), context)).toThrow(/TP_ROW_BAD_PROTOBUF.*at byte 1/);
    expect(() => pw.serde.plainProtobuf({ proto, message: "Missing" })).toThrow(
      "it has shop.Other, shop.Order",
    );
  });

  test("json, string and bytes", () => {
    const json = pw.serde.json<{ a: unknown }>();
    expect(json.deserialize(json.serialize({ a: 1n }, context) as Uint8Array, context)).toEqual({ a: "1" });
    expect(() => json.deserialize(Buffer.from("{"), context)).toThrow("TP_ROW_BAD_JSON");
    const circle: { a: unknown } = { a: null };
    circle.a = circle;
    expect(() => json.serialize(circle, context)).toThrow("TP_OUTPUT_VALUE");
    const text = pw.serde.string();
    expect(text.deserialize(Buffer.from("\ufeffé"), context)).toBe("\ufeffé");
    expect(() => text.deserialize(Buffer.from([0xff]), context)).toThrow("TP_ROW_BAD_ENCODING");
    expect(() => text.serialize(1 as never, context)).toThrow("TP_OUTPUT_VALUE");
    const bytes = pw.serde.bytes();
    expect(bytes.deserialize(Buffer.from([0]), context)).toEqual(Buffer.from([0]));
    for (const serde of [json, text, bytes]) expect(serde.deserialize(null, context)).toBeNull();
  });
});
