import { NumberColumn } from "../data/column.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import { SQUARE_HIGH, squareExact } from "../kernels/exact-square.ts";
import { ExactSums } from "./exact-sums.ts";

/** Powers of two by which values are scaled before they are squared where the squares would leave the range. */
const SCALE = 600;

/**
 * Exact sums of the squares of finite doubles by group, whatever their size: x² is the sum of two doubles
 * (kernels/exact-square.ts), which are summed exactly. Values that are too large or too small to be squared are scaled
 * by 2^∓600 first and summed apart: rare, so that nothing is kept for them until one comes.
 */
export class ExactSquares {
  readonly #plain = new ExactSums();
  #large: ExactSums | null = null;
  #small: ExactSums | null = null;
  #groups = 0;

  get spiltCount(): number {
    return this.#plain.spiltCount + (this.#large?.spiltCount ?? 0) + (this.#small?.spiltCount ?? 0);
  }

  reserve(groups: number): void {
    this.#groups = groups;
    this.#plain.reserve(groups);
    this.#large?.reserve(groups);
    this.#small?.reserve(groups);
  }

  accumulate(slots: Int32Array, { values, tags }: NumberColumn, diffs: Int32Array | null, n: number): void {
    const skipped = new Uint8Array(n);
    if (this.#add(this.#plain, slots, values, tags, diffs, n, skipped) === 0) return;
    const large = new Float64Array(n);
    const small = new Float64Array(n);
    const scale = 2 ** SCALE;
    for (let i = 0; i < n; i++) {
      if (skipped[i] === 0 || (tags !== null && tags[i] !== 0) || !Number.isFinite(values[i])) continue;
      if (Math.abs(values[i]) >= SQUARE_HIGH) large[i] = values[i] / scale;
      else small[i] = values[i] * scale;
    }
    this.#large ??= this.#made();
    this.#small ??= this.#made();
    this.#add(this.#large, slots, large, null, diffs, n, skipped);
    this.#add(this.#small, slots, small, null, diffs, n, skipped);
  }

  /** The exact sum of a group's squares, as a multiple of 2^-2148. */
  unitsAt(slot: number): bigint {
    const large = this.#large?.unitsAt(slot) ?? 0n;
    const small = this.#small?.unitsAt(slot) ?? 0n;
    // Every square is a multiple of 2^-2148, so that the last shift loses nothing.
    return (
      (this.#plain.unitsAt(slot) << 1074n) +
      (large << BigInt(1074 + 2 * SCALE)) +
      (small >> BigInt(2 * SCALE - 1074))
    );
  }

  clear(slot: number): void {
    this.#plain.clear(slot);
    this.#large?.clear(slot);
    this.#small?.clear(slot);
  }

  save(writer: StateWriter, groups: number): void {
    this.#plain.save(writer.scope("plain"), groups);
    writer.value("scaled", this.#large !== null);
    this.#large?.save(writer.scope("large"), groups);
    this.#small?.save(writer.scope("small"), groups);
  }

  load(reader: StateReader): void {
    this.#plain.load(reader.scope("plain"));
    if (reader.value("scaled") !== true) return;
    this.#large = new ExactSums();
    this.#large.load(reader.scope("large"));
    this.#small = new ExactSums();
    this.#small.load(reader.scope("small"));
  }

  #made(): ExactSums {
    const sums = new ExactSums();
    sums.reserve(this.#groups);
    return sums;
  }

  #add(
    sums: ExactSums,
    slots: Int32Array,
    values: Float64Array,
    tags: Uint8Array | null,
    diffs: Int32Array | null,
    n: number,
    skipped: Uint8Array,
  ): number {
    const products = new Float64Array(n);
    const errors = new Float64Array(n);
    const outside = squareExact(values, tags, n, products, errors, skipped);
    sums.accumulate(slots, new NumberColumn(products), diffs, n);
    sums.accumulate(slots, new NumberColumn(errors), diffs, n);
    return outside;
  }
}
