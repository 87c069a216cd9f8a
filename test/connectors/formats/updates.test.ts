/** What the writer wrote reads back as it was: cells of every type, keys, and what takes rows back again. */
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { JsonFormatter } from "../../../connectors/formats/json-formatter.ts";
import { readCell } from "../../../lib/data/cell.ts";
import { type ColumnSchema, type Columns, typeOf } from "../../../lib/data/schema.ts";
import { typeNames } from "../../../lib/data/type.ts";
import { ByteWriter } from "../../../lib/io/byte-writer.ts";
import { batchOf } from "../../support/batches.ts";
import { Rng, seedFrom } from "../../support/rng.ts";
import { UpdatesReader } from "../../support/updates-reader.ts";

const seed = seedFrom("TOWPATH_TEST_SEED");
const texts = [
  "",
  "a",
  'q"\\',
  "\u0000\n\u001f",
  "é€😀",
  "\u2028",
  "NaN",
  "2024-01-01T00:00:00.000Z",
  "null",
];

function randomJson(rng: Rng, depth: number): unknown {
  const kind = rng.below(depth === 0 ? 4 : 6);
  if (kind === 0) return rng.pick([true, false, null]);
  if (kind === 1) return rng.pick([0, 1, -1.5, 1e21, 5e-324, Number.MAX_VALUE]);
  if (kind <= 3) return rng.pick(texts);
  const items = Array.from({ length: rng.below(3) }, () => randomJson(rng, depth - 1));
  return kind === 4
    ? items
    : Object.fromEntries(items.map((item) => [rng.pick(["b", "a", "é", "__proto__"]), item]));
}

function randomValue(rng: Rng, { type }: ColumnSchema): unknown {
  if (type.optional && rng.chance(0.3)) return null;
  switch (type.name) {
    case "int":
      return rng.pick([0, -0, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, rng.between(-1e9, 1e9)]);
    case "float":
      return rng.pick([
        rng.next(),
        1e300 * rng.next(),
        5e-324,
        -0,
        Number.NaN,
        Infinity,
        -Infinity,
        1e21,
        0.1,
      ]);
    case "str":
      return rng.pick(texts) + rng.pick(texts);
    case "bool":
      return rng.chance(0.5);
    case "bytes":
      return Buffer.from(Uint8Array.from({ length: rng.below(7) }, () => rng.below(256)));
    case "json":
      return randomJson(rng, 3) ?? 0;
    case "bigint":
      return BigInt(rng.between(-9, 9)) ** BigInt(rng.below(40));
    case "datetime":
      return rng.pick([8.64e15, -8.64e15, -1, rng.between(-1e6, 1e6) * 10 ** rng.below(9)]);
    case "duration":
      return rng.pick([rng.between(-1e6, 1e6) / 4, 1e300, 0.1]);
    case "pointer":
      return rng.pick(["6fa459ea-ee8a-8ca4-894e-db77e160355e", "00000000-0000-4000-8000-0000000000ff"]);
    case "any":
      // What JSON holds: all else is text in a message, and nothing there says of what it was one.
      return randomJson(rng, 2) ?? 0;
  }
}

/** Records of one commit as the writer makes a message of them. */
function written(
  columns: Columns,
  rows: readonly (readonly unknown[])[],
  diff: number,
  time: number,
): Buffer {
  const changes = rows.map((row) => ({ key: [0, 0, 0, 0], row, diff: 1 }));
  const batch = batchOf(time, columns, changes);
  const formatter = new JsonFormatter(columns);
  const out = new ByteWriter();
  rows.forEach((_, i) => {
    out.put(i === 0 ? 91 : 44);
    formatter.formatInto(batch, i, diff, out);
  });
  out.put(93);
  return Buffer.from(out.view());
}

/** As the cells that were written are read. */
function cells(columns: Columns, row: readonly unknown[]): unknown[] {
  const batch = batchOf(0, columns, [{ key: [0, 0, 0, 0], row, diff: 1 }]);
  return columns.map(({ type }, i) => readCell(batch.columns[i], type, 0));
}

/** Tells apart what differs by type or bits; the order of names in objects is none of it. */
function shown(values: unknown): string {
  return inspect(values, { depth: null, maxArrayLength: null, maxStringLength: null, sorted: true });
}

test(`random rows of all types read back as they were (TOWPATH_TEST_SEED=${seed})`, () => {
  const rng = new Rng(seed);
  for (let round = 0; round < 100; round++) {
    const hint = `TOWPATH_TEST_SEED=${seed}, round ${round}`;
    const columns = rng.shuffled(["a", "é", "z", 'q"', "\n", "e", "key"]).map((name): ColumnSchema => {
      const type = typeOf(rng.pick(typeNames) + (rng.chance(0.5) ? "?" : ""), name);
      return { name, type };
    });
    const rows = Array.from({ length: rng.between(1, 8) }, () =>
      columns.map((column) => randomValue(rng, column)),
    );
    const reader = new UpdatesReader(columns);
    const [commit] = reader.feed({ payload: written(columns, rows, 1, 2) });
    const read = commit?.map(({ row }) => columns.map(({ name }) => row[name])) ?? [];
    const expected = rows.map((row) => cells(columns, row));
    expect(read.map(shown).sort(), hint).toEqual(expected.map(shown).sort());
    // All of them are found again when they are taken back.
    const rest = reader.feed({ payload: written(columns, rng.shuffled(rows), -1, 4) });
    expect(rest.flat().length, hint).toBe(rows.length);
    expect(reader.table.size, hint).toBe(0);
  }
});

test("values by valueColumns are what JSON says, null among them", () => {
  const columns: Columns = ["a", "b"].map((name) => ({ name, type: { name: "any", optional: true } }));
  const payload = '[{"a":null,"b":"x","diff":1,"time":2},{"a":1,"b":{"c":[]},"diff":1,"time":2}]';
  const [commit] = new UpdatesReader(columns).feed({ payload });
  expect(commit?.map(({ row }) => row)).toEqual([
    { a: null, b: "x" },
    { a: 1, b: { c: [] } },
  ]);
});
