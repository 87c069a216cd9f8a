/** Schemas and bytes of people who mean harm, or know no better: refused with what is wrong, and at once. */
import { describe, expect, it } from "vitest";
import { avro } from "../../../../connectors/formats/avro/avro.ts";
import { avroReading, decodeAvro } from "../../../../connectors/formats/avro/avro-codec.ts";
import { parseAvroSchema } from "../../../../connectors/formats/avro/avro-schema.ts";
import { columnsOf, packed, parse } from "../packed.ts";
import { MemoryRegistry } from "./avro-bytes.ts";

const record = (...fields: unknown[]): object => ({ type: "record", name: "R", fields });
const field = (name: string, type: unknown): object => ({ name, type });

function rejectedOf(schema: object, bytes: readonly number[]): string {
  const columns = columnsOf({ a: "json?" });
  const { rejected } = parse(avro.parser.create(columns, { schema }), columns, packed([Buffer.from(bytes)]));
  return rejected.map(({ code, detail }) => `${code}: ${detail}`).join();
}

describe("schemas", () => {
  it.each<[string | object, RegExp]>([
    ["{", /not JSON/],
    ["nothing", /not JSON/],
    ["[]x", /not JSON/],
    [record(field("a", "Missing")), /at a: there is no type "Missing"/],
    [record(field("a b", "int")), /no name of a field/],
    [record(field("a", "int"), field("a", "int")), /has the field "a" twice/],
    [{ type: "record", name: "1R", fields: [] }, /no name/],
    [{ type: "record", fields: [] }, /has no name/],
    [{ type: "record", name: "R" }, /no list of fields/],
    [{ type: "enum", name: "E", symbols: ["A", "A"] }, /different names/],
    [{ type: "enum", name: "E", symbols: ["A"], default: "B" }, /no symbol "B"/],
    [{ type: "fixed", name: "F", size: -1 }, /no size/],
    [["int", "int"], /"int" twice/],
    [["int", ["null"]], /union stands directly/],
    [record(field("a", { type: "fixed", name: "R", size: 1 })), /"R" is defined twice/],
    [
      Array.from({ length: 200 }).reduce<object>((items) => ({ type: "array", items }), { type: "int" }),
      /deeper than/,
    ],
    [record(...Array.from({ length: 30_000 }, (_, i) => field(`f${i}`, "int"))), /more than 20000 types/],
  ])("%j", (schema, message) => {
    expect(() => parseAvroSchema(schema)).toThrow(message);
    expect(() => parseAvroSchema(schema)).toThrow(expect.objectContaining({ code: "TP_BAD_SCHEMA" }));
  });

  it("refuses defaults that are not of their field's type", () => {
    const columns = columnsOf({ a: "int" });
    const schema = record({ name: "a", type: "int", default: "x" });
    expect(() => avro.parser.create(columns, { schema })).toThrow(/default of another type/);
  });

  it("finds names in namespaces", () => {
    const inner = { type: "record", name: "I", fields: [field("up", ["null", "R"])] };
    const schema = { ...record(field("a", inner), field("b", "I"), field("c", "x.I")), namespace: "x" };
    expect(parseAvroSchema(schema)).toMatchObject({
      name: "x.R",
      fields: [{}, {}, { type: { name: "x.I" } }],
    });
  });
});

describe("bytes", () => {
  const nulls = { type: "array", items: "null" };
  it.each<[string, object, number[], RegExp]>([
    [
      "a text longer than the message",
      record(field("a", "string")),
      [0x7e, 1],
      /length of 63 stands before 1 bytes/,
    ],
    ["a negative length", record(field("a", "bytes")), [1], /length of -1/],
    [
      "a branch that is not there",
      record(field("a", ["null", "int"])),
      [4],
      /no branch 2 among 2 \(byte 0 of 1\)/,
    ],
    [
      "a symbol that is not there",
      record(field("a", { type: "enum", name: "E", symbols: ["A"] })),
      [2],
      /symbol 1/,
    ],
    ["a boolean of 2", record(field("a", "boolean")), [2], /2 is no boolean/],
    ["an int of 33 bits", record(field("a", "int")), [0x80, 0x80, 0x80, 0x80, 0x10], /beyond the range/],
    [
      "a long of eleven bytes",
      record(field("a", "long")),
      Array.from({ length: 11 }, () => 0x80),
      /too large/,
    ],
    ["a text that is not UTF-8", record(field("a", "string")), [4, 0xc3, 0x28], /TP_ROW_BAD_ENCODING/],
    ["bytes behind the record", record(field("a", "int")), [2, 2], /1 byte is left/],
    ["no bytes", record(field("a", "int")), [], /TP_ROW_BAD_AVRO/],
    ["a trillion nulls", record(field("a", nulls)), [0x80, 0x80, 0x80, 0x80, 0x80, 0x40, 0], /more items/],
    [
      "a block of another size",
      record(field("a", { type: "array", items: "int" })),
      [1, 4, 2, 0],
      /another size/,
    ],
  ])("%s", (_, schema, bytes, message) => {
    expect(rejectedOf(schema, bytes)).toMatch(message);
  });

  it("ends records within records, and trees of empty ones", () => {
    const endless = record(field("a", ["null", "R"]));
    expect(
      rejectedOf(
        endless,
        Array.from({ length: 200 }, () => 2),
      ),
    ).toMatch(/TP_ROW_TOO_DEEP/);
    const forever = parseAvroSchema(record(field("a", "R")));
    expect(() => decodeAvro(avroReading(forever, forever), Buffer.alloc(0))).toThrow(/deeper than 100/);
    let tree: unknown = "null";
    for (let level = 0; level < 40; level++)
      tree = {
        type: "record",
        name: `R${level}`,
        fields: [field("l", tree), field("r", level === 0 ? "null" : `R${level - 1}`)],
      };
    const type = parseAvroSchema(tree as object);
    expect(() => decodeAvro(avroReading(type, type), Buffer.alloc(0))).toThrow(/more items/);
  });

  it("tells a message's schema that is none, is of another kind, or lacks a column", async () => {
    const registry = new MemoryRegistry();
    registry.add("{");
    registry.add("syntax", "PROTOBUF");
    registry.add(record(field("b", "int")));
    registry.add(record(field("a", "string")));
    await Promise.all([1, 2, 3, 4].map((id) => registry.fetch(id)));
    const columns = columnsOf({ a: "int" });
    const parser = avro.parser.create(columns, { lookup: registry });
    const frames = [1, 2, 3, 4].map((id) => Buffer.from([0, 0, 0, 0, id, 2, 65]));
    const { rejected } = parse(parser, columns, packed(frames));
    expect(rejected.map(({ code, detail }) => `${code}: ${detail}`)).toEqual([
      "TP_ROW_SCHEMA_MISMATCH: schema 1: an Avro schema is none: it is not JSON",
      "TP_ROW_SCHEMA_MISMATCH: schema 2 is of the type PROTOBUF, not AVRO",
      'TP_ROW_MISSING_COLUMN: column "a" is missing in the schema',
      'TP_ROW_BAD_VALUE: column "a": "A" is not an int',
    ]);
  });
});
