import type { Batch } from "../data/batch.ts";
import { type Column, ERROR, NULL, NumberColumn } from "../data/column.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import { Counts } from "../trace/counts.ts";
import { ExactSquares } from "../trace/exact-squares.ts";
import { ExactSums } from "../trace/exact-sums.ts";
import type { ReducerDefinition, ReducerState } from "./reducer.ts";
import { summable } from "./sum.ts";

/** units · 2^-2148 / divisor, or what is made of it, as a double. */
type Rounding = (units: bigint, divisor: bigint) => number;

/**
 * What variance and stddev share: the mean square of the values' distances from their mean,
 *
 *   (n Σx² − (Σx)²) / (n (n − 1)),   of a population / n²,
 *
 * with both sums exact and one rounding at the end: the nearest double, whatever the order of the rows and whatever
 * came and went. A sample of one has none: null. The options are null, or { population: true }.
 */
export function spreadReducer(name: string, types: readonly string[], round: Rounding): ReducerDefinition {
  return {
    name,
    kind: "linear",
    arity: [1, 1],
    result: ([type], options) => {
      summable(name, type, types);
      return { name: type.name === "duration" ? "duration" : "float", optional: options === null };
    },
    create: (_, { options }) => new Spread(options === null, round),
  };
}

class Spread implements ReducerState {
  readonly #isSample: boolean;
  readonly #round: Rounding;
  readonly #valid = new Counts();
  readonly #sums = new ExactSums();
  readonly #squares = new ExactSquares();

  constructor(isSample: boolean, round: Rounding) {
    this.#isSample = isSample;
    this.#round = round;
  }

  get size(): number {
    return this.#sums.spiltCount + this.#squares.spiltCount;
  }

  reserve(groups: number): void {
    this.#valid.reserve(groups);
    this.#sums.reserve(groups);
    this.#squares.reserve(groups);
  }

  accumulate(slots: Int32Array, args: readonly Column[], { diffs, length }: Batch): void {
    const column = args[0] as NumberColumn;
    this.#valid.accumulate(slots, column.tags, diffs, length);
    this.#sums.accumulate(slots, column, diffs, length);
    this.#squares.accumulate(slots, column, diffs, length);
  }

  finish(slots: Uint32Array, n: number): Column {
    const values = new Float64Array(n);
    let tags: Uint8Array | null = null;
    for (let i = 0; i < n; i++) {
      const count = this.#valid.values[slots[i]];
      if (count > (this.#isSample ? 1 : 0)) {
        values[i] = this.#answer(slots[i], count);
        continue;
      }
      tags ??= new Uint8Array(n);
      tags[i] = count === 1 ? NULL : ERROR;
    }
    return new NumberColumn(values, tags);
  }

  clear(slot: number): void {
    this.#valid.clear(slot);
    this.#sums.clear(slot);
    this.#squares.clear(slot);
  }

  save(writer: StateWriter, groups: number): void {
    this.#valid.save(writer.scope("valid"), groups);
    this.#sums.save(writer.scope("sums"), groups);
    this.#squares.save(writer.scope("squares"), groups);
  }

  load(reader: StateReader): void {
    this.#valid.load(reader.scope("valid"));
    this.#sums.load(reader.scope("sums"));
    this.#squares.load(reader.scope("squares"));
  }

  #answer(slot: number, count: number): number {
    if (this.#sums.isSpecial(slot)) return Number.NaN;
    const n = BigInt(count);
    const sum = this.#sums.unitsAt(slot);
    const units = n * this.#squares.unitsAt(slot) - sum * sum;
    return this.#round(units, n * (this.#isSample ? n - 1n : n));
  }
}
