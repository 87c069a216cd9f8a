/**
 * Remembers a table's rows by some of its columns, for the joins that read it. Passes its input on unchanged.
 *
 * State: one arrangement, shared by every join that needs the same table by the same columns. A reader downstream sees
 * it with the current delta already in; `changes` tells which keys came and went with it.
 */
import type { Batch } from "../data/batch.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { Operator } from "../dataflow/operator.ts";
import { Arrangement, type KeyChanges } from "../trace/arrangement.ts";
import type { OperatorDefinition } from "./operator-definition.ts";

export interface ArrangeOptions {
  /** Positions of the columns to remember by. */
  readonly keys: readonly number[];
}

export const arrange: OperatorDefinition = {
  name: "arrange",
  linear: true,
  create: ({ options, inputs, needed }) => {
    const types = inputs[0].columns.map((column) => column.type);
    return new Arrange(new Arrangement(types, (options as ArrangeOptions).keys, needed));
  },
};

const NO_CHANGES: KeyChanges = { appeared: [], vanished: [] };

export class Arrange implements Operator {
  readonly arrangement: Arrangement;
  /** Of the latest step that had input. */
  changes = NO_CHANGES;

  constructor(arrangement: Arrangement) {
    this.arrangement = arrangement;
  }

  get stateSize(): number {
    return this.arrangement.size;
  }

  step([batch]: readonly (Batch | null)[]): Batch | null {
    if (batch !== null) this.changes = this.arrangement.append(batch);
    return batch;
  }

  save(writer: StateWriter): void {
    this.arrangement.save(writer);
  }

  load(reader: StateReader): void {
    this.arrangement.load(reader);
    this.changes = NO_CHANGES;
  }
}
