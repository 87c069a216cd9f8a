import { expect, test } from "vitest";
import { HashTable } from "../../../lib/trace/hash-table.ts";
import { Rng, seedFrom } from "../../support/rng.ts";

/** All slots of a hash, in any order. */
function find(table: HashTable, hash: number): number[] {
  const slots: number[] = [];
  for (let at = table.first(hash); table.slotAt(at) >= 0; at = table.next(at, hash))
    slots.push(table.slotAt(at));
  return slots.sort((a, b) => a - b);
}

test("finds what was inserted and not removed, with hashes that collide", () => {
  const seed = seedFrom("TOWPATH_FUZZ_SEED");
  const rng = new Rng(seed);
  const table = new HashTable();
  const model = new Map<number, number>();
  let nextSlot = 0;
  for (let step = 0; step < 20_000; step++) {
    // Few hashes, some of them neighbours at the end of the table, so that probes wrap and chains overlap.
    const hash = rng.chance(0.5) ? rng.below(8) : 0xffffffff - rng.below(8);
    if (rng.chance(0.55) || model.size === 0) {
      table.insert(hash, nextSlot);
      model.set(nextSlot++, hash);
    } else {
      const slot = rng.pick([...model.keys()]);
      table.remove(slot);
      model.delete(slot);
    }
    if (model.size > 200) {
      for (const slot of [...model.keys()].slice(0, 150)) {
        table.remove(slot);
        model.delete(slot);
      }
    }
    const expected = [...model].filter(([, h]) => h === hash).map(([slot]) => slot);
    expect(find(table, hash), `seed ${seed}, step ${step}`).toEqual(expected.sort((a, b) => a - b));
    expect(table.count).toBe(model.size);
  }
});
