/**
 * The same rows under keys that no other table of a concatenation has: the hash of the old key and the table's number.
 *
 *   reindex(Δ) = { (hash(key, number), row, diff) : (key, row, diff) ∈ Δ }
 *
 * State: none. Linear.
 */
import { Batch } from "../data/batch.ts";
import { Keys } from "../data/keys.ts";
import { keysOfItems } from "../data/row-key.ts";
import type { Operator } from "../dataflow/operator.ts";
import type { OperatorDefinition } from "./operator-definition.ts";

export interface ReindexOptions {
  /** The table's number. */
  readonly number: number;
}

export const reindex: OperatorDefinition = {
  name: "reindex",
  linear: true,
  create: ({ options }) => new Reindex((options as ReindexOptions).number),
};

class Reindex implements Operator {
  readonly stateSize = 0;
  readonly #number: number;

  constructor(number: number) {
    this.#number = number;
  }

  step([batch]: readonly (Batch | null)[]): Batch | null {
    if (batch === null) return null;
    const { time, length, columns, diffs, origin } = batch;
    const keys = Keys.derived(() =>
      keysOfItems(batch.keys.words(), new Uint32Array(length).fill(this.#number), length),
    );
    return new Batch(time, length, columns, keys, diffs, origin);
  }

  save(): void {}

  load(): void {}
}
