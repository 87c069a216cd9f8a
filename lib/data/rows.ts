import { Arena } from "../base/arena.ts";
import {
  gatherInts,
  gatherKeys,
  gatherNumbers,
  gatherTags,
  gatherUints,
  gatherValues,
} from "../kernels/gather.ts";
import { Batch } from "./batch.ts";
import { ABSENT, type Column, NULL, NumberColumn, TextColumn, ValueColumn } from "./column.ts";
import { KEY_WORDS, Keys } from "./keys.ts";
import { type ColumnType, layoutOf } from "./type.ts";

/** The cells `column[rows[i]]`. Text is not copied: the slices point into the same bytes. */
export function gatherColumn(column: Column, rows: Uint32Array, n: number): Column {
  if (column === ABSENT) return ABSENT;
  const tags = column.tags === null ? null : new Uint8Array(n);
  if (tags !== null) gatherTags(column.tags as Uint8Array, rows, n, tags);
  if (column.layout === "number") {
    const values = new Float64Array(n);
    gatherNumbers(column.values, rows, n, values);
    return new NumberColumn(values, tags);
  }
  if (column.layout === "text") {
    const starts = new Uint32Array(n);
    const ends = new Uint32Array(n);
    gatherUints(column.starts, rows, n, starts);
    gatherUints(column.ends, rows, n, ends);
    const hashes = column.hashes === null ? null : new Uint32Array(n);
    if (hashes !== null) gatherUints(column.hashes as Uint32Array, rows, n, hashes);
    return new TextColumn(column.bytes, starts, ends, tags, hashes, column.isLasting);
  }
  const values: unknown[] = new Array(n);
  gatherValues(column.values, rows, n, values);
  return new ValueColumn(values, tags);
}

/** The cells `a[aRows[i]]`, and after them the cells `b[bRows[i]]`. */
export function gatherBoth(a: Column, aRows: Uint32Array, b: Column, bRows: Uint32Array): Column {
  const lengths = [aRows.length, bRows.length];
  if (a.layout !== "number" || b.layout !== "number" || a.tags !== null || b.tags !== null)
    return concatColumns([gatherColumn(a, aRows, lengths[0]), gatherColumn(b, bRows, lengths[1])], lengths);
  const values = new Float64Array(lengths[0] + lengths[1]);
  gatherNumbers(a.values, aRows, lengths[0], values);
  gatherNumbers(b.values, bRows, lengths[1], values.subarray(lengths[0]));
  return new NumberColumn(values);
}

/** The rows `rows[0, n)` of a batch, with their keys and diffs. `rows` must not change while the result lives. */
export function gatherBatch(batch: Batch, rows: Uint32Array, n: number): Batch {
  const { diffs } = batch;
  const picked = diffs === null ? null : new Int32Array(n);
  if (diffs !== null && picked !== null) gatherInts(diffs, rows, n, picked);
  const keys = batch.keys.mapped((words) => {
    const picked = new Uint32Array(KEY_WORDS * n);
    gatherKeys(words, rows, n, picked);
    return picked;
  });
  const { origin } = batch;
  const pickedOrigin = origin === null ? null : (row: number): string => origin(rows[row]);
  const columns = batch.columns.map((column) => gatherColumn(column, rows, n));
  return new Batch(batch.time, n, columns, keys, picked, pickedOrigin);
}

/** A copy that outlives the step: nothing is shared with the borrowed batch but what lasts. */
export function ownBatch(batch: Batch): Batch {
  const n = batch.length;
  const { isUnread, isLasting } = batch.keys;
  const keys = isUnread || isLasting ? batch.keys : Keys.of(batch.keys.words().slice(0, KEY_WORDS * n));
  const columns = batch.columns.map((column) => ownColumn(column, n));
  return new Batch(batch.time, n, columns, keys, batch.diffs?.slice(0, n) ?? null);
}

function ownColumn(column: Column, n: number): Column {
  if (column === ABSENT) return ABSENT;
  const tags = column.tags?.slice(0, n) ?? null;
  if (column.layout === "number") return new NumberColumn(column.values.slice(0, n), tags);
  if (column.layout === "value") return new ValueColumn(column.values.slice(0, n), tags);
  if (column.isLasting) {
    return new TextColumn(column.bytes, column.starts.slice(0, n), column.ends.slice(0, n), tags, null, true);
  }
  const arena = new Arena();
  const starts = new Uint32Array(n);
  const ends = new Uint32Array(n);
  for (let row = 0; row < n; row++) {
    starts[row] = arena.append(column.bytes, column.starts[row], column.ends[row]);
    ends[row] = arena.used;
  }
  return new TextColumn(arena.bytes, starts, ends, tags);
}

