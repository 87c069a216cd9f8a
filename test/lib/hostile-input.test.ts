/** Messages made to do harm: what they cost is bounded, and what every object inherits stays as it is. */
import { afterEach, describe, expect, it } from "vitest";
import { csv } from "../../connectors/formats/csv.ts";
import { json } from "../../connectors/formats/json.ts";
import { clientConf } from "../../connectors/kafka/client/options.ts";
import { coerceText } from "../../lib/data/coerce.ts";
import type { Columns } from "../../lib/data/schema.ts";
import { typeOf } from "../../lib/data/schema.ts";
import { JSON_DEPTH_MAX } from "../../lib/data/value.ts";
import * as pw from "../../lib/index.ts";
import { columnsOf, type Outcome, packed, parse } from "../connectors/formats/packed.ts";

const inherited = Object.getOwnPropertyNames(Object.prototype).sort();

afterEach(() => {
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(inherited);
  expect(Object.getPrototypeOf(Object.prototype)).toBeNull();
});

/** Milliseconds that it takes. */
function msOf(work: () => void): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}

/** What a csv source reads of messages of which the first is the header. */
function readCsv(columns: Columns, payloads: readonly string[]): Outcome {
  const parser = csv.parser.create(columns, {});
  const messages = packed(payloads);
  expect(parser.offerHeader?.(messages, 0)).toBe(true);
  return parse(parser, columns, messages);
}

describe("numbers of a million digits", () => {
  it.each(["int", "float", "bigint", "datetime", "duration", "bool"])(
    "cost %s no more than a look",
    (type) => {
      const text = "1".repeat(1_000_000);
      // A bigint of that size is read in several 100 ms by the engine itself.
      expect(msOf(() => coerceText(`${text}x`, typeOf(type, "n")))).toBeLessThan(2_000);
      expect(msOf(() => coerceText(`${text}.${text}e`, typeOf(type, "n")))).toBeLessThan(2_000);
    },
  );

  it("in a csv message", () => {
    const columns = columnsOf({ n: "float" });
    let rejected: readonly { readonly code: string }[] = [];
    expect(
      msOf(() => {
        rejected = readCsv(columns, ["n", `${"7".repeat(500_000)}!`]).rejected;
      }),
    ).toBeLessThan(2_000);
    expect(rejected.map(({ code }) => code)).toEqual(["TP_ROW_BAD_VALUE"]);
  });
});

describe("nesting", () => {
  it.each(["[", '{"a":'])("of 200,000 %s is refused, not followed", (open) => {
    const columns = columnsOf({ a: "json", b: "str?" });
    const deep = `{"a":${open.repeat(200_000)}`;
    const closed = `{"b":"x","skipped":${"[".repeat(JSON_DEPTH_MAX + 1)}${"]".repeat(JSON_DEPTH_MAX + 1)},"a":1}`;
    const { rows, rejected } = parse(json.parser.create(columns), columns, packed([deep, closed, '{"a":1}']));
    expect(rejected.map(({ message }) => message)).toEqual(expect.arrayContaining([0]));
    expect(rows.at(-1)?.values).toEqual({ a: 1, b: null });
  });
});

describe("size", () => {
  it("a JSON message of 64 MB is read in one go", { timeout: 60_000 }, () => {
    const columns = columnsOf({ a: "str", n: "int" });
    const text = `{"a":"${"x".repeat(64 << 20)}","n":1}`;
    const { rows } = parse(json.parser.create(columns), columns, packed([text]));
    expect(rows[0].values).toMatchObject({ n: 1 });
  });

  it("a million fields or cells cost what they are long", { timeout: 60_000 }, () => {
    const columns = columnsOf({ n: "int?" });
    const object = `{${Array.from({ length: 1_000_000 }, (_, i) => `"f${i}":${i}`).join(",")},"n":1}`;
    const header = `n,${Array.from({ length: 1_000_000 }, (_, i) => `f${i}`).join(",")}`;
    const line = `${"1,".repeat(1_000_000)}1`;
    expect(msOf(() => parse(json.parser.create(columns), columns, packed([object])))).toBeLessThan(10_000);
    expect(msOf(() => readCsv(columns, [header, line]))).toBeLessThan(20_000);
  });
});

describe("names that every object has", () => {
  const columns = ["__proto__", "constructor", "toString", "hasOwnProperty"].map((name) => ({
    name,
    type: typeOf("str?", name),
  }));

  it("are ordinary columns of csv and json", () => {
    const header = columns.map(({ name }) => name).join(",");
    const fromCsv = readCsv(columns, [header, "a,b,c,d"]);
    const text = '{"__proto__":"a","constructor":"b","toString":"c","hasOwnProperty":"d"}';
    const fromJson = parse(json.parser.create(columns), columns, packed([text]));
    for (const { rows, rejected } of [fromCsv, fromJson]) {
      expect(rejected).toEqual([]);
      expect(rows).toHaveLength(1);
    }
  });

  it("are ordinary names in settings, schemas and tables", async () => {
    const settings = JSON.parse('{"bootstrap.servers":"h:1","__proto__":{"polluted":true}}');
    expect(() => clientConf("consumer", settings)).toThrow("TP_KAFKA_UNKNOWN_SETTING");
    const shape = JSON.parse('{"__proto__":"str","constructor":"int"}');
    const table = pw.debug.tableFromRows(pw.schema(shape), [
      { row: JSON.parse('{"__proto__":"a","constructor":1}') },
    ]);
    const [{ row }] = await pw.debug.compute(table);
    expect(Object.entries(row)).toEqual([
      ["__proto__", "a"],
      ["constructor", 1],
    ]);
    expect("polluted" in {}).toBe(false);
  });

  it("in JSON data stay data, also through a table", async () => {
    const text = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';
    const table = pw.debug.tableFromRows(pw.schema({ data: "json" }), [{ row: { data: JSON.parse(text) } }]);
    const merged = table.select({
      again: pw.apply((data) => ({ ...(data as object) }), table.data, { type: "json" }),
    });
    expect(await pw.debug.compute(merged)).toHaveLength(1);
    expect("polluted" in {}).toBe(false);
  });
});
