import { STATE_PAGE, type StateArray } from "../data/state.ts";

/** The arrays that state is made of; `json` is the text of a value. */
export const arrayKinds = {
  float64: Float64Array,
  uint32: Uint32Array,
  int32: Int32Array,
  uint8: Uint8Array,
  json: Uint8Array,
} as const;

export type ArrayKind = keyof typeof arrayKinds;

/** An array in a checkpoint's manifest. */
export interface SavedArray {
  /** The operator's, source's or output's scope and the array's own name. */
  readonly name: string;
  /** Names the array's pages within a store. */
  readonly id: number;
  readonly kind: ArrayKind;
  readonly length: number;
}

export function kindOf(array: StateArray): ArrayKind {
  if (array instanceof Float64Array) return "float64";
  if (array instanceof Uint32Array) return "uint32";
  return array instanceof Int32Array ? "int32" : "uint8";
}

export function pagesOf(length: number): number {
  return Math.ceil(length / STATE_PAGE);
}

/** How many bytes a page of an array has: the last one may be short. */
export function pageBytes({ kind, length }: SavedArray, page: number): number {
  return Math.min(STATE_PAGE, length - page * STATE_PAGE) * arrayKinds[kind].BYTES_PER_ELEMENT;
}
