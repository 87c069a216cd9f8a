/**
 * Rows without a failed cell.
 *
 *   removeErrors(Δ) = { (row, diff) ∈ Δ : no cell of row failed }
 *
 * State: none. Linear: a row and its retraction carry the same cells.
 */
import type { Batch } from "../data/batch.ts";
import { withoutFailures } from "../data/failed-rows.ts";
import type { Operator } from "../dataflow/operator.ts";
import type { OperatorDefinition } from "./operator-definition.ts";

export const removeErrors: OperatorDefinition = {
  name: "removeErrors",
  linear: true,
  create: () => new RemoveErrors(),
};

class RemoveErrors implements Operator {
  readonly stateSize = 0;

  step([batch]: readonly (Batch | null)[]): Batch | null {
    return batch === null ? null : withoutFailures(batch);
  }

  save(): void {}

  load(): void {}
}
