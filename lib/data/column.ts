import type { Layout } from "./type.ts";

/** A cell's tag: an ordinary value, null, or a failed computation. */
export const VALUE = 0;
export const NULL = 1;
export const ERROR = 2;

/**
 * A column of a batch: one of three layouts, and a tag for each cell (`null` where every cell is a value).
 * The value under a tag other than VALUE is 0, the empty slice or undefined, so that kernels may read it.
 * Columns are borrowed with their batch: valid until the step that handed them out returns.
 */
export type Column = NumberColumn | TextColumn | ValueColumn;

export class NumberColumn {
  readonly layout = "number" satisfies Layout;
  readonly values: Float64Array;
  readonly tags: Uint8Array | null;

  constructor(values: Float64Array, tags: Uint8Array | null = null) {
    this.values = values;
    this.tags = tags;
  }
}

/** Text, bytes, json and pointers: slices of `bytes`. */
export class TextColumn {
  readonly layout = "text" satisfies Layout;
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly tags: Uint8Array | null;
  /** `hashText` of each cell that is a value, where whoever made the column had it at no cost. */
  readonly hashes: Uint32Array | null;
  /** The bytes are never written again: a copy of the column may share them. */
  readonly isLasting: boolean;

  constructor(
    bytes: Uint8Array,
    starts: Uint32Array,
    ends: Uint32Array,
    tags: Uint8Array | null = null,
    hashes: Uint32Array | null = null,
    isLasting = false,
  ) {
    this.bytes = bytes;
    this.starts = starts;
    this.ends = ends;
    this.tags = tags;
    this.hashes = hashes;
    this.isLasting = isLasting;
  }
}

export class ValueColumn {
  readonly layout = "value" satisfies Layout;
  readonly values: readonly unknown[];
  readonly tags: Uint8Array | null;

  constructor(values: readonly unknown[], tags: Uint8Array | null = null) {
    this.values = values;
    this.tags = tags;
  }
}

/**
 * Stands where nobody downstream reads a column, so that positions stay what the plan says.
 * Reading it would yield no cells: operators pass it on untouched.
 */
export const ABSENT: Column = new ValueColumn([]);

/** The tag of a row: VALUE where the column has no tags. */
export function tagOf(column: Column, row: number): number {
  return column.tags === null ? VALUE : column.tags[row];
}
