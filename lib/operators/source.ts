/**
 * Where a connector's rows enter: the run injects each sealed commit here, so the operator itself never steps.
 * State: none; what a source remembers is its connector's.
 */
import type { Batch } from "../data/batch.ts";
import type { Operator } from "../dataflow/operator.ts";
import type { OperatorDefinition } from "./operator-definition.ts";

export const source: OperatorDefinition = {
  name: "source",
  linear: true,
  create: () => new SourcePort(),
};

class SourcePort implements Operator {
  readonly stateSize = 0;

  step(): Batch | null {
    return null;
  }

  save(): void {}

  load(): void {}
}
