/**
 * Where a table's changes leave: staged during the steps of a commit, released by the run once it is whole.
 * State: none between commits.
 */
import type { Batch } from "../data/batch.ts";
import type { Operator } from "../dataflow/operator.ts";
import { OutputStage } from "../io/output-stage.ts";
import type { OperatorDefinition } from "./operator-definition.ts";

/** What the operator reads of an output's options; the rest is the connector's. */
interface OutputOptions {
  readonly keepsFailures?: boolean;
}

export const output: OperatorDefinition = {
  name: "output",
  linear: true,
  create: ({ options }) => new Output((options as OutputOptions).keepsFailures === true),
};

export class Output implements Operator {
  readonly stateSize = 0;
  readonly stage: OutputStage;

  constructor(keepsFailures: boolean) {
    this.stage = new OutputStage(keepsFailures);
  }

  step([batch]: readonly (Batch | null)[]): Batch | null {
    if (batch !== null) this.stage.add(batch);
    return null;
  }

  save(): void {}

  load(): void {}
}
