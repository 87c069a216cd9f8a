/**
 * Where a table's changes leave: staged during the steps of a commit, released by the run once it is whole.
 * State: none between commits.
 */
import type { Batch } from "../data/batch.ts";
import type { Operator } from "../dataflow/operator.ts";
import { OutputStage } from "../io/output-stage.ts";
import type { OperatorDefinition } from "./operator-definition.ts";

export const output: OperatorDefinition = {
  name: "output",
  linear: true,
  create: () => new Output(),
};

export class Output implements Operator {
  readonly stateSize = 0;
  readonly stage = new OutputStage();

  step([batch]: readonly (Batch | null)[]): Batch | null {
    if (batch !== null) this.stage.add(batch);
    return null;
  }

  save(): void {}

  load(): void {}
}
