import { coerce, Failed } from "../../lib/data/coerce.ts";
import { NULL } from "../../lib/data/column.ts";
import { type ColumnBuilder, writeCell } from "../../lib/data/column-builder.ts";
import type { RowBuilder } from "../../lib/data/row-builder.ts";
import type { ColumnSchema, Columns } from "../../lib/data/schema.ts";
import type { ColumnType } from "../../lib/data/type.ts";
import { TowpathError } from "../../lib/errors.ts";
import { NO_SLICE, SCAN_RAW, SCAN_SLACK, SCAN_TEXT, type ScanTarget } from "../../lib/kernels/scan-target.ts";
import { wordsOf } from "../../lib/kernels/words.ts";

/** The value of a cell that a scanner left as a slice of the message, or Failed. */
export type ReadSlice = (
  bytes: Uint8Array,
  start: number,
  end: number,
  type: ColumnType,
  /** By position among the needed columns. */
  column: number,
) => unknown;

/** What a message that lacks a column gets: a value, null, or undefined where it may not lack it. */
export function fallbackOf(column: ColumnSchema): unknown {
  if (column.default === undefined) return column.type.optional ? null : undefined;
  const value = coerce(column.default, column.type);
  if (!(value instanceof Failed)) return value;
  throw new TowpathError("TP_BAD_SCHEMA", `the default of column "${column.name}": ${value.detail}`);
}

/** The same where a message may lack only what has a default. */
export function strictFallbackOf(column: ColumnSchema): unknown {
  return column.default === undefined ? undefined : fallbackOf(column);
}

/**
 * A row builder's needed columns as a scanner's target.
 *
 *   bind(rows to come, bytes to come) → scan → [finishRow, each row] → settle
 *
 * `deferred` columns are those whose cells a scanner leaves to `finishRow`: types without a scanner, and defaults.
 */
export class Cells {
  readonly target: ScanTarget;
  /** Needed columns of the schema, in the target's order. */
  readonly columns: Columns;
  /** Positions among `columns`. */
  readonly deferred: readonly number[];
  readonly #rows: RowBuilder;
  readonly #builders: readonly ColumnBuilder[];
  readonly #fallbacks: readonly unknown[];
  readonly #readSlice: ReadSlice;

  constructor(
    schema: Columns,
    rows: RowBuilder,
    kindOf: (type: ColumnType, column: number) => number,
    readSlice: ReadSlice,
    strict = false,
  ) {
    const positions = schema.map((_, i) => i).filter((i) => rows.columns[i] !== null);
    this.columns = positions.map((i) => schema[i]);
    this.#rows = rows;
    this.#builders = positions.map((i) => rows.columns[i] as ColumnBuilder);
    this.#fallbacks = this.columns.map(strict ? strictFallbackOf : fallbackOf);
    this.#readSlice = readSlice;
    const { columns } = this;
    this.target = {
      count: columns.length,
      kinds: Uint8Array.from(columns, (column, i) => kindOf(column.type, i)),
      optional: Uint8Array.from(columns, (column) => Number(column.type.optional)),
      lackable: new Uint8Array(columns.length).fill(strict ? 0 : 1),
      filled: Uint8Array.from(columns, (column) => Number(column.default !== undefined)),
      values: columns.map(() => new Float64Array(0)),
      starts: columns.map(() => new Uint32Array(0)),
      ends: columns.map(() => new Uint32Array(0)),
      hashes: columns.map(() => new Uint32Array(0)),
      rawStarts: new Uint32Array(columns.length),
      rawEnds: new Uint32Array(columns.length),
      seen: new Uint32Array(columns.length),
      stamp: 0,
      arena: rows.arena.bytes,
      arenaWords: wordsOf(rows.arena.bytes),
      used: 0,
      nullRows: new Uint32Array(0),
      nullColumns: new Uint32Array(0),
      nullCount: 0,
    };
    const { kinds, filled } = this.target;
    columns.forEach((_, i) => {
      const builder = this.#builders[i];
      if (kinds[i] === SCAN_TEXT && builder.layout === "text") builder.hash();
    });
    this.deferred = columns.map((_, i) => i).filter((i) => kinds[i] === SCAN_RAW || filled[i] !== 0);
  }

  /** Makes room for that much more, and points the target at the builders' present arrays. */
  bind(rowCount: number, byteCount: number): void {
    const { target } = this;
    const { arena } = this.#rows;
    this.#rows.reserve(rowCount);
    arena.reserve(byteCount + SCAN_SLACK);
    if (target.arena !== arena.bytes) target.arenaWords = wordsOf(arena.bytes);
    target.arena = arena.bytes;
    target.used = arena.used;
    if (target.nullRows.length < rowCount * target.count) {
      target.nullRows = new Uint32Array(rowCount * target.count);
      target.nullColumns = new Uint32Array(rowCount * target.count);
    }
    for (let i = 0; i < this.#builders.length; i++) {
      const builder = this.#builders[i];
      if (builder.layout === "number") target.values[i] = builder.values;
      else if (builder.layout === "text") {
        target.starts[i] = builder.starts;
        target.ends[i] = builder.ends;
        if (builder.hashes !== null) target.hashes[i] = builder.hashes;
      }
    }
  }

  /** Hands over what the scanned rows hold besides values: the arena's end, and the nulls. */
  settle(): void {
    const { target } = this;
    this.#rows.arena.used = target.used;
    for (let i = 0; i < target.nullCount; i++) {
      this.#builders[target.nullColumns[i]].setTag(target.nullRows[i], NULL);
    }
    target.nullCount = 0;
  }

  /** After `settle`: writes the deferred cells of the row scanned last; false where one does not fit. */
  finishRow(bytes: Uint8Array, row: number): boolean {
    const { target, deferred } = this;
    for (let i = 0; i < deferred.length; i++) {
      const column = deferred[i];
      const { type } = this.columns[column];
      let value = this.#fallbacks[column];
      if (target.seen[column] === target.stamp) {
        if (target.kinds[column] !== SCAN_RAW) continue;
        const start = target.rawStarts[column];
        value =
          start === NO_SLICE ? null : this.#readSlice(bytes, start, target.rawEnds[column], type, column);
        if (value instanceof Failed) return false;
      }
      writeCell(this.#builders[column], type, row, value);
    }
    return true;
  }
}

const CHUNK_MESSAGES = 1024;
const CHUNK_BYTES = 1 << 20;

/**
 * The end of a chunk of messages from `from` on, at most `to`: small enough that the room reserved for all of its
 * bytes is no burden, however few of them are kept.
 */
export function chunkEnd(ends: Uint32Array, from: number, to: number): number {
  const start = from === 0 ? 0 : ends[from - 1];
  let until = Math.min(to, from + CHUNK_MESSAGES);
  while (until - from > 1 && ends[until - 1] - start > CHUNK_BYTES) until = from + ((until - from) >> 1);
  return until;
}
