/**
 * Where a table's changes leave: staged during the steps of a commit, released by the run once it is whole.
 * Rows with a failed cell are left out, and reported. State: none between commits.
 */
import type { Batch } from "../data/batch.ts";
import type { Operator } from "../dataflow/operator.ts";
import { OutputStage } from "../io/output-stage.ts";
import { type LeftOut, reportFailed } from "./left-out.ts";
import type { OperatorDefinition, OperatorSpec } from "./operator-definition.ts";

/** What the operator reads of an output's options; the rest is the connector's. */
interface OutputOptions {
  readonly connector: string;
  readonly name: string;
  readonly keepsFailures?: boolean;
}

export const output: OperatorDefinition = {
  name: "output",
  linear: true,
  create: (spec) => new Output(spec),
};

export class Output implements Operator {
  readonly stateSize = 0;
  readonly stage: OutputStage;

  constructor({ options, inputs: [{ columns }], site, onFailure }: OperatorSpec) {
    const { connector, name, keepsFailures } = options as OutputOptions;
    const detail = (column: string): string =>
      `column "${column}" failed, so the row is not written to ${connector} ${JSON.stringify(name)}`;
    const told: LeftOut = { operator: "output", site, columns, onFailure, detail };
    this.stage = new OutputStage(
      keepsFailures === true ? null : (batch) => reportFailed(batch, [...columns.keys()], told),
    );
  }

  step([batch]: readonly (Batch | null)[]): Batch | null {
    if (batch !== null) this.stage.add(batch);
    return null;
  }

  save(): void {}

  load(): void {}
}
