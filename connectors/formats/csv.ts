import { decodeText } from "../../lib/data/cell.ts";
import { coerceText } from "../../lib/data/coerce.ts";
import type { RowBuilder } from "../../lib/data/row-builder.ts";
import type { Columns } from "../../lib/data/schema.ts";
import type { ColumnType } from "../../lib/data/type.ts";
import { TowpathError } from "../../lib/errors.ts";
import type { Formatter, RecordOptions } from "../../lib/io/formatter.ts";
import type { PackedMessages, Parser, Reject } from "../../lib/io/parser.ts";
import { type CsvShape, scanCsvLine, scanCsvMessages } from "../../lib/kernels/csv-scan.ts";
import {
  SCAN_BOOL,
  SCAN_DATETIME,
  SCAN_FLOAT,
  SCAN_INT,
  SCAN_RAW,
  SCAN_TEXT,
} from "../../lib/kernels/scan-target.ts";
import { Cells, chunkEnd, fallbackOf } from "./cells.ts";
import { type CsvDialect, type CsvLayout, cellsOf, linesOf, readCsvMessage } from "./csv-careful.ts";
import { CsvFormatter } from "./csv-formatter.ts";
import type { FormatDefinition } from "./format.ts";
import { decodeMessage, isNull, startOf } from "./message.ts";

export interface CsvOptions {
  /** One character; default ",". */
  readonly delimiter?: string;
  /** One ASCII character; default `"`. */
  readonly quote?: string;
  /** False: no header is sent, and cells stand in the order of the columns. Default true. */
  readonly header?: boolean;
}

/**
 * Reads csv: a message is one line or several, a line is a row.
 *
 * The header is the first line of the first message in which it names every column that has no default (every column,
 * where all have one), in any order; of two cells with one name the first counts. Columns with a default that it does
 * not name take the default. Lines after the header in its message are rows: they come with `parseInto` of that
 * message, which knows it by partition and offset. A row has exactly as many cells as the header; a line without
 * any character is a row of one empty cell.
 */
export const csv = {
  name: "csv",
  parser: { create: (columns: Columns, options: CsvOptions = {}): Parser => new CsvParser(columns, options) },
  formatter: {
    create: (columns: Columns, options?: RecordOptions): Formatter => new CsvFormatter(columns, options),
  },
} as const satisfies FormatDefinition;

/** Where the header stands and what it names. */
interface Header {
  readonly names: readonly string[];
  readonly partition: number;
  readonly offset: number;
}

interface Plan {
  readonly cells: Cells;
  readonly shape: CsvShape;
}

class CsvParser implements Parser {
  readonly trimsMarker = true;
  readonly #columns: Columns;
  readonly #fallbacks: readonly unknown[];
  readonly #dialect: CsvDialect;
  #header: Header | null = null;
  #layout: CsvLayout | null = null;
  #plans = new WeakMap<RowBuilder, Plan>();

