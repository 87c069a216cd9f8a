/** What the tests of formats share: packing messages, running a parser, reading rows back. */
import { readCell } from "../../../lib/data/cell.ts";
import type { Failed } from "../../../lib/data/coerce.ts";
import { RowBuilder } from "../../../lib/data/row-builder.ts";
import { type Columns, typeOf } from "../../../lib/data/schema.ts";
import type { PackedMessages, Parser } from "../../../lib/io/parser.ts";

export type Payload = string | Uint8Array | null;

/** Columns of types given as texts; a default may follow. */
export function columnsOf(types: Readonly<Record<string, string | readonly [string, unknown]>>): Columns {
  return Object.entries(types).map(([name, given]) =>
    typeof given === "string"
      ? { name, type: typeOf(given, name) }
      : { name, type: typeOf(given[0], name), default: given[1] },
  );
}

/** Messages of partition 0 with offsets 0, 1, … */
export function packed(payloads: readonly Payload[]): PackedMessages {
  const buffers = payloads.map((payload) => Buffer.from(payload ?? ""));
  const ends = new Uint32Array(payloads.length);
  let end = 0;
  buffers.forEach((buffer, i) => {
    end += buffer.length;
    ends[i] = end;
  });
  return {
    length: payloads.length,
    bytes: new Uint8Array(Buffer.concat(buffers)),
    ends,
    nulls: payloads.includes(null) ? Uint8Array.from(payloads, (payload) => Number(payload === null)) : null,
    partitions: new Int32Array(payloads.length),
    offsets: Float64Array.from(payloads, (_, i) => i),
    timestamps: null,
    keys: null,
    headers: null,
  };
}

export interface Rejected {
  readonly message: number;
  readonly code: string;
  readonly detail: string;
}

export interface ReadRow {
  readonly values: Record<string, unknown>;
  readonly offset: number;
  readonly ordinal: number;
}

export interface Outcome {
  readonly rows: ReadRow[];
  readonly rejected: Rejected[];
}

/** The rows of a builder, read cell by cell; columns that were not built are left out. */
export function rowsOf(columns: Columns, rows: RowBuilder): ReadRow[] {
  const built = rows.finish();
  return Array.from({ length: rows.length }, (_, row) => ({
    values: Object.fromEntries(
      columns.flatMap(({ name, type }, i) =>
        rows.columns[i] === null ? [] : [[name, readCell(built[i], type, row)]],
      ),
    ),
    offset: rows.offsets[row],
    ordinal: rows.ordinals[row],
  }));
}

/** Parses messages, in runs that end at `cuts` too, and reads the needed columns (all, if not said). */
export function parse(
  parser: Parser,
  columns: Columns,
  messages: PackedMessages,
  needed: readonly boolean[] = columns.map(() => true),
  cuts: readonly number[] = [],
): Outcome {
  const rows = new RowBuilder(columns, needed);
  const rejected: Rejected[] = [];
  let from = 0;
  for (const to of [...cuts, messages.length]) {
    parser.parseInto(messages, from, to, rows, (message, code, detail) => {
      rejected.push({ message, code, detail });
    });
    from = to;
  }
  return { rows: rowsOf(columns, rows), rejected };
}

/** What a reader makes of messages one at a time, which rejects a bad one whole. */
export function readEach(
  { columns, needed, messages }: { columns: Columns; needed: readonly boolean[]; messages: PackedMessages },
  read: (message: number, rows: RowBuilder) => Failed | null,
): Outcome {
  const rows = new RowBuilder(columns, needed);
  const rejected: Rejected[] = [];
  for (let message = 0; message < messages.length; message++) {
    const before = rows.length;
    const failed = read(message, rows);
    if (failed === null) continue;
    rows.truncate(before);
    rejected.push({ message, code: failed.code, detail: failed.detail });
  }
  return { rows: rowsOf(columns, rows), rejected };
}
