/** Avro's rules for reading what was written with another schema, and what logical types become. */
import { describe, expect, it } from "vitest";
import { avroReading, decodeAvro, encodeAvro } from "../../../../connectors/formats/avro/avro-codec.ts";
import { parseAvroSchema } from "../../../../connectors/formats/avro/avro-schema.ts";

type Json = string | object;

const recordOf = (fields: Record<string, Json>, name = "R") => ({
  type: "record",
  name,
  fields: Object.entries(fields).map(([field, type]) => ({ name: field, type })),
});

/** A value that was written with one schema, read as another says. */
function through(writer: Json, reader: Json, value: unknown): unknown {
  const [written, read] = [parseAvroSchema(writer), parseAvroSchema(reader)];
  return decodeAvro(avroReading(written, read), encodeAvro(written, value));
}

describe("schema resolution", () => {
  it.each<[Json, Json, unknown, unknown]>([
    ["int", "long", 5, 5],
    ["int", "float", 16777217, 16777216],
    ["int", "double", 16777217, 16777217],
    ["long", "double", 2 ** 40 + 1, 2 ** 40 + 1],
    ["float", "double", 1.5, 1.5],
    ["string", "bytes", "é", Buffer.from("é")],
    ["bytes", "string", Buffer.from("é"), "é"],
    ["int", ["null", "string", "double"], 3, 3],
    ["string", ["bytes", "string"], "x", "x"],
    [["null", "int"], "long", 7, 7],
    [["null", "int"], ["long", "null"], null, null],
    [{ type: "array", items: "int" }, { type: "array", items: ["null", "long"] }, [1, 2], [1, 2]],
    [{ type: "map", values: "int" }, { type: "map", values: "float" }, { a: 1 }, { a: 1 }],
  ])("%j as %j", (writer, reader, value, expected) => {
    expect(through(writer, reader, value)).toEqual(expected);
  });

  it.each<[Json, Json, unknown]>([
    ["long", "int", 5],
    ["double", "float", 5],
    ["string", "int", "5"],
    [["null", "int"], "int", null],
    ["int", ["null", "string"], 5],
    [{ type: "fixed", name: "F", size: 2 }, { type: "fixed", name: "F", size: 3 }, Buffer.alloc(2)],
    [{ type: "fixed", name: "F", size: 2 }, { type: "fixed", name: "G", size: 2 }, Buffer.alloc(2)],
  ])("%j is not %j", (writer, reader, value) => {
    expect(() => through(writer, reader, value)).toThrow(
      expect.objectContaining({ code: "TP_ROW_SCHEMA_MISMATCH" }),
    );
  });

  it("drops fields, fills in defaults of any type, and finds fields and types by aliases", () => {
    const inner = recordOf({ x: "int" }, "old.Inner");
    const writer = recordOf({ gone: { type: "array", items: inner }, id: "int", was: "old.Inner" });
    const reader = {
      type: "record",
      name: "Other",
      fields: [
        {
          name: "now",
          aliases: ["was"],
          type: { ...recordOf({ x: "long" }, "Renamed"), aliases: ["old.Inner"] },
        },
        { name: "id", type: "long" },
        { name: "bytes", type: "bytes", default: "\u00ff\u0000" },
        { name: "list", type: { type: "array", items: "int" }, default: [1, 2] },
        { name: "nested", type: recordOf({ a: "string" }, "N"), default: { a: "b" } },
        { name: "maybe", type: ["null", "string"], default: null },
        { name: "day", type: { type: "int", logicalType: "date" }, default: 1 },
      ],
    };
    expect(through(writer, reader, { gone: [{ x: 1 }], id: 5, was: { x: 9 } })).toEqual({
      now: { x: 9 },
      id: 5,
      bytes: Buffer.from([255, 0]),
      list: [1, 2],
      nested: { a: "b" },
      maybe: null,
      day: new Date(86_400_000),
    });
  });

  it("maps symbols that the reader lacks to its default, and refuses them without one", () => {
    const writer = { type: "enum", name: "E", symbols: ["A", "B", "C"] };
    const reader = { type: "enum", name: "E", symbols: ["C", "A"] };
    expect(through(writer, reader, "C")).toBe("C");
    expect(through(writer, { ...reader, default: "A" }, "B")).toBe("A");
    expect(() => through(writer, reader, "B")).toThrow(/lacks a symbol/);
  });

  it("follows a record into itself", () => {
    const list = (value: string) => ({
      type: "record",
      name: "L",
      fields: [
        { name: "v", type: value },
        { name: "next", type: ["null", "L"], default: null },
      ],
    });
    const value = { v: 1, next: { v: 2, next: null } };
    expect(through(list("int"), list("double"), value)).toEqual(value);
  });
});