  constructor(columns: Columns, options: CsvOptions) {
    this.#columns = columns;
    this.#fallbacks = columns.map(fallbackOf);
    this.#dialect = dialectOf(options);
    if (options.header === false)
      this.#layout = layoutOf(
        columns,
        columns.map((column) => column.name),
      );
  }

  get ready(): boolean {
    return this.#layout !== null;
  }

  offerHeader(messages: PackedMessages, message: number): boolean {
    if (isNull(messages, message)) return false;
    const text = decodeMessage(messages.bytes, startOf(messages, message), messages.ends[message]);
    const names = text === null ? [] : cellsOf(linesOf(text, this.#dialect)[0], this.#dialect);
    if (!Array.isArray(names)) return false;
    const withoutDefault = this.#columns.filter((column) => column.default === undefined);
    const needed = withoutDefault.length > 0 ? withoutDefault : this.#columns;
    if (!needed.every((column) => names.includes(column.name))) return false;
    this.load({ names, partition: messages.partitions[message], offset: messages.offsets[message] });
    return true;
  }

  save(): unknown {
    return this.#header;
  }

  load(state: unknown): void {
    this.#header = state as Header | null;
    if (this.#header !== null) this.#layout = layoutOf(this.#columns, this.#header.names);
    this.#plans = new WeakMap();
  }

  parseInto(messages: PackedMessages, from: number, to: number, rows: RowBuilder, reject: Reject): void {
    let at = from;
    if (this.#header !== null) {
      const { partition, offset } = this.#header;
      for (let i = from; i < to; i++) {
        if (messages.offsets[i] !== offset || messages.partitions[i] !== partition) continue;
        this.#parseRun(messages, at, i, rows, reject);
        this.#readCarefully(messages, i, 1, rows, reject);
        at = i + 1;
      }
    }
    this.#parseRun(messages, at, to, rows, reject);
  }

  #parseRun(messages: PackedMessages, from: number, to: number, rows: RowBuilder, reject: Reject): void {
    if (from === to) return;
    const plan = this.#planFor(rows);
    let i = from;
    while (i < to) {
      const until = plan.cells.deferred.length > 0 ? i : chunkEnd(messages.ends, i, to);
      if (until > i) {
        i = scanRun(plan, messages, i, until, rows);
        if (i === until) continue;
      }
      if (isNull(messages, i)) reject(i, "TP_ROW_NULL", "the message has no payload");
      else if (!scanMessage(plan, messages, i, rows)) this.#readCarefully(messages, i, 0, rows, reject);
      i++;
    }
  }

  #readCarefully(
    messages: PackedMessages,
    message: number,
    skipLines: number,
    rows: RowBuilder,
    reject: Reject,
  ): void {
    const before = rows.length;
    const failed = readCsvMessage(
      this.#columns,
      this.#fallbacks,
      this.#dialect,
      this.#layoutNow(),
      messages,
      message,
      skipLines,
      rows,
    );
    if (failed === null) return;
    rows.truncate(before);
    reject(message, failed.code, failed.detail);
  }

  #layoutNow(): CsvLayout {
    if (this.#layout !== null) return this.#layout;
    throw new TowpathError("TP_CSV_NO_HEADER", "a csv message was parsed before its header");
  }

  #planFor(rows: RowBuilder): Plan {
    let plan = this.#plans.get(rows);
    if (plan === undefined) {
      const layout = this.#layoutNow();
      const columns = new Int32Array(layout.width).fill(-1);
      const needed = this.#columns.map((_, i) => i).filter((i) => rows.columns[i] !== null);
      needed.forEach((position, i) => {
        if (layout.cells[position] >= 0) columns[layout.cells[position]] = i;
      });
      const { delimiter, quote } = this.#dialect;
      const shape = { delimiter: delimiter.charCodeAt(0), quote: quote.charCodeAt(0), columns };
      plan = { cells: new Cells(this.#columns, rows, kindOf, readSlice), shape };
      this.#plans.set(rows, plan);
    }
    return plan;
  }
}

/** Throws TP_BAD_ARGUMENT. */
function dialectOf({ delimiter = ",", quote = '"' }: CsvOptions): CsvDialect {
  const hint = "Give one ASCII character; the two must differ, and neither may be a line break.";
  for (const [name, value] of [
    ["delimiter", delimiter],
    ["quote", quote],
  ]) {
    if (typeof value === "string" && /^[^\r\n\u0080-\uffff]$/.test(value)) continue;
    throw new TowpathError("TP_BAD_ARGUMENT", `the csv ${name} ${JSON.stringify(value)} cannot be used`, {
      hint,
    });
  }
  if (delimiter !== quote && delimiter !== '"') return { delimiter, quote };
  throw new TowpathError("TP_BAD_ARGUMENT", `the csv delimiter ${JSON.stringify(delimiter)} cannot be used`, {
    hint,
  });
}

function layoutOf(columns: Columns, names: readonly string[]): CsvLayout {
  return { cells: Int32Array.from(columns, (column) => names.indexOf(column.name)), width: names.length };
}

/** Scans a run of messages of one line each; returns the first that needs a closer look, or `until`. */
function scanRun(
  plan: Plan,
  messages: PackedMessages,
  from: number,
  until: number,
  rows: RowBuilder,
): number {
  const { cells, shape } = plan;
  const { bytes, ends } = messages;
  cells.bind(until - from, ends[until - 1] - startOf(messages, from));
  const done = scanCsvMessages(cells.target, shape, bytes, ends, from, until, rows.length);
  cells.settle();
  rows.endRows(messages.partitions, messages.offsets, from, done);
  return done;
}

/** Scans one message of any number of lines; false, and no row, where it needs the careful path. */
function scanMessage(plan: Plan, messages: PackedMessages, message: number, rows: RowBuilder): boolean {
  const { cells, shape } = plan;
  const { bytes } = messages;
  const end = messages.ends[message];
  const before = rows.length;
  let at = startOf(messages, message);
  // It may be a byte order mark.
  if (bytes[at] === 0xef) return false;
  for (let ordinal = 0; at >= 0 && (at < end || ordinal === 0); ordinal++) {
    cells.bind(1, end - at);
    at = scanCsvLine(cells.target, shape, bytes, at, end, rows.length);
    if (at < 0) cells.target.nullCount = 0;
    cells.settle();
    if (at >= 0 && !cells.finishRow(bytes, rows.length)) at = -1;
    if (at >= 0) rows.endRow(messages.partitions[message], messages.offsets[message], ordinal);
  }
  if (at >= 0) return true;
  rows.truncate(before);
  return false;
}

function kindOf(type: ColumnType): number {
  switch (type.name) {
    case "int":
      return SCAN_INT;
    case "float":
      return SCAN_FLOAT;
    case "bool":
      return SCAN_BOOL;
    case "str":
      return SCAN_TEXT;
    case "datetime":
      return SCAN_DATETIME;
    default:
      return SCAN_RAW;
  }
}

function readSlice(bytes: Uint8Array, start: number, end: number, type: ColumnType): unknown {
  return coerceText(decodeText(bytes, start, end), type);
}
