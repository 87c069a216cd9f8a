import { Batch } from "./batch.ts";
import { ABSENT, type Column, NumberColumn, TextColumn, ValueColumn } from "./column.ts";
import { KEY_WORDS } from "./keys.ts";

/**
 * A batch in parts of at most `rows` rows, as views: loops that go over the rows several times then find them in the
 * processor's caches.
 */
export function* slicesOf(batch: Batch, rows: number): Generator<Batch> {
  if (batch.length <= rows) yield batch;
  else {
    for (let from = 0; from < batch.length; from += rows)
      yield sliceBatch(batch, from, Math.min(batch.length, from + rows));
  }
}

/** The rows [from, to) of a batch. */
function sliceBatch(batch: Batch, from: number, to: number): Batch {
  const { time, columns, keys, diffs, origin } = batch;
  return new Batch(
    time,
    to - from,
    columns.map((column) => sliceColumn(column, from, to)),
    keys.mapped((words) => words.subarray(KEY_WORDS * from, KEY_WORDS * to)),
    diffs?.subarray(from, to) ?? null,
    origin === null ? null : (row) => origin(from + row),
  );
}

function sliceColumn(column: Column, from: number, to: number): Column {
  if (column === ABSENT) return ABSENT;
  const tags = column.tags?.subarray(from, to) ?? null;
  if (column.layout === "number") return new NumberColumn(column.values.subarray(from, to), tags);
  if (column.layout === "value") return new ValueColumn(column.values.slice(from, to), tags);
  const { bytes, starts, ends, hashes } = column;
  return new TextColumn(
    bytes,
    starts.subarray(from, to),
    ends.subarray(from, to),
    tags,
    hashes?.subarray(from, to) ?? null,
  );
}