describe("logical types", () => {
  it.each<[object, unknown, unknown]>([
    [{ type: "int", logicalType: "date" }, new Date("1969-12-31"), new Date("1969-12-31")],
    [{ type: "long", logicalType: "timestamp-millis" }, "2024-02-29T00:00:00Z", new Date("2024-02-29")],
    [{ type: "long", logicalType: "timestamp-micros" }, -1, new Date(-1)],
    [
      { type: "long", logicalType: "timestamp-nanos" },
      new Date(1_700_000_000_123),
      new Date(1_700_000_000_123),
    ],
    [{ type: "long", logicalType: "local-timestamp-millis" }, new Date(5), new Date(5)],
    [{ type: "int", logicalType: "time-millis" }, 5, 5],
    [{ type: "long", logicalType: "time-micros" }, 1.5, 1.5],
    [{ type: "bytes", logicalType: "decimal", precision: 30, scale: 2 }, "-0.5", "-0.50"],
    [{ type: "bytes", logicalType: "decimal", precision: 30, scale: 2 }, 128, "128.00"],
    [{ type: "bytes", logicalType: "decimal", precision: 30, scale: 0 }, 10n ** 29n, "1".padEnd(30, "0")],
    [{ type: "fixed", name: "D", size: 5, logicalType: "decimal", precision: 9, scale: 3 }, -1e-3, "-0.001"],
    [
      { type: "string", logicalType: "uuid" },
      "6fa459ea-ee8a-4ca4-894e-db77e160355e",
      "6fa459ea-ee8a-4ca4-894e-db77e160355e",
    ],
    [
      { type: "fixed", name: "U", size: 16, logicalType: "uuid" },
      "6fa459ea-ee8a-4ca4-894e-db77e160355e",
      "6fa459ea-ee8a-4ca4-894e-db77e160355e",
    ],
    [
      { type: "fixed", name: "D", size: 12, logicalType: "duration" },
      { months: 1, days: 2, milliseconds: 2 ** 32 - 1 },
      { months: 1, days: 2, milliseconds: 2 ** 32 - 1 },
    ],
    [{ type: "int", logicalType: "no such" }, 5, 5],
    [{ type: "bytes", logicalType: "decimal", precision: 2, scale: 3 }, Buffer.from([1]), Buffer.from([1])],
  ])("%j", (schema, value, expected) => {
    expect(through(schema, schema, value)).toEqual(expected);
  });

  it("refuses decimals that would lose digits, and of another scale", () => {
    const decimal = (scale: number) => ({ type: "bytes", logicalType: "decimal", precision: 4, scale });
    const refused = expect.objectContaining({ code: "TP_OUTPUT_VALUE" });
    for (const value of ["1.234", "12345", 1e21, "x", null])
      expect(() => encodeAvro(parseAvroSchema(decimal(2)), value), String(value)).toThrow(refused);
    expect(() => through(decimal(2), decimal(3), "1")).toThrow(/scale 2 stands where one of scale 3/);
  });

  it("takes an instant as the writer's unit says, whatever the reader's", () => {
    const [millis, micros] = ["millis", "micros"].map((unit) => ({
      type: "long",
      logicalType: `timestamp-${unit}`,
    }));
    expect(through(millis, micros, new Date(7))).toEqual(new Date(7));
    expect(through(millis, "long", new Date(7))).toBe(7);
  });
});

describe("unions that are written", () => {
  it("take the branch of the value's own type, or the one that is named", () => {
    const [a, b] = ["A", "B"].map((name) => recordOf({ x: "int" }, name));
    const union = ["null", "long", "double", "string", { type: "map", values: "int" }, a, b];
    const branchOf = (value: unknown) => encodeAvro(parseAvroSchema(union), value)[0] / 2;
    expect([null, 5, 5.5, "5", { y: 1 }, { x: 1 }, { B: { x: 1 } }].map(branchOf)).toEqual([
      0, 1, 2, 3, 4, 5, 6,
    ]);
    expect(() => branchOf(true)).toThrow(/true is not any of the union's 7 types/);
  });

  it("say where a value does not fit", () => {
    const type = parseAvroSchema(recordOf({ list: { type: "array", items: recordOf({ n: "int" }, "I") } }));
    expect(() => encodeAvro(type, { list: [{ n: 1 }, { n: "x" }] })).toThrow(
      /list\[1\]\.n: "x" is not an int/,
    );
  });
});
