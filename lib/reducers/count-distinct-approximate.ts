import type { Batch } from "../data/batch.ts";
import { type Column, NumberColumn } from "../data/column.ts";
import { KEY_WORDS } from "../data/keys.ts";
import { keysOfValues } from "../data/row-key.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { ColumnType } from "../data/type.ts";
import { MAX_RANK, rankOf, registerOf } from "../kernels/hyperloglog.ts";
import { DistinctRegisters } from "../trace/distinct-registers.ts";
import { Multisets } from "../trace/multisets.ts";
import type { ReducerDefinition, ReducerState } from "./reducer.ts";
import { validRows } from "./valid-rows.ts";

/** Options of countDistinctApproximate, as plan data. */
export interface ApproximateOptions {
  /** 2^precision registers; the standard error is 1.04 / √(2^precision). */
  readonly precision: number;
}

/**
 * How many different values there are, estimated by HyperLogLog: the answer depends on the set of values alone.
 *
 * Where rows can be retracted, a register remembers how many rows have reached each of its ranks, so that taking back
 * the last of the highest brings back the next: as many counters as different (register, rank) pairs, never more than
 * 2^precision · 33 a group, however many values there are. Otherwise a register is one byte.
 */
export const countDistinctApproximate: ReducerDefinition = {
  name: "countDistinctApproximate",
  kind: "multiset",
  arity: [1, 1],
  result: () => ({ name: "int", optional: false }),
  create: ([type], { appendOnly, options }) => {
    const { precision } = options as ApproximateOptions;
    return appendOnly ? new LastingApproximate(type, precision) : new Approximate(type, precision);
  },
};

abstract class Sketch implements ReducerState {
  protected readonly registers: DistinctRegisters;
  readonly #type: ColumnType;
  readonly #precision: number;

  constructor(type: ColumnType, precision: number) {
    this.#type = type;
    this.#precision = precision;
    this.registers = new DistinctRegisters(precision);
  }

  abstract readonly size: number;

  /** A code is a register and a rank: register · (MAX_RANK + 1) + rank. */
  protected abstract take(slots: Int32Array, codes: Float64Array, diffs: Int32Array | null, n: number): void;

  reserve(groups: number): void {
    this.registers.reserve(groups);
  }

  accumulate(slots: Int32Array, args: readonly Column[], batch: Batch): void {
    const valid = validRows(slots, args, batch);
    const { columns, diffs, length } = valid.batch;
    const words = keysOfValues(columns, [this.#type], length);
    const codes = new Float64Array(length);
    for (let i = 0; i < length; i++) {
      const at = KEY_WORDS * i;
      // The first and the last word of a key are hash throughout; the others hold the version of the UUID.
      const register = registerOf(words[at], this.#precision);
      codes[i] = register * (MAX_RANK + 1) + rankOf(words[at + 3]);
    }
    this.take(valid.slots, codes, diffs, length);
  }

  finish(slots: Uint32Array, n: number): Column {
    const counts = new Float64Array(n);
    for (let i = 0; i < n; i++) counts[i] = Math.round(this.registers.estimate(slots[i]));
    return new NumberColumn(counts);
  }

  clear(slot: number): void {
    this.registers.clear(slot);
  }

  save(writer: StateWriter, groups: number): void {
    this.registers.save(writer.scope("registers"), groups);
  }

  load(reader: StateReader): void {
    this.registers.load(reader.scope("registers"));
  }
}

/** Where nothing is ever retracted a register only grows. */
class LastingApproximate extends Sketch {
  readonly size = 0;

  protected take(slots: Int32Array, codes: Float64Array, _: Int32Array | null, n: number): void {
    for (let i = 0; i < n; i++) {
      const rank = codes[i] % (MAX_RANK + 1);
      const register = (codes[i] - rank) / (MAX_RANK + 1);
      if (rank > this.registers.rank(slots[i], register)) this.registers.set(slots[i], register, rank);
    }
  }
}

const CODE: ColumnType = { name: "int", optional: false };

class Approximate extends Sketch {
  /** The codes that are there, each as often as rows have it. */
  readonly #codes = new Multisets([CODE]);

  get size(): number {
    return this.#codes.size;
  }

  override reserve(groups: number): void {
    super.reserve(groups);
    this.#codes.reserve(groups);
  }

  protected take(slots: Int32Array, codes: Float64Array, diffs: Int32Array | null, n: number): void {
    const turnover = this.#codes.accumulate(slots, [new NumberColumn(codes)], diffs, n);
    for (const { row, diff } of turnover) {
      const slot = slots[row];
      const rank = codes[row] % (MAX_RANK + 1);
      const first = codes[row] - rank;
      const register = first / (MAX_RANK + 1);
      const highest = this.registers.rank(slot, register);
      if (diff > 0 && rank > highest) this.registers.set(slot, register, rank);
      else if (diff < 0 && rank === highest)
        this.registers.set(slot, register, this.#highestBelow(slot, first, rank));
    }
  }

  override clear(slot: number): void {
    super.clear(slot);
    this.#codes.clear(slot);
  }

  override save(writer: StateWriter, groups: number): void {
    super.save(writer, groups);
    this.#codes.save(writer.scope("codes"), groups);
  }

  override load(reader: StateReader): void {
    super.load(reader);
    this.#codes.load(reader.scope("codes"));
  }

  /** The highest rank below `rank` that some row has, 0 for none; `first` is the code of the register's rank 0. */
  #highestBelow(slot: number, first: number, rank: number): number {
    const ranks = Float64Array.from({ length: rank - 1 }, (_, i) => first + i + 1);
    const held = this.#codes.holds(slot, [new NumberColumn(ranks)], ranks.length);
    return held.lastIndexOf(1) + 1;
  }
}
