/** The formatter writes what fast-json-stable-stringify makes of a row after the encodings of an output. */
import stableStringify from "fast-json-stable-stringify";
import { describe, expect, test } from "vitest";
import { JsonFormatter } from "../../../connectors/formats/json-formatter.ts";
import { Batch } from "../../../lib/data/batch.ts";
import { writeCell } from "../../../lib/data/column-builder.ts";
import { Keys } from "../../../lib/data/keys.ts";
import { RowBuilder } from "../../../lib/data/row-builder.ts";
import { type ColumnSchema, type Columns, typeOf } from "../../../lib/data/schema.ts";
import { typeNames } from "../../../lib/data/type.ts";
import { ERROR_VALUE } from "../../../lib/data/value.ts";
import { ByteWriter } from "../../../lib/io/byte-writer.ts";
import { Rng, seedFrom } from "../../support/rng.ts";
import { columnsOf } from "./packed.ts";

const seed = seedFrom("TOWPATH_TEST_SEED");

function batchOf(columns: Columns, rows: readonly (readonly unknown[])[], time: number): Batch {
  const builder = new RowBuilder(
    columns,
    columns.map(() => true),
  );
  for (const values of rows) {
    values.forEach((value, i) => {
      const column = builder.columns[i];
      if (column !== null) writeCell(column, columns[i].type, builder.length, value);
    });
    builder.endRow(0, builder.length, 0);
  }
  return new Batch(time, rows.length, builder.finish(), Keys.of(new Uint32Array(4 * rows.length)), null);
}

function written(columns: Columns, values: readonly unknown[], diff = 1, time = 42): string {
  const out = new ByteWriter(1);
  new JsonFormatter(columns).formatInto(batchOf(columns, [values], time), 0, diff, out);
  return Buffer.from(out.view()).toString("utf8");
}

/** What design.md says of each type, said again without the formatter's kernels. */
function encoded(value: unknown, { type }: ColumnSchema): unknown {
  if (value === null) return null;
  if (type.name === "datetime") return new Date(value as number).toISOString();
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (value instanceof Date) return value.toISOString();
  if (type.name !== "any" || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((item) => encoded(item, { name: "", type }));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, encoded(item, { name: "", type })]),
  );
}

describe("a record", () => {
  test("is the seed's", () => {
    expect(written(columnsOf({ sum: "int" }), [45], -1, 1700000000000)).toBe(
      '{"diff":-1,"sum":45,"time":1700000000000}',
    );
  });

  test("has its names in stable order, whatever they are", () => {
    const columns = columnsOf({
      z: "int",
      ["__proto__"]: "int",
      "\uffff": "int",
      "𝄞": "int",
      'q"': "int",
      "10": "int",
      "9": "int",
    });
    const expected = '{"10":2,"9":1,"__proto__":4,"diff":1,"q\\"":7,"time":42,"z":3,"𝄞":6,"\uffff":5}';
    expect(written(columns, [1, 2, 3, 4, 5, 6, 7])).toBe(expected);
    expect(stableStringify(JSON.parse(expected))).toBe(expected);
  });

  test("encodes what JSON lacks", () => {
    const types = {
      a: "float",
      b: "float",
      c: "float",
      e: "bytes",
      f: "bigint",
      g: "pointer",
      h: "bool",
      i: "any",
    };
    const pointer = "6fa459ea-ee8a-4ca4-894e-db77e160355e";
    const any = { n: 1n, d: new Date(0), x: [Number.NaN, -0, Uint8Array.of(1, 2)] };
    expect(
      written(columnsOf(types), [
        -0,
        Number.NaN,
        Number.NEGATIVE_INFINITY,
        Uint8Array.of(1, 2),
        10n ** 20n,
        pointer,
        true,
        any,
      ]),
    ).toBe(
      `{"a":0,"b":"NaN","c":"-Infinity","diff":1,"e":"AQI=","f":"100000000000000000000","g":"${pointer}","h":true,` +
        '"i":{"d":"1970-01-01T00:00:00.000Z","n":"1","x":["NaN",0,"AQI="]},"time":42}',
    );
  });

  test.each(["diff", "time"])("cannot hold a column called %s", (name) => {
    expect(() => new JsonFormatter(columnsOf({ [name]: "int" }))).toThrow(
      expect.objectContaining({ code: "TP_COLUMN_RESERVED", hint: expect.stringContaining("rename") }),
    );
  });

  test("never holds a failed cell", () => {
    expect(() => written(columnsOf({ a: "int" }), [ERROR_VALUE])).toThrow("a failed cell reached an output");
  });

  test("of 1 MB", () => {
    const text = '"é'.repeat(300_000);
    expect(written(columnsOf({ text: "str" }), [text])).toBe(
      `{"diff":1,"text":${JSON.stringify(text)},"time":42}`,
    );
  });
});

