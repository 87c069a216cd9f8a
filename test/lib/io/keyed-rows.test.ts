import { expect, test } from "vitest";
import { readCell } from "../../../lib/data/cell.ts";
import type { Columns } from "../../../lib/data/schema.ts";
import { KeyedRows } from "../../../lib/io/keyed-rows.ts";
import { batchOf } from "../../support/batches.ts";
import { Checkpoint } from "../../support/checkpoint.ts";
import { Rng, seedFrom } from "../../support/rng.ts";

const columns: Columns = [
  { name: "id", type: { name: "int", optional: false } },
  { name: "note", type: { name: "str", optional: true } },
];
const types = columns.map(({ type }) => type);
const all = [true, true];

test("the last event of a key wins, unchanged rows say nothing, and state follows the live keys", () => {
  const seed = seedFrom("TOWPATH_FUZZ_SEED");
  const rng = new Rng(seed);
  let rows = new KeyedRows(types, all);
  const model = new Map<number, string | null>();
  for (let commit = 1; commit <= 2_000; commit++) {
    const before = new Map(model);
    const events = Array.from({ length: rng.below(6) }, () => ({
      id: rng.below(6),
      note: rng.pick(["", "a", "ä", null]),
      ends: rng.chance(0.3),
    }));
    for (const { id, note, ends } of events) ends ? model.delete(id) : model.set(id, note);
    const batch = batchOf(
      commit * 2,
      columns,
      events.map(({ id, note }) => ({ key: [id, 7, 7, id], row: [id, note], diff: 1 })),
    );
    const delta = rows.apply(
      batch,
      Uint8Array.from(events, ({ ends }) => (ends ? 1 : 0)),
    );
    const got: string[] = [];
    for (let row = 0; row < (delta?.length ?? 0); row++) {
      const cells = types.map((type, i) => readCell((delta as typeof batch).columns[i], type, row));
      got.push(`${delta?.diffs?.[row] ?? 1} ${JSON.stringify(cells)} ${delta?.keys.words()[4 * row]}`);
    }
    const expected: string[] = [];
    for (const id of new Set([...before.keys(), ...model.keys()])) {
      if (before.has(id) === model.has(id) && before.get(id) === model.get(id)) continue;
      if (before.has(id)) expected.push(`-1 ${JSON.stringify([id, before.get(id)])} ${id}`);
      if (model.has(id)) expected.push(`1 ${JSON.stringify([id, model.get(id)])} ${id}`);
    }
    expect(got.sort(), `seed ${seed}, commit ${commit}`).toEqual(expected.sort());
    expect(rows.size).toBe(model.size);
    if (rng.chance(0.02)) {
      const saved = new Checkpoint();
      rows.save(saved.writer());
      rows = new KeyedRows(types, all);
      rows.load(saved.reader());
    }
  }
});
