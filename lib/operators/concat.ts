/**
 * The rows of several tables in one, keys kept.
 *
 *   concat(Δ1, …, Δk) = Δ1 + … + Δk
 *
 * State: none. Linear. Consolidated, because a row may leave one input in the commit in which it joins another, and may
 * be in several at once.
 */
import type { Batch } from "../data/batch.ts";
import { consolidate } from "../data/consolidate.ts";
import { concatBatches } from "../data/rows.ts";
import type { Operator } from "../dataflow/operator.ts";
import type { OperatorDefinition } from "./operator-definition.ts";

export const concat: OperatorDefinition = {
  name: "concat",
  linear: true,
  create: () => new Concat(),
};

class Concat implements Operator {
  readonly stateSize = 0;

  step(inputs: readonly (Batch | null)[]): Batch | null {
    const present = inputs.filter((batch) => batch !== null);
    if (present.length === 0) return null;
    return present.length === 1 ? present[0] : consolidate(concatBatches(present), false);
  }

  save(): void {}

  load(): void {}
}
