import type { Batch } from "../data/batch.ts";
import { type Column, ERROR, ValueColumn } from "../data/column.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import { type ColumnType, formatType } from "../data/type.ts";
import { TowpathError } from "../errors.ts";
import { Counts } from "../trace/counts.ts";
import { ExactTotal } from "./exact-total.ts";
import type { ReducerDefinition, ReducerState } from "./reducer.ts";

/**
 * The exact sum, rounded once: the same whatever the order of the rows and whatever came and went
 * (docs/decisions/0003-exact-float-sums.md). An int sum outside the safe integers is a failed cell for as long as it
 * is there; a duration sums to a duration, a bigint to a bigint.
 */
export const sum: ReducerDefinition = {
  name: "sum",
  kind: "linear",
  readsKeys: false,
  arity: [1, 1],
  result: ([type]) => summable("sum", type, ["int", "float", "duration", "bigint"]),
  create: ([type]) => (type.name === "bigint" ? new BigSum() : new Sum(type.name === "int")),
};

/** The argument's type where it is one of `names` and cannot be null; else throws TP_EXPRESSION_TYPE. */
export function summable(reducer: string, type: ColumnType, names: readonly string[]): ColumnType {
  if (names.includes(type.name) && !type.optional) return type;
  const hint = type.optional
    ? `Give a value for null first, e.g. ${reducer}(pw.coalesce(column, 0)).`
    : `It takes ${names.join(", ")}.`;
  throw new TowpathError(
    "TP_EXPRESSION_TYPE",
    `${reducer} cannot take a column of type ${formatType(type)}`,
    { hint },
  );
}

class Sum extends ExactTotal {
  protected readonly areInts: boolean;

  constructor(isInt: boolean) {
    super();
    this.areInts = isInt;
  }

  protected answers(slots: Uint32Array, n: number): Float64Array {
    return this.sums.finish(slots, n);
  }
}

class BigSum implements ReducerState {
  readonly size = 0;
  readonly #valid = new Counts();
  #sums: bigint[] = [];

  reserve(groups: number): void {
    this.#valid.reserve(groups);
    while (this.#sums.length < groups) this.#sums.push(0n);
  }

  accumulate(slots: Int32Array, args: readonly Column[], batch: Batch): void {
    const { values, tags } = args[0] as ValueColumn;
    this.#valid.accumulate(slots, tags, batch.diffs, batch.length);
    for (let i = 0; i < batch.length; i++) {
      if (tags !== null && tags[i] !== 0) continue;
      this.#sums[slots[i]] += (values[i] as bigint) * BigInt(batch.diffs === null ? 1 : batch.diffs[i]);
    }
  }

  finish(slots: Uint32Array, n: number): Column {
    const values: unknown[] = Array.from(slots.subarray(0, n), (slot) => this.#sums[slot]);
    let tags: Uint8Array | null = null;
    for (let i = 0; i < n; i++) {
      if (this.#valid.values[slots[i]] !== 0) continue;
      tags ??= new Uint8Array(n);
      tags[i] = ERROR;
      values[i] = undefined;
    }
    return new ValueColumn(values, tags);
  }

  clear(slot: number): void {
    this.#sums[slot] = 0n;
    this.#valid.clear(slot);
  }

  save(writer: StateWriter, groups: number): void {
    writer.value("sums", this.#sums.slice(0, groups).map(String));
    this.#valid.save(writer.scope("valid"), groups);
  }

  load(reader: StateReader): void {
    this.#sums = (reader.value("sums") as string[]).map(BigInt);
    this.#valid.load(reader.scope("valid"));
  }
}