const texts = ["", "word", 'say "hi"', "back\\slash", "\u0000\u001f\u007f", "\b\f\n\r\t", "é€𝄞\u2028"];

function randomJson(rng: Rng, depth: number): unknown {
  if (depth > 0 && rng.chance(0.5)) {
    const items = Array.from({ length: rng.below(4) }, () => randomJson(rng, depth - 1));
    return rng.chance(0.5)
      ? items
      : Object.fromEntries(items.map((item) => [rng.pick([...texts, "b", "a"]), item]));
  }
  return rng.pick([null, true, 0, -1.5, 1e21, ...texts]);
}

function randomValue(rng: Rng, { type }: ColumnSchema): unknown {
  if (type.optional && rng.chance(0.3)) return null;
  switch (type.name) {
    case "int":
      return Math.trunc((rng.next() * 2 - 1) * 10 ** rng.below(16));
    case "float":
      return rng.pick([rng.next(), rng.between(-1e6, 1e6) / 100, 1e300 * rng.next(), 5e-324, Number.NaN, -0]);
    case "str":
      return rng.pick(texts) + rng.pick(texts);
    case "bool":
      return rng.chance(0.5);
    case "bytes":
      return Uint8Array.from({ length: rng.below(7) }, () => rng.below(256));
    case "json":
      return randomJson(rng, 3) ?? 0;
    case "bigint":
      return BigInt(rng.between(-9, 9)) ** BigInt(rng.below(40));
    case "datetime":
      return rng.between(-1e6, 1e6) * 10 ** rng.below(9);
    case "duration":
      return rng.between(-1e6, 1e6) / 4;
    case "pointer":
      return "6fa459ea-ee8a-4ca4-894e-db77e160355e";
    default:
      return rng.pick([
        1n,
        Number.NaN,
        rng.next(),
        new Date(rng.below(1e12)),
        Buffer.from("x"),
        randomJson(rng, 2) ?? 0,
      ]);
  }
}

test(`random rows are written as fast-json-stable-stringify does (TOWPATH_TEST_SEED=${seed})`, () => {
  const rng = new Rng(seed);
  const out = new ByteWriter(16);
  for (let round = 0; round < 500; round++) {
    const columns = rng.shuffled(["a", "é", "z", 'q"', "\n", "e", "constructor"]).map(
      (name): ColumnSchema => ({
        name,
        type: typeOf(rng.pick(typeNames) + (rng.chance(0.5) ? "?" : ""), name),
      }),
    );
    const rows = Array.from({ length: 8 }, () => columns.map((column) => randomValue(rng, column)));
    const time = 2 * rng.below(1e12);
    const formatter = new JsonFormatter(columns);
    const batch = batchOf(columns, rows, time);
    rows.forEach((values, i) => {
      const diff = rng.pick([1, -1, 3]);
      out.reset();
      formatter.formatInto(batch, i, diff, out);
      const record = Object.fromEntries(
        columns.map((column, c) => [column.name, encoded(values[c], column)]),
      );
      const expected = stableStringify({ ...record, diff, time });
      expect(Buffer.from(out.view()).toString("utf8"), `TOWPATH_TEST_SEED=${seed}`).toBe(expected);
    });
  }
});

test("records follow each other in one writer, each with its own time", () => {
  const columns = columnsOf({ a: "int" });
  const formatter = new JsonFormatter(columns);
  const out = new ByteWriter(1);
  formatter.formatInto(batchOf(columns, [[1]], 2), 0, 1, out);
  out.put(44);
  formatter.formatInto(batchOf(columns, [[2]], 4), 0, -1, out);
  const end = out.used;
  out.append(Buffer.from("]"));
  out.truncate(end);
  expect(Buffer.from(out.view()).toString()).toBe('{"a":1,"diff":1,"time":2},{"a":2,"diff":-1,"time":4}');
});
