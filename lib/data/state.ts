export type StateArray = Float64Array | Uint32Array | Int32Array | Uint8Array;

/**
 * Where state is saved to. `since` is the checkpoint that the result is added to (-1: none, all is written): a writer
 * keeps, of each array, only the pages that differ from that checkpoint.
 *
 * Names are unique within an operator; `scope` makes a sub-writer whose names cannot collide with others.
 */
export interface StateWriter {
  readonly since: number;
  /** The first `length` elements; `dirty[p]` (when given) is 0 for pages of STATE_PAGE elements known unchanged. */
  array(name: string, array: StateArray, length: number, dirty?: Uint8Array): void;
  /** Small things, as JSON. */
  value(name: string, value: unknown): void;
  scope(name: string): StateWriter;
}

/** Elements in a page of a saved array. */
export const STATE_PAGE = 4096;

export interface StateReader {
  /** A fresh array with at least `capacity` elements, the saved ones first; throws TP_STATE_FORMAT if missing. */
  float64(name: string, capacity?: number): Float64Array<ArrayBuffer>;
  uint32(name: string, capacity?: number): Uint32Array<ArrayBuffer>;
  int32(name: string, capacity?: number): Int32Array<ArrayBuffer>;
  uint8(name: string, capacity?: number): Uint8Array<ArrayBuffer>;
  value(name: string): unknown;
  scope(name: string): StateReader;
}
