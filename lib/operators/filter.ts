/**
 * Rows where a bool column is true.
 *
 *   filter(Δ) = { (row, diff) ∈ Δ : row[column] }
 *
 * State: none. Linear, so the delta of the output is the filter of the delta; a row and its retraction carry the same
 * values and pass or fall together. Null is not true.
 */
import type { Batch } from "../data/batch.ts";
import type { NumberColumn } from "../data/column.ts";
import { gatherBatch } from "../data/rows.ts";
import type { Operator } from "../dataflow/operator.ts";
import { selectTrue } from "../kernels/gather.ts";
import type { OperatorDefinition } from "./operator-definition.ts";

export interface FilterOptions {
  /** Position of the bool column. */
  readonly column: number;
}

export const filter: OperatorDefinition = {
  name: "filter",
  linear: true,
  create: (spec) => new Filter(spec.options as FilterOptions),
};

class Filter implements Operator {
  readonly stateSize = 0;
  readonly #column: number;

  constructor(options: FilterOptions) {
    this.#column = options.column;
  }

  step([batch]: readonly (Batch | null)[]): Batch | null {
    if (batch === null) return null;
    const { values, tags } = batch.columns[this.#column] as NumberColumn;
    const rows = new Uint32Array(batch.length + 1);
    const kept = selectTrue(values, tags, batch.length, rows);
    if (kept === 0) return null;
    return kept === batch.length ? batch : gatherBatch(batch, rows.subarray(0, kept), kept);
  }

  save(): void {}

  load(): void {}
}
