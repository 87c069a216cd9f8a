/**
 * One row for each element of a column's cells; the other cells are repeated.
 *
 *   flatten(Δ) = { (hash(key, i), row with row[column][i], diff) : (key, row, diff) ∈ Δ, i < |row[column]| }
 *
 * A text's elements are its code points. Null and empty cells have none; a cell that failed or is no array has none
 * either, and is reported. State: none. Linear; consolidated, because two versions of a cell may share elements.
 */
import { Batch } from "../data/batch.ts";
import { ABSENT } from "../data/column.ts";
import { consolidate } from "../data/consolidate.ts";
import { keysOfItems } from "../data/row-key.ts";
import { gatherBatch } from "../data/rows.ts";
import type { Operator } from "../dataflow/operator.ts";
import { gatherKeys } from "../kernels/gather.ts";
import { failedRow } from "./failed-row.ts";
import { elementsOf, isSplittable } from "./flatten-elements.ts";
import { type LeftOut, withoutFailed } from "./left-out.ts";
import type { OperatorDefinition, OperatorSpec } from "./operator-definition.ts";

export interface FlattenOptions {
  /** Position of the column of texts or arrays. */
  readonly column: number;
}

export const flatten: OperatorDefinition = {
  name: "flatten",
  linear: true,
  create: (spec) => new Flatten(spec),
};

class Flatten implements Operator {
  readonly stateSize = 0;
  readonly #spec: OperatorSpec;
  readonly #column: number;
  readonly #told: LeftOut;

  constructor(spec: OperatorSpec) {
    this.#spec = spec;
    this.#column = (spec.options as FlattenOptions).column;
    const { site, onFailure } = spec;
    const [{ columns }] = spec.inputs;
    const detail = (column: string): string => `column "${column}" failed, so the row has no elements`;
    this.#told = { operator: "flatten", site, columns, onFailure, detail };
  }

  step([given]: readonly (Batch | null)[]): Batch | null {
    const batch = given === null ? null : withoutFailed(given, [this.#column], this.#told);
    if (batch === null) return null;
    const [{ columns, uniqueKeys }] = this.#spec.inputs;
    const { type } = columns[this.#column];
    const cells = batch.columns[this.#column];
    this.#report(batch);
    const { rows, items, elements } = elementsOf(cells, type, batch.length);
    const n = rows.length;
    if (n === 0) return null;
    const others = batch.columns.map((column, i) => (i === this.#column ? ABSENT : column));
    const repeated = gatherBatch(batch.withColumns(others), rows, n);
    const keys = batch.keys.mapped((own) => {
      const words = new Uint32Array(4 * n);
      gatherKeys(own, rows, n, words);
      return keysOfItems(words, items, n);
    });
    const flat = repeated.columns.map((column, i) => (i === this.#column ? elements : column));
    const { time, diffs, origin } = repeated;
    return consolidate(new Batch(time, n, flat, keys, diffs, origin), uniqueKeys);
  }

  save(): void {}

  load(): void {}

  /** Tells of cells that have no elements because they are no array. */
  #report(batch: Batch): void {
    const [{ columns }] = this.#spec.inputs;
    const { name, type } = columns[this.#column];
    for (let row = 0; row < batch.length; row++) {
      if (isSplittable(batch.columns[this.#column], type, row)) continue;
      if (batch.diffs !== null && batch.diffs[row] < 0) continue;
      this.#spec.onFailure({
        operator: "flatten",
        site: this.#spec.site,
        time: batch.time,
        row: failedRow(batch, columns, row),
        detail: `flatten needs an array in column "${name}"`,
        cause: undefined,
      });
    }
  }
}
