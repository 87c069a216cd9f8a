import { Failed } from "../../../lib/data/coerce.ts";
import type { RowBuilder } from "../../../lib/data/row-builder.ts";
import type { ColumnSchema, Columns } from "../../../lib/data/schema.ts";
import type { PackedMessages, Parser, Reject } from "../../../lib/io/parser.ts";
import type { SchemaLookup } from "../../../lib/io/schema-lookup.ts";
import { scanAvroMessages, scanAvroRecord } from "../../../lib/kernels/avro-scan.ts";
import { wordsOf } from "../../../lib/kernels/words.ts";
import { Cells, chunkEnd } from "../cells.ts";
import { FRAME_BYTES, frameFailure, frameId } from "../confluent-frame.ts";
import { KnownSchemas } from "../known-schemas.ts";
import { isNull, startOf } from "../message.ts";
import { readAvroCell, readAvroMessage } from "./avro-careful.ts";
import { avroOfColumns } from "./avro-columns.ts";
import { checkDefaults } from "./avro-default.ts";
import { AvroKeyReader } from "./avro-key-reader.ts";
import { type AvroLayout, layOut } from "./avro-layout.ts";
import { absentKind, type LayoutProgram, programOf, scanKind } from "./avro-program.ts";
import { type AvroSchemaInput, type AvroType, parseAvroSchema, resolveAvroSchema } from "./avro-schema.ts";

export interface AvroParserOptions {
  /** Where the schemas are that messages name. Absent: messages are bare records of `schema`. */
  readonly lookup?: SchemaLookup;
  /** The reader's schema. Default: that of each message; for bare messages the one that the columns make. */
  readonly schema?: AvroSchemaInput;
  /** The positions of the columns that a message without payload names in its key. */
  readonly primaryKey?: readonly number[] | null;
}

/** What a message is read with: a layout for its schema, or why it cannot be read. */
type Written = AvroLayout | Failed;

/** A layout as it fills one builder. */
interface Plan {
  readonly failure: Failed | null;
  readonly cells: Cells;
  readonly program: LayoutProgram;
}

/**
 * Reads Avro: a message is a record. Plain ones go through the scanner in lib/kernels/avro-scan.ts, straight from bytes
 * to columns; whatever it leaves goes, message by message, through the careful path, which has the last word.
 */
export class AvroParser implements Parser {
  readonly trimsMarker = false;
  readonly #columns: Columns;
  readonly #reader: AvroType | null;
  readonly #writers: KnownSchemas<AvroType> | null;
  readonly #keyReader: AvroKeyReader | null;
  readonly #bare: AvroLayout | null;
  readonly #layouts = new Map<AvroType, AvroLayout>();
  readonly #plans = new WeakMap<RowBuilder, Map<AvroLayout, Plan>>();

