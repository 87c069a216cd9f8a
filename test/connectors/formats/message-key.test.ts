/** The keys of messages without payload: what they may look like, and that those of our own writer are read back. */
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { MessageKeyReader } from "../../../connectors/formats/message-key.ts";
import { identityKey } from "../../../connectors/kafka/write/message-key.ts";
import { readCell } from "../../../lib/data/cell.ts";
import { Failed } from "../../../lib/data/coerce.ts";
import { RowBuilder } from "../../../lib/data/row-builder.ts";
import { type Columns, typeOf } from "../../../lib/data/schema.ts";
import { type TypeName, typeNames } from "../../../lib/data/type.ts";
import { ByteWriter } from "../../../lib/io/byte-writer.ts";
import { batchOf } from "../../support/batches.ts";
import { Rng, seedFrom } from "../../support/rng.ts";
import { columnsOf } from "./packed.ts";

/** The key's values, or what is wrong with it. */
function readKey(columns: Columns, positions: readonly number[], key: string | Uint8Array | null): unknown {
  const bytes = Buffer.from(key ?? "");
  const ends = Uint32Array.of(bytes.length);
  const nulls = Uint8Array.of(key === null ? 1 : 0);
  const rows = new RowBuilder(
    columns,
    columns.map(() => true),
  );
  const messages = {
    length: 1,
    bytes: new Uint8Array(),
    ends: new Uint32Array(1),
    nulls: Uint8Array.of(1),
    partitions: new Int32Array(1),
    offsets: new Float64Array(1),
    timestamps: null,
    keys: { bytes, ends, nulls },
    headers: null,
  };
  const failed = new MessageKeyReader(columns, positions).read(messages, 0, rows);
  if (failed instanceof Failed) return `${failed.code} ${failed.detail}`;
  rows.endRow(0, 0, 0);
  const built = rows.finish();
  return positions.map((position) => readCell(built[position], columns[position].type, 0));
}

test.each<readonly [string, string, unknown]>([
  ["int", "5", 5],
  ["int", " 5\n", 5],
  ["int", "007", 7],
  ["int", '{"k":5,"other":[1]}', 5],
  ["str", "abc", "abc"],
  ["str", "", ""],
  ["str", "5", "5"],
  ["str", "null", "null"],
  ["str", '"abc"', "abc"],
  ["str", '"abc', '"abc'],
  ["str", '{"k":"{"}', "{"],
  ["str?", "null", null],
  ["str?", "", null],
  ["str?", '""', ""],
  ["float", "NaN", Number.NaN],
  ["float", "1e3", 1000],
  ["bool", "true", true],
  ["bigint", "123456789012345678901234567890", 123456789012345678901234567890n],
  ["bigint", '{"k":123456789012345678901234567890}', 123456789012345678901234567890n],
  ["datetime", "2026-01-01T00:00:00Z", Date.UTC(2026, 0, 1)],
  ["datetime", '"2026-01-01T00:00:00Z"', Date.UTC(2026, 0, 1)],
  ["duration", "10s", 10_000],
  ["bytes", "1234", Buffer.from("1234", "base64")],
  ["any", "5", 5],
  ["any", "abc", "abc"],
  ["any", '"5"', "5"],
  ["json", '{"k":{"k":1}}', { k: 1 }],
])("a column of type %s reads %j", (type, key, value) => {
  expect(readKey(columnsOf({ k: type }), [0], key)).toEqual([value]);
});

test.each<readonly [string, string | Uint8Array | null, RegExp]>([
  ["int", null, /^TP_ROW_BAD_KEY .*: there is none$/],
  ["int", "", /column "k"/],
  ["int", "x", /column "k": "x" is not an int/],
  ["int", "1.5", /is not an int/],
  ["int", "9007199254740993", /not a safe integer/],
  ["int", '{"j":5}', /column "k": missing in `\{"j":5\}`/],
  ["int", "[5]", /column "k": missing in/],
  ["int", '{"k":null}', /null is not allowed/],
  ["str", '{"j":5}', /missing/],
  ["int", Uint8Array.of(0xff, 0x31), /not UTF-8/],
  ["str", "[".repeat(100_000), /nested deeper/],
])("a column of type %s refuses %j", (type, key, what) => {
  const read = readKey(columnsOf({ k: type }), [0], key);
  expect(read).toMatch(/^TP_ROW_BAD_KEY the message has no payload, and its key names no row: /);
  expect(read).toMatch(what);
});

test("several columns come as an object, and none may be missing, optional or not", () => {
  const columns = columnsOf({ a: "int", v: "str", b: "str?" });
  expect(readKey(columns, [0, 2], '{"b":"x","a":1}')).toEqual([1, "x"]);
  expect(readKey(columns, [2, 0], '{"b":null,"a":1}')).toEqual([null, 1]);
  expect(readKey(columns, [0, 2], '{"a":1}')).toMatch(/column "b": missing/);
  expect(readKey(columns, [0, 2], "1")).toMatch(/column "a": missing/);
  expect(readKey(columns, [0, 2], "not json")).toMatch(/missing/);
});

const texts = [
  "",
  "a",
  "null",
  "true",
  "5",
  "-1e3",
  "-Infinity",
  '"a"',
  "{",
  "[1]",
  '{"k":1}',
  " x",
  "\ufeffx",
  "é€😀",
];

const valuesOf: Record<TypeName, readonly unknown[]> = {
  int: [0, -7, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
  float: [0, -1.5, 1e300, 5e-324, 1e21, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  str: texts,
  bool: [true, false],
  bytes: [Buffer.alloc(0), Buffer.from([0, 255]), Buffer.from("null", "base64")],
  json: [0, "a", true, [1, { k: null }], { k: 1 }, { k: { k: 2 } }],
  bigint: [0n, -5n, 10n ** 40n],
  datetime: [0, -1, Date.UTC(2026, 1, 3, 4, 5, 6, 789)],
  duration: [0, 1.5, 86_400_000],
  pointer: ["6fa459ea-ee8a-8ca4-894e-db77e160355e"],
  any: [0, -1.5, ...texts, true, [1, "a"], { k: "v" }],
};

test("the keys that the writer gives records of envelope upsert are read back as they were", () => {
  const seed = seedFrom("TOWPATH_TEST_SEED");
  const rng = new Rng(seed);
  for (let round = 0; round < 1_500; round++) {
    const names = ["k", "é", "other"].slice(
      0,
      rng.weighted([
        [3, 1],
        [1, 2],
        [1, 3],
      ]),
    );
    const columns = names.map((name) => {
      const type = typeOf(rng.pick(typeNames) + (rng.chance(0.4) ? "?" : ""), name);
      return { name, type };
    });
    const row = columns.map(({ type }) =>
      type.optional && rng.chance(0.2) ? null : rng.pick(valuesOf[type.name]),
    );
    const positions = rng.shuffled(columns.map((_, i) => i));
    const batch = batchOf(2, columns, [{ key: [1, 2, 3, 4], row, diff: 1 }]);
    const out = new ByteWriter();
    expect(identityKey(columns, positions)(batch, 0, out)).toBe(true);
    const cells = positions.map((position) => readCell(batch.columns[position], columns[position].type, 0));
    const key = Buffer.from(out.view());
    const hint = `TOWPATH_TEST_SEED=${seed}, round ${round}: ${key}`;
    expect(inspect(readKey(columns, positions, key), { sorted: true }), hint).toBe(
      inspect(cells, { sorted: true }),
    );
  }
});
