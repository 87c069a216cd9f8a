/** Protobuf to columns: bare and framed messages, and what is wrong with some. */
import { describe, expect, test } from "vitest";
import { ProtobufParser } from "../../../../connectors/formats/protobuf/protobuf-parser.ts";
import { messageNamed, resolveSchema } from "../../../../connectors/formats/protobuf/resolve-proto.ts";
import type { RegisteredSchema, SchemaLookup } from "../../../../lib/io/schema-lookup.ts";
import { Rng, seedFrom } from "../../../support/rng.ts";
import { columnsOf, packed, parse } from "../packed.ts";
import { ours, type Plain, proto, some } from "./orders.ts";

const seed = seedFrom("TOWPATH_TEST_SEED");

const columns = columnsOf({
  a: "int",
  b: "bigint",
  f: "int",
  l: "float",
  m: "bool",
  n: "str",
  o: "bytes",
  p: "str",
  q: "int?",
  r: "str?",
  s: "json",
  w: "json",
  y: "json?",
  z_text: "str?",
  z_number: "int?",
});

function lookupOf(schemas: readonly RegisteredSchema[]): SchemaLookup {
  const get = (id: number): RegisteredSchema | undefined => schemas.find((known) => known.id === id);
  return { get, fetch: async (id) => get(id) ?? null };
}

describe("columns", () => {
  test("hold what the message says", () => {
    const rng = new Rng(seed);
    const safe = (value: Plain): boolean => typeof value.f === "number";
    const values = Array.from({ length: 300 }, () => some(rng)).filter(safe);
    const { rows, rejected } = parse(
      new ProtobufParser(columns, { proto }),
      columns,
      packed(values.map(ours)),
    );
    expect(rejected).toEqual([]);
    const json = (part: unknown): unknown => JSON.parse(JSON.stringify(part));
    expect(rows.map((row) => row.values)).toEqual(
      values.map((value) => ({
        ...Object.fromEntries(columns.map(({ name }) => [name, value[name]])),
        b: BigInt(value.b as number),
        s: json(value.s),
        w: json(value.w),
        y: json(value.y),
      })),
    );
  });

  test("are found among few or many, in lowerCamelCase too, and a number that is not safe is refused", () => {
    const few = columnsOf({ zNumber: "int?", missing: "str?" });
    const { rows } = parse(new ProtobufParser(few, { proto }), few, packed([ours({ z_number: 4, n: "x" })]));
    expect(rows[0].values).toEqual({ zNumber: 4, missing: null });
    const integer = columnsOf({ b: "int" });
    const { rejected } = parse(
      new ProtobufParser(integer, { proto }),
      integer,
      packed([ours({ b: 2n ** 60n })]),
    );
    expect(rejected).toMatchObject([{ code: "TP_INT_RANGE" }]);
    const strict = columnsOf({ nothing: "str" });
    expect(parse(new ProtobufParser(strict, { proto }), strict, packed([ours({})])).rejected).toMatchObject([
      { code: "TP_ROW_MISSING_COLUMN", detail: 'column "nothing" is no field of the message\'s schema' },
    ]);
  });

  test("framed messages name their schema and their message in it", () => {
    const text =
      'syntax = "proto3"; message A { int32 a = 1; message B { message C { int32 a = 2; } } } message D { int32 a = 3; }';
    const lookup = lookupOf([
      { id: 7, type: "PROTOBUF", text, references: [] },
      { id: 8, type: "AVRO", text: '"int"', references: [] },
      { id: 9, type: "PROTOBUF", text: "broken", references: [] },
    ]);
    const only = columnsOf({ a: "int" });
    const frame = (id: number, ...rest: number[]): Buffer => Buffer.from([0, 0, 0, 0, id, ...rest]);
    const messages = packed([
      frame(7, 0, 8, 1),
      frame(7, 6, 0, 0, 0, 16, 2),
      frame(7, 2, 2, 24, 3),
      frame(7, 2, 0, 8, 4),
      frame(7, 2, 9, 24, 3),
      frame(8, 0),
      frame(9, 0),
      frame(10, 0),
      Buffer.from([1, 2, 3]),
      frame(7),
      frame(7, 0, 8),
      frame(7, 1),
    ]);
    const parser = new ProtobufParser(only, { lookup });
    const { rows, rejected } = parse(parser, only, messages);
    expect(rows.map((row) => row.values.a)).toEqual([1, 2, 3, 4]);
    expect(rejected.map(({ code }) => code)).toEqual([
      "TP_ROW_BAD_FRAME",
      "TP_ROW_SCHEMA_MISMATCH",
      "TP_ROW_SCHEMA_MISMATCH",
      "TP_ROW_SCHEMA_UNKNOWN",
      "TP_ROW_BAD_FRAME",
      "TP_ROW_BAD_FRAME",
      "TP_ROW_BAD_PROTOBUF",
      "TP_ROW_BAD_FRAME",
    ]);
    expect(rejected[6].detail).toContain("at byte 7");
    expect(parser.prepare(messages, 0, 7)).toBeNull();
  });

  test("references of a registered schema are looked up in", () => {
    const text = 'syntax = "proto3"; package p; import "b.proto"; message M { Base b = 1; }';
    const base = 'syntax = "proto3"; package p; message Base { int32 a = 1; }';
    const resolved = resolveSchema({ text, references: [{ name: "b.proto", text: base }] });
    expect(messageNamed(resolved, "p.M").fields[0].type).toBe(resolved.types.get("p.Base"));
  });
});