/** The same cells with other tags. */
export function retagged(column: Column, tags: Uint8Array | null): Column {
  switch (column.layout) {
    case "number":
      return new NumberColumn(column.values, tags);
    case "text":
      return new TextColumn(column.bytes, column.starts, column.ends, tags);
    case "value":
      return new ValueColumn(column.values, tags);
  }
}

/** A column of n nulls. */
export function nullColumn(type: ColumnType, n: number): Column {
  const tags = new Uint8Array(n).fill(NULL);
  switch (layoutOf(type)) {
    case "number":
      return new NumberColumn(new Float64Array(n), tags);
    case "text":
      return new TextColumn(new Uint8Array(0), new Uint32Array(n), new Uint32Array(n), tags);
    case "value":
      return new ValueColumn(new Array(n).fill(undefined), tags);
  }
}

/** The cells of several columns of one layout, one column after the other. */
export function concatColumns(columns: readonly Column[], lengths: readonly number[]): Column {
  if (columns.includes(ABSENT)) return ABSENT;
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const tags = columns.some((column) => column.tags !== null) ? new Uint8Array(total) : null;
  let at = 0;
  columns.forEach((column, i) => {
    if (tags !== null && column.tags !== null) tags.set(column.tags.subarray(0, lengths[i]), at);
    at += lengths[i];
  });
  switch (columns[0].layout) {
    case "number":
      return new NumberColumn(concatNumbers(columns as NumberColumn[], lengths, total), tags);
    case "text":
      return concatTexts(columns as TextColumn[], lengths, total, tags);
    case "value":
      return new ValueColumn(
        (columns as ValueColumn[]).flatMap((column, i) => column.values.slice(0, lengths[i])),
        tags,
      );
  }
}

function concatNumbers(
  columns: readonly NumberColumn[],
  lengths: readonly number[],
  total: number,
): Float64Array {
  const values = new Float64Array(total);
  let at = 0;
  columns.forEach((column, i) => {
    values.set(column.values.subarray(0, lengths[i]), at);
    at += lengths[i];
  });
  return values;
}

/** Columns over one buffer share it; otherwise the slices are copied, so that the cost follows the rows. */
function concatTexts(
  columns: readonly TextColumn[],
  lengths: readonly number[],
  total: number,
  tags: Uint8Array | null,
): TextColumn {
  const starts = new Uint32Array(total);
  const ends = new Uint32Array(total);
  const filled = columns.filter((_, i) => lengths[i] > 0);
  const shared = filled.every((column) => column.bytes === filled[0].bytes);
  const arena = new Arena();
  let at = 0;
  columns.forEach((column, i) => {
    for (let row = 0; row < lengths[i]; row++, at++) {
      const start = column.starts[row];
      const end = column.ends[row];
      starts[at] = shared ? start : arena.append(column.bytes, start, end);
      ends[at] = starts[at] + end - start;
    }
  });
  return new TextColumn(shared && filled.length > 0 ? filled[0].bytes : arena.bytes, starts, ends, tags);
}

/** The rows of several batches of one time as one batch; not consolidated. */
export function concatBatches(batches: readonly Batch[]): Batch {
  if (batches.length === 1) return batches[0];
  const lengths = batches.map((batch) => batch.length);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const columns = batches[0].columns.map((_, i) =>
    concatColumns(
      batches.map((batch) => batch.columns[i]),
      lengths,
    ),
  );
  const unread = batches.some((batch) => batch.keys.isUnread);
  const join = (): Uint32Array => {
    const words = new Uint32Array(KEY_WORDS * total);
    let at = 0;
    for (const batch of batches) {
      words.set(batch.keys.words().subarray(0, KEY_WORDS * batch.length), at);
      at += KEY_WORDS * batch.length;
    }
    return words;
  };
  const keys = unread ? Keys.unread : Keys.derived(join);
  return new Batch(batches[0].time, total, columns, keys, concatDiffs(batches, total));
}

function concatDiffs(batches: readonly Batch[], total: number): Int32Array | null {
  if (batches.every((batch) => batch.diffs === null)) return null;
  const diffs = new Int32Array(total).fill(1);
  let at = 0;
  for (const batch of batches) {
    if (batch.diffs !== null) diffs.set(batch.diffs.subarray(0, batch.length), at);
    at += batch.length;
  }
  return diffs;
}
