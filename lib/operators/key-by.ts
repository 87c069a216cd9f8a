/**
 * The same rows under the keys that a pointer column holds. Whoever says it knows that no two rows have one.
 *
 *   keyBy(Δ) = { (row[pointer], row, diff) : (key, row, diff) ∈ Δ }
 *
 * State: none. Linear. Consolidated, because rows whose keys told them apart may be equal under the new ones.
 */
import { Batch } from "../data/batch.ts";
import type { TextColumn } from "../data/column.ts";
import { consolidate } from "../data/consolidate.ts";
import { pointerWords } from "../data/key-column.ts";
import type { Operator } from "../dataflow/operator.ts";
import type { OperatorDefinition, OperatorSpec } from "./operator-definition.ts";

export interface KeyByOptions {
  /** Position of the pointer column, which holds no null. */
  readonly pointer: number;
}

export const keyBy: OperatorDefinition = {
  name: "keyBy",
  linear: true,
  create: (spec) => new KeyBy(spec),
};

class KeyBy implements Operator {
  readonly stateSize = 0;
  readonly #pointer: number;
  readonly #uniqueKeys: boolean;

  constructor({ options, inputs: [{ uniqueKeys }] }: OperatorSpec) {
    this.#pointer = (options as KeyByOptions).pointer;
    this.#uniqueKeys = uniqueKeys;
  }

  step([batch]: readonly (Batch | null)[]): Batch | null {
    if (batch === null) return null;
    const { time, length, columns, diffs, origin } = batch;
    const keys = pointerWords(columns[this.#pointer] as TextColumn, length);
    return consolidate(new Batch(time, length, columns, keys, diffs, origin), this.#uniqueKeys);
  }

  save(): void {}

  load(): void {}
}
