import type { Batch } from "../data/batch.ts";
import { type Column, ERROR, NumberColumn } from "../data/column.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { ColumnType } from "../data/type.ts";
import { RankedNumbers } from "../trace/ranked-numbers.ts";
import type { ReducerState } from "./reducer.ts";
import { summable } from "./sum.ts";

/** The type of a median or quantile: that of the values, of ints a float. Throws TP_EXPRESSION_TYPE. */
export function quantileType(reducer: string, type: ColumnType): ColumnType {
  summable(reducer, type, ["int", "float", "datetime", "duration"]);
  return { name: type.name === "int" ? "float" : type.name, optional: false };
}

/**
 * The p-quantile of n sorted values: the one with (n − 1)·p others before it, between two of them on the straight line
 * (definition 7 of Hyndman and Fan, The American Statistician 50, 1996; SQL's PERCENTILE_CONT). NaN is above all.
 */
export class QuantileOf implements ReducerState {
  readonly #p: number;
  readonly #isDatetime: boolean;
  readonly #numbers = new RankedNumbers();

  constructor(p: number, { name }: ColumnType) {
    this.#p = p;
    this.#isDatetime = name === "datetime";
  }

  get size(): number {
    return this.#numbers.size;
  }

  reserve(groups: number): void {
    this.#numbers.reserve(groups);
  }

  accumulate(slots: Int32Array, args: readonly Column[], { diffs, length }: Batch): void {
    const { values, tags } = args[0] as NumberColumn;
    for (let i = 0; i < length; i++) {
      if (tags === null || tags[i] !== ERROR)
        this.#numbers.add(slots[i], values[i], diffs === null ? 1 : diffs[i]);
    }
  }

  finish(slots: Uint32Array, n: number): Column {
    const values = new Float64Array(n);
    let tags: Uint8Array | null = null;
    for (let i = 0; i < n; i++) {
      const count = this.#numbers.count(slots[i]);
      if (count > 0) values[i] = this.#answer(slots[i], count);
      else {
        tags ??= new Uint8Array(n);
        tags[i] = ERROR;
      }
    }
    return new NumberColumn(values, tags);
  }

  clear(slot: number): void {
    this.#numbers.clear(slot);
  }

  save(writer: StateWriter, groups: number): void {
    this.#numbers.save(writer, groups);
  }

  load(reader: StateReader): void {
    this.#numbers.load(reader);
  }

  #answer(slot: number, count: number): number {
    const place = (count - 1) * this.#p;
    const rank = Math.floor(place);
    const low = this.#numbers.at(slot, rank);
    const share = place - rank;
    if (share === 0) return low;
    const value = between(low, this.#numbers.at(slot, rank + 1), share);
    // An instant is a whole millisecond, rounded towards the past like every other.
    return this.#isDatetime ? Math.floor(value) : value;
  }
}

/** Between equal values nothing is computed; each end has its own weight, so that no difference can overflow. */
function between(low: number, high: number, share: number): number {
  return low === high ? low : low * (1 - share) + high * share;
}
