/**
 * Rows that found what they looked for: a column that is null where they did not, behind a lookup by key.
 *
 *   requireMatch(Δ) = { (row, diff) ∈ Δ : row[column] is not null, or row[pointer] is null and may be }
 *
 * The others are left out and reported, when they come, with the key that no row has. State: none. Linear: whether a
 * row found its match is in its columns.
 */
import type { Batch } from "../data/batch.ts";
import { pointerText } from "../data/cell.ts";
import { NULL, type TextColumn, VALUE } from "../data/column.ts";
import { gatherBatch } from "../data/rows.ts";
import type { Operator } from "../dataflow/operator.ts";
import { failedRow } from "./failed-row.ts";
import type { OperatorDefinition, OperatorSpec } from "./operator-definition.ts";

export interface RequireMatchOptions {
  /** The method that looked, as messages call it. */
  readonly said: string;
  /** Position of the column that is null where nothing was found. */
  readonly column: number;
  /** Position of the key that was looked for. */
  readonly pointer: number;
  /** Rows that look for nothing (null) stay. */
  readonly optional: boolean;
}

export const requireMatch: OperatorDefinition = {
  name: "requireMatch",
  linear: true,
  create: (spec) => new RequireMatch(spec),
};

class RequireMatch implements Operator {
  readonly stateSize = 0;
  readonly #spec: OperatorSpec;
  readonly #options: RequireMatchOptions;

  constructor(spec: OperatorSpec) {
    this.#spec = spec;
    this.#options = spec.options as RequireMatchOptions;
  }

  step([batch]: readonly (Batch | null)[]): Batch | null {
    if (batch === null) return null;
    const { tags } = batch.columns[this.#options.column];
    if (tags === null) return batch;
    const pointers = batch.columns[this.#options.pointer] as TextColumn;
    const rows = new Uint32Array(batch.length);
    let kept = 0;
    for (let row = 0; row < batch.length; row++) {
      const pointerTag = pointers.tags === null ? VALUE : pointers.tags[row];
      if (tags[row] === VALUE || (this.#options.optional && pointerTag === NULL)) rows[kept++] = row;
      else if (pointerTag === VALUE && (batch.diffs === null || batch.diffs[row] > 0))
        this.#report(batch, pointers, row);
    }
    if (kept === batch.length) return batch;
    return kept === 0 ? null : gatherBatch(batch, rows.subarray(0, kept), kept);
  }

  save(): void {}

  load(): void {}

  #report(batch: Batch, pointers: TextColumn, row: number): void {
    const { said } = this.#options;
    const key = pointerText(pointers.bytes.subarray(pointers.starts[row], pointers.ends[row]));
    this.#spec.onFailure({
      code: "TP_KEY_MISSING",
      operator: said,
      site: this.#spec.site,
      time: batch.time,
      row: failedRow(batch, this.#spec.columns, row, this.#own(batch, row)),
      detail: `${said} finds no row with the key ${key}`,
      cause: undefined,
    });
  }

  /** The cells of the row itself: those of the row that it did not find are null. */
  #own({ columns }: Batch, row: number): number[] {
    return [...columns.keys()].filter((position) => columns[position].tags?.[row] !== NULL);
  }
}