  /** Throws TP_BAD_SCHEMA. */
  constructor(columns: Columns, { lookup, schema, primaryKey = null }: AvroParserOptions = {}) {
    this.#columns = columns;
    this.#reader = schema === undefined ? null : parseAvroSchema(schema);
    if (this.#reader !== null) checkDefaults(this.#reader);
    this.#writers = lookup === undefined ? null : new KnownSchemas(lookup, "AVRO", resolveAvroSchema);
    const bare = (): AvroType => this.#reader ?? parseAvroSchema(avroOfColumns(columns, "Row"));
    this.#bare = lookup === undefined ? layOut(bare(), this.#reader, columns) : null;
    this.#keyReader =
      this.#writers === null || primaryKey === null
        ? null
        : new AvroKeyReader(columns, primaryKey, this.#writers);
    if (this.#keyReader !== null) this.readKey = (...place) => this.#keyReader?.read(...place) ?? null;
  }

  /** Absent where message keys have no schemas. */
  readonly readKey?: NonNullable<Parser["readKey"]>;

  prepare(messages: PackedMessages, from: number, to: number): Promise<void> | null {
    return this.#writers === null
      ? null
      : this.#writers.prepare(messages, from, to, this.#keyReader !== null);
  }

  parseInto(messages: PackedMessages, from: number, to: number, rows: RowBuilder, reject: Reject): void {
    const words = wordsOf(messages.bytes);
    const skip = this.#writers === null ? 0 : FRAME_BYTES;
    for (let i = from; i < to; ) {
      const written = this.#writtenWith(messages, i);
      const plan = written instanceof Failed ? null : this.#planFor(rows, written);
      const failure = written instanceof Failed ? written : plan?.failure;
      if (failure instanceof Failed) reject(i, failure.code, failure.detail);
      else if (plan !== null) {
        const next = scan(plan, messages, words, i, to, rows, skip);
        if (next > i) {
          i = next;
          continue;
        }
        readCarefully(written as AvroLayout, messages, i, skip, rows, reject);
      }
      i++;
    }
  }

  #writtenWith(messages: PackedMessages, message: number): Written {
    if (isNull(messages, message)) return new Failed("the message has no payload", "TP_ROW_NULL");
    if (this.#bare !== null) return this.#bare;
    const start = startOf(messages, message);
    const end = messages.ends[message];
    const id = frameId(messages.bytes, start, end);
    if (id < 0) return frameFailure(messages.bytes, start, end);
    const type = (this.#writers as KnownSchemas<AvroType>).of(id);
    if (type instanceof Failed) return type;
    let layout = this.#layouts.get(type);
    if (layout === undefined) {
      layout = layOut(type, this.#reader, this.#columns);
      this.#layouts.set(type, layout);
    }
    return layout;
  }

  #planFor(rows: RowBuilder, layout: AvroLayout): Plan {
    let plans = this.#plans.get(rows);
    if (plans === undefined) {
      // Whichever layout comes first: all of them hash the texts that they copy.
      this.#columns.forEach(({ type }, i) => {
        const builder = rows.columns[i];
        if (builder?.layout === "text" && (type.name === "str" || type.name === "bytes")) builder.hash();
      });
      plans = new Map();
      this.#plans.set(rows, plans);
    }
    let plan = plans.get(layout);
    if (plan === undefined) {
      plan = createPlan(layout, rows);
      plans.set(layout, plan);
    }
    return plan;
  }
}

function createPlan(layout: AvroLayout, rows: RowBuilder): Plan {
  const needed = layout.columns.flatMap((_, i) => (rows.columns[i] === null ? [] : [i]));
  const failure = needed.map((position) => layout.failures[position]).find((failed) => failed !== null);
  const readings = needed.map((position) => layout.fields.find(({ column }) => column === position)?.reading);
  // What is null by default needs nobody to fill it in.
  const columns = layout.columns.map((column) => (column.default === null ? withoutDefault(column) : column));
  const cells = new Cells(
    columns,
    rows,
    (type, column) => {
      const reading = readings[column];
      return reading === undefined ? absentKind(type) : scanKind(reading, type);
    },
    (bytes, start, end, type, column) => {
      const reading = readings[column];
      return reading === undefined ? null : readAvroCell(reading, bytes, start, end, type);
    },
  );
  const targets = columns.map((_, position) => needed.indexOf(position));
  return { failure: failure ?? null, cells, program: programOf(layout, targets) };
}

function withoutDefault({ name, type }: ColumnSchema): ColumnSchema {
  return { name, type };
}

/** Scans messages from `from` on; returns the first that needs the careful path, or `to`, or an end in between. */
function scan(
  plan: Plan,
  messages: PackedMessages,
  words: DataView,
  from: number,
  to: number,
  rows: RowBuilder,
  skip: number,
): number {
  const { cells, program } = plan;
  const { bytes, ends, nulls, partitions, offsets } = messages;
  const start = startOf(messages, from);
  if (cells.deferred.length > 0) return scanOne(plan, messages, words, from, rows, skip) ? from + 1 : from;
  const until = chunkEnd(ends, from, to);
  cells.bind(until - from, ends[until - 1] - start + (until - from) * program.symbolBytes);
  const { target } = cells;
  const done = scanAvroMessages(
    program,
    target,
    bytes,
    words,
    ends,
    nulls,
    from,
    until,
    rows.length,
    skip,
    start,
  );
  cells.settle();
  rows.endRows(partitions, offsets, from, done);
  return done;
}

/** Scans one message with deferred columns; false, and no row, where it needs the careful path. */
function scanOne(
  { cells, program }: Plan,
  messages: PackedMessages,
  words: DataView,
  message: number,
  rows: RowBuilder,
  skip: number,
): boolean {
  const { bytes, ends, partitions, offsets } = messages;
  const start = startOf(messages, message) + skip;
  const end = ends[message];
  cells.bind(1, end - start + program.symbolBytes);
  const isPlain = scanAvroRecord(program, cells.target, bytes, words, start, end, rows.length);
  cells.settle();
  if (isPlain && cells.finishRow(bytes, rows.length)) {
    rows.endRow(partitions[message], offsets[message], 0);
    return true;
  }
  rows.truncate(rows.length);
  return false;
}

function readCarefully(
  layout: AvroLayout,
  messages: PackedMessages,
  message: number,
  skip: number,
  rows: RowBuilder,
  reject: Reject,
): void {
  const before = rows.length;
  const failed = readAvroMessage(layout, messages, message, skip, rows);
  if (failed === null) return;
  rows.truncate(before);
  reject(message, failed.code, failed.detail);
}
