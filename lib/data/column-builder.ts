import { Arena } from "../base/arena.ts";
import { grown } from "../base/growth.ts";
import { hashText } from "../kernels/hash.ts";
import { ERROR, NULL, NumberColumn, TextColumn, VALUE, ValueColumn } from "./column.ts";
import { type ColumnType, layoutOf } from "./type.ts";
import { compareNumbers, ERROR_VALUE, stableJson } from "./value.ts";

/**
 * Columns under construction, one class a layout. Fields are public because parse kernels write into them directly:
 * `reserve(rows)` first, then the cells, and the caller counts the rows.
 *
 * Contract: cells are written in row order, each exactly once; a cell whose tag is not VALUE has 0, the empty slice
 * or undefined under it; `finish(length)` hands out views that stay valid until `reset()`.
 */
export type ColumnBuilder = NumberBuilder | TextBuilder | ValueBuilder;

/** `arena` is shared by the text columns of one row builder, so that they can point into one copied payload. */
export function columnBuilder(type: ColumnType, arena: Arena = new Arena()): ColumnBuilder {
  switch (layoutOf(type)) {
    case "number":
      return new NumberBuilder();
    case "text":
      return new TextBuilder(arena);
    case "value":
      return new ValueBuilder();
  }
}

/** Tags come into being with the first cell that is not a value. */
abstract class TagBuilder {
  tags: Uint8Array | null = null;

  setTag(row: number, tag: number): void {
    if (this.tags === null || row >= this.tags.length)
      this.tags = grown(this.tags ?? new Uint8Array(64), row + 1);
    this.tags[row] = tag;
  }

  protected finishTags(length: number): Uint8Array | null {
    if (this.tags === null) return null;
    this.tags = grown(this.tags, length);
    return this.tags.subarray(0, length);
  }

  /** Forgets the tags of rows from `length` on. */
  truncate(length: number): void {
    this.tags?.fill(VALUE, Math.min(length, this.tags.length));
  }

  reset(): void {
    this.tags = null;
  }
}

class NumberBuilder extends TagBuilder {
  readonly layout = "number";
  values = new Float64Array(64);

  reserve(rows: number): void {
    if (rows > this.values.length) this.values = grown(this.values, rows);
  }

  set(row: number, value: number): void {
    this.reserve(row + 1);
    this.values[row] = value;
  }

  setEmpty(row: number, tag: number): void {
    this.reserve(row + 1);
    this.values[row] = 0;
    this.setTag(row, tag);
  }

  finish(length: number): NumberColumn {
    return new NumberColumn(this.values.subarray(0, length), this.finishTags(length));
  }
}

export class TextBuilder extends TagBuilder {
  readonly layout = "text";
  readonly arena: Arena;
  starts = new Uint32Array(64);
  ends = new Uint32Array(64);
  /** Null until a parser asks for hashes with `hash()`. */
  hashes: Uint32Array | null = null;

  constructor(arena: Arena) {
    super();
    this.arena = arena;
  }

  /** From now on the hash of every cell is kept, also of those that are there. */
  hash(): void {
    if (this.hashes !== null) return;
    const { starts, ends, arena } = this;
    this.hashes = starts.map((start, row) => hashText(arena.bytes, start, ends[row]));
  }

  reserve(rows: number): void {
    if (rows <= this.starts.length) return;
    this.starts = grown(this.starts, rows);
    this.ends = grown(this.ends, rows);
    if (this.hashes !== null) this.hashes = grown(this.hashes, rows);
  }

  /** Copies the bytes into the arena. */
  set(row: number, bytes: Uint8Array, start: number, end: number): void {
    this.reserve(row + 1);
    const at = this.arena.append(bytes, start, end);
    this.#place(row, at, at + (end - start));
  }

  setString(row: number, text: string): void {
    this.reserve(row + 1);
    const { arena } = this;
    arena.reserve(text.length * 3);
    const at = arena.used;
    arena.used = writeUtf8(arena.bytes, at, text);
    this.#place(row, at, arena.used);
  }

  setEmpty(row: number, tag: number): void {
    this.reserve(row + 1);
    this.starts[row] = 0;
    this.ends[row] = 0;
    this.setTag(row, tag);
  }

  finish(length: number): TextColumn {
    return new TextColumn(
      this.arena.bytes,
      this.starts.subarray(0, length),
      this.ends.subarray(0, length),
      this.finishTags(length),
      this.hashes?.subarray(0, length) ?? null,
    );
  }

  #place(row: number, start: number, end: number): void {
    this.starts[row] = start;
    this.ends[row] = end;
    if (this.hashes !== null) this.hashes[row] = hashText(this.arena.bytes, start, end);
  }
}

class ValueBuilder extends TagBuilder {
  readonly layout = "value";
  values: unknown[] = [];

  reserve(_rows: number): void {}

  set(row: number, value: unknown): void {
    this.values[row] = value;
  }

  setEmpty(row: number, tag: number): void {
    this.values[row] = undefined;
    this.setTag(row, tag);
  }

  finish(length: number): ValueColumn {
    return new ValueColumn(this.values.slice(0, length), this.finishTags(length));
  }

  override truncate(length: number): void {
    super.truncate(length);
    this.values.length = Math.min(this.values.length, length);
  }

  override reset(): void {
    super.reset();
    this.values = [];
  }
}

/**
 * Writes a JS value that already has the column's type (data/coerce.ts checks it): the inverse of `readCell`.
 */
export function writeCell(builder: ColumnBuilder, type: ColumnType, row: number, value: unknown): void {
  if (value === null || value === undefined) builder.setEmpty(row, NULL);
  else if (value === ERROR_VALUE) builder.setEmpty(row, ERROR);
  else if (builder.layout === "number") builder.set(row, Number(value));
  else if (builder.layout === "value") builder.set(row, normalised(value));
  else if (type.name === "json") builder.setString(row, stableJson(value));
  else if (type.name === "pointer") writePointer(builder, row, value as string);
  else if (typeof value === "string") builder.setString(row, value);
  else builder.set(row, value as Uint8Array, 0, (value as Uint8Array).length);
}

/** A pointer cell is 16 bytes; its value for users is the UUID text. */
function writePointer(builder: TextBuilder, row: number, text: string): void {
  const bytes = Buffer.from(text.replaceAll("-", ""), "hex");
  builder.set(row, bytes, 0, bytes.length);
}

/** -0 is 0 and all NaN are one, so that equality by value and by bits agree. */
function normalised(value: unknown): unknown {
  return typeof value === "number" && compareNumbers(value, 0) === 0 ? 0 : value;
}

/** Writes UTF-8 and returns the new end; there must be room for three bytes a UTF-16 unit. */
function writeUtf8(bytes: Uint8Array, at: number, text: string): number {
  const { length } = text;
  if (length > 64) return at + Buffer.from(bytes.buffer, bytes.byteOffset).write(text, at);
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) return at + i + encoder.encodeInto(text.slice(i), bytes.subarray(at + i)).written;
    bytes[at + i] = unit;
  }
  return at + length;
}

const encoder = new TextEncoder();
