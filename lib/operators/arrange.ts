/**
 * Remembers a table's rows by some of its columns, for the joins that read it. Passes its input on unchanged.
 *
 * State: one arrangement, shared by every join that needs the same table by the same columns. A reader downstream sees
 * it with the current delta already in; `changes` tells which keys came and went with it. Rows with a failed key are
 * not remembered, because they equal nothing; they are reported, and readers find them in `failed`.
 */
import type { Batch } from "../data/batch.ts";
import { onlyFailures } from "../data/failed-rows.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { Operator } from "../dataflow/operator.ts";
import { Arrangement, type KeyChanges, NO_CHANGES } from "../trace/arrangement.ts";
import { type LeftOut, withoutFailed } from "./left-out.ts";
import type { OperatorDefinition } from "./operator-definition.ts";

export interface ArrangeOptions {
  /** Positions of the columns to remember by. */
  readonly keys: readonly number[];
  /** Some reader needs to know which keys come and go. */
  readonly keyChanges: boolean;
}

export const arrange: OperatorDefinition = {
  name: "arrange",
  linear: true,
  create: ({ options, inputs: [{ columns, appendOnly }], needed, keysRead, site, onFailure }) => {
    const { keys, keyChanges } = options as ArrangeOptions;
    const use = { retracts: !appendOnly, rowKeys: keysRead, keyChanges };
    const types = columns.map((column) => column.type);
    const detail = (column: string): string => `the join key "${column}" failed, so the row has no match`;
    const told = { operator: "join", site, columns, onFailure, detail };
    return new Arrange(new Arrangement(types, keys, needed, use), keys, told);
  },
};

export class Arrange implements Operator {
  readonly arrangement: Arrangement;
  readonly #keys: readonly number[];
  readonly #told: LeftOut;
  /** Of the latest step that had input: its rows whose key did not fail, what they changed, and the other rows. */
  usable: Batch | null = null;
  changes = NO_CHANGES;
  failed: Batch | null = null;
  /** The hashes of the usable rows' keys; and where rows last, the slot that the first of them was given. */
  hashes: Uint32Array = new Uint32Array(0);
  firstSlot = 0;

  constructor(arrangement: Arrangement, keys: readonly number[], told: LeftOut) {
    this.arrangement = arrangement;
    this.#keys = keys;
    this.#told = told;
  }

  get stateSize(): number {
    return this.arrangement.size;
  }

  step([batch]: readonly (Batch | null)[]): Batch | null {
    if (batch === null) return null;
    this.usable = withoutFailed(batch, this.#keys, this.#told);
    this.failed = this.usable === batch ? null : onlyFailures(batch, this.arrangement.keyColumnsOf(batch));
    this.firstSlot = this.arrangement.rows.used;
    this.changes = this.usable === null ? NO_CHANGES : this.#append(this.usable);
    return batch;
  }

  #append(batch: Batch): KeyChanges {
    this.hashes = this.arrangement.hashesOf(batch);
    return this.arrangement.append(batch, this.hashes);
  }

  save(writer: StateWriter): void {
    this.arrangement.save(writer);
  }

  load(reader: StateReader): void {
    this.arrangement.load(reader);
    this.usable = null;
    this.changes = NO_CHANGES;
    this.failed = null;
  }
}
