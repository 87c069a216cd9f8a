import { KEY_WORDS } from "../data/keys.ts";
import { keysOfPositions } from "../data/row-key.ts";
import { currentPlan } from "../plan/plan.ts";
import { type GivenChange, textOfValues } from "./given-rows.ts";

export type Unkeyed = Omit<GivenChange, "key">;

/**
 * The key of the row given as number `i` of a table without ids or primary key, of which its graph has `table` before
 * it: the same in every run, and no other such table's.
 */
function positionKey(table: number, i: number): Uint32Array {
  const keys = keysOfPositions(["debug"], Int32Array.of(0), Float64Array.of(i), Uint32Array.of(table), 1);
  return keys.slice(0, KEY_WORDS);
}

/**
 * Each row that comes gets a key of its own; one that goes has that of the oldest row with its values. Where a row goes
 * and one with the same values comes within a time, both have one key, so that they cancel.
 */
export function keyedByPosition(changes: readonly Unkeyed[]): GivenChange[] {
  const table = currentPlan().nodes.filter(({ operator }) => operator === "source").length;
  const inOrder = changes
    .map((change, i) => ({ change, i }))
    .sort((a, b) => a.change.time - b.change.time || a.change.diff - b.change.diff || a.i - b.i);
  const live = new Map<string, Uint32Array[]>();
  const gone = new Map<string, { readonly key: Uint32Array; readonly wasThere: boolean }[]>();
  const keys: Uint32Array[] = [];
  for (const { change, i } of inOrder) {
    const text = textOfValues(change.values);
    const rows = listOf(live, text);
    const goneNow = listOf(gone, `${change.time} ${text}`);
    if (change.diff < 0) {
      const key = rows.shift();
      keys[i] = key ?? positionKey(table, i);
      goneNow.push({ key: keys[i], wasThere: key !== undefined });
    } else {
      const { key = positionKey(table, i), wasThere = true } = goneNow.shift() ?? {};
      keys[i] = key;
      if (wasThere) rows.push(key);
    }
  }
  return changes.map((change, i) => ({ ...change, key: keys[i] }));
}

function listOf<T>(lists: Map<string, T[]>, name: string): T[] {
  const list = lists.get(name) ?? [];
  lists.set(name, list);
  return list;
}
