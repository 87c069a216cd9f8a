import type { Batch } from "../data/batch.ts";
import type { Column } from "../data/column.ts";
import { KEY_WORDS, Keys } from "../data/keys.ts";
import { gatherColumn } from "../data/rows.ts";
import { gatherKeys } from "../kernels/gather.ts";
import type { Arrangement } from "../trace/arrangement.ts";

/** Where one side of a join's result rows comes from. Looked at only for columns and keys that somebody reads. */
export interface SideRows {
  column(position: number): Column;
  keys(): Keys;
}

/** Rows picked out of a batch. */
export function batchSide(batch: Batch, rows: Uint32Array, count: number): SideRows {
  return {
    column: (position) => gatherColumn(batch.columns[position], rows, count),
    keys: () => batch.keys.mapped((words) => pickKeys(words, rows, count)),
  };
}

/** Rows picked out of an arrangement. */
export function arrangedSide(side: Arrangement, slots: Uint32Array, count: number): SideRows {
  return {
    column: (position) => side.gather(position, slots, count),
    keys: () => (side.keyWords === null ? Keys.unread : Keys.of(pickKeys(side.keyWords, slots, count))),
  };
}

function pickKeys(words: Uint32Array, rows: Uint32Array, count: number): Uint32Array {
  const out = new Uint32Array(KEY_WORDS * count);
  gatherKeys(words, rows, count, out);
  return out;
}
