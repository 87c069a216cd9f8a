/**
 * Rows where a bool column is true.
 *
 *   filter(Δ) = { (row, diff) ∈ Δ : row[column] }
 *
 * State: none. Linear, so the delta of the output is the filter of the delta; a row and its retraction carry the same
 * values and pass or fall together. Null is not true; a failed condition leaves the row out, and is reported.
 */
import type { Batch } from "../data/batch.ts";
import { ERROR, type NumberColumn } from "../data/column.ts";
import { gatherBatch } from "../data/rows.ts";
import type { Operator } from "../dataflow/operator.ts";
import { selectTrue } from "../kernels/gather.ts";
import { type LeftOut, reportFailed } from "./left-out.ts";
import type { OperatorDefinition, OperatorSpec } from "./operator-definition.ts";

export interface FilterOptions {
  /** Position of the bool column. */
  readonly column: number;
  /** Of a split: the matching rows (0) or the rest (1), whose conditions exclude each other. */
  readonly half?: 0 | 1;
}

export const filter: OperatorDefinition = {
  name: "filter",
  linear: true,
  create: (spec) => new Filter(spec),
};

class Filter implements Operator {
  readonly stateSize = 0;
  readonly #column: number;
  readonly #told: LeftOut;

  constructor({ options, inputs: [{ columns }], site, onFailure }: OperatorSpec) {
    this.#column = (options as FilterOptions).column;
    const detail = (): string => "the condition failed, so the row is left out";
    this.#told = { operator: "filter", site, columns, onFailure, detail };
  }

  step([batch]: readonly (Batch | null)[]): Batch | null {
    if (batch === null) return null;
    const { values, tags } = batch.columns[this.#column] as NumberColumn;
    if (tags?.includes(ERROR)) reportFailed(batch, [this.#column], this.#told);
    const rows = new Uint32Array(batch.length + 1);
    const kept = selectTrue(values, tags, batch.length, rows);
    if (kept === 0) return null;
    return kept === batch.length ? batch : gatherBatch(batch, rows.subarray(0, kept), kept);
  }

  save(): void {}

  load(): void {}
}
