import { Batch } from "../data/batch.ts";
import { Keys } from "../data/keys.ts";
import { keysOfPositions, keysOfValues } from "../data/row-key.ts";
import { concatBatches } from "../data/rows.ts";
import type { Columns } from "../data/schema.ts";
import type { Segment } from "./segment.ts";

/** What came in the segments of one commit, a row each; borrowed until the segments are released. */
export interface Events {
  readonly batch: Batch;
  /** Where each came from. */
  readonly partitions: Int32Array;
  readonly offsets: Float64Array;
  /** 1 where an event ends its key's row; null where none does. */
  readonly ends: Uint8Array | null;
}

export interface EventOptions {
  readonly columns: Columns;
  /** Positions of the primary key's columns, or null: rows are then keyed by where they stand. */
  readonly primaryKey: readonly number[] | null;
  /** Source name, topic and partition of a partition slot, for keys. */
  origin(partition: number): string;
  position(partition: number, offset: number): string;
}

/** The segments of one commit as one batch. `time` may be given later (`Batch.at`). */
export function commitEvents(segments: readonly Segment[], time: number, options: EventOptions): Events {
  const batches = segments.map((segment) => batchOf(segment, time, options));
  const batch = concatBatches(batches);
  const ends = endsOf(segments, batch.length);
  if (segments.length === 1) {
    const { partitions, offsets } = segments[0].rows;
    return { batch, partitions, offsets, ends };
  }
  const partitions = new Int32Array(batch.length);
  const offsets = new Float64Array(batch.length);
  let at = 0;
  for (const { rows } of segments) {
    partitions.set(rows.partitions.subarray(0, rows.length), at);
    offsets.set(rows.offsets.subarray(0, rows.length), at);
    at += rows.length;
  }
  return { batch, partitions, offsets, ends };
}

function endsOf(segments: readonly Segment[], length: number): Uint8Array | null {
  if (segments.every((segment) => segment.ends.length === 0)) return null;
  const ends = new Uint8Array(length);
  let at = 0;
  for (const segment of segments) {
    for (const row of segment.ends) ends[at + row] = 1;
    at += segment.rows.length;
  }
  return ends;
}

function batchOf({ rows }: Segment, time: number, options: EventOptions): Batch {
  const columns = rows.finish();
  const { primaryKey, columns: schema, position } = options;
  const where = (row: number): string => position(rows.partitions[row], rows.offsets[row]);
  const keys = Keys.derived(() => {
    if (primaryKey === null) return positionKeys(rows, options);
    const types = primaryKey.map((i) => schema[i].type);
    return keysOfValues(
      primaryKey.map((i) => columns[i]),
      types,
      rows.length,
    );
  });
  return new Batch(time, rows.length, columns, keys, null, where);
}

function positionKeys(rows: Segment["rows"], { origin }: EventOptions): Uint32Array {
  const origins: string[] = [];
  for (let row = 0; row < rows.length; row++) origins[rows.partitions[row]] ??= origin(rows.partitions[row]);
  return keysOfPositions(origins, rows.partitions, rows.offsets, rows.ordinals, rows.length);
}
