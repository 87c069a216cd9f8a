/**
 * The row accepted last of each instance: a row that comes is accepted if its instance has none yet, or if
 * `acceptor(its value, the accepted row's value)` says so; without an acceptor, if the two values differ.
 *
 * Rows of a commit are offered in the order of a column, if one is named, then of their values, keys and columns, so
 * that the answer does not depend on how a commit's rows lie. Rows that go are not looked at: what has been accepted
 * stays. So the answer depends on the history of the table, not on the table alone: law 1 holds against a replay of the
 * history, and law 3 does not hold. Rows that failed in a column looked at, and rows for which the acceptor throws, are
 * not accepted, and are reported.
 *
 * State: the accepted row of each instance. Cost: the rows that come. Laws 2, 5, 6; not linear.
 */
import { Batch } from "../data/batch.ts";
import { readCell } from "../data/cell.ts";
import { ABSENT, type Column } from "../data/column.ts";
import { compareCells } from "../data/compare-cells.ts";
import { consolidate } from "../data/consolidate.ts";
import { keyColumn } from "../data/key-column.ts";
import { Keys } from "../data/keys.ts";
import { keysOfValues } from "../data/row-key.ts";
import { concatBatches, gatherBatch, gatherColumn } from "../data/rows.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { Operator } from "../dataflow/operator.ts";
import { kindOf } from "../expressions/functions/values.ts";
import { type ColumnStore, columnStore } from "../trace/column-store.ts";
import { RowIndex } from "../trace/row-index.ts";
import { failedRow } from "./failed-row.ts";
import { type LeftOut, withoutFailed } from "./left-out.ts";
import type { OperatorDefinition, OperatorSpec } from "./operator-definition.ts";

export interface DeduplicateOptions {
  /** Positions of the columns. No instance columns: the whole table is one instance. */
  readonly value: number;
  readonly instance: readonly number[];
  readonly order: number | null;
  /** null: values that differ are accepted. */
  readonly acceptor: ((value: unknown, accepted: unknown) => boolean) | null;
}

export const deduplicate: OperatorDefinition = {
  name: "deduplicate",
  linear: false,
  historyDependent:
    "rows that have gone stay accepted, and which are accepted depends on those accepted before",
  create: (spec) => new Deduplicate(spec),
};

class Deduplicate implements Operator {
  readonly #spec: OperatorSpec;
  readonly #options: DeduplicateOptions;
  readonly #told: LeftOut;
  readonly #instances: RowIndex;
  /** The accepted rows, by slot of their instance: the columns that somebody reads, and the value. */
  readonly #stores: readonly (ColumnStore | null)[];

  constructor(spec: OperatorSpec) {
    const { columns, site, onFailure } = spec;
    this.#spec = spec;
    this.#options = spec.options as DeduplicateOptions;
    const { value, instance } = this.#options;
    const detail = (column: string): string => `column "${column}" failed, so the row is not accepted`;
    this.#told = { operator: "deduplicate", site, columns, onFailure, detail };
    this.#instances = new RowIndex(instance.map((position) => columns[position].type));
    this.#stores = columns.map(({ type }, i) => (spec.needed[i] || i === value ? columnStore(type) : null));
  }

  get stateSize(): number {
    return this.#instances.size;
  }

  step([given]: readonly (Batch | null)[]): Batch | null {
    const { value, instance, order } = this.#options;
    const come = given === null ? null : insertions(given);
    const looked = [value, ...instance, ...(order === null ? [] : [order])];
    const batch = come === null ? null : withoutFailed(come, looked, this.#told);
    if (batch === null) return null;
    const known = this.#instances.capacity;
    const slots = new Int32Array(batch.length);
    this.#instances.lookupOrInsert(
      instance.map((position) => batch.columns[position]),
      batch.length,
      slots,
    );
    const live = this.#live(known, slots);
    const accepted = this.#accepted(batch, slots, live);
    return accepted.size === 0 ? null : this.#replace(batch, accepted, live);
  }

  save(writer: StateWriter): void {
    this.#instances.save(writer.scope("instances"));
    this.#stores.forEach((store, i) => store?.save(writer.scope(`column${i}`), this.#instances.capacity));
  }

  load(reader: StateReader): void {
    this.#instances.load(reader.scope("instances"));
    this.#stores.forEach((store, i) => store?.load(reader.scope(`column${i}`)));
  }

  /** The instances of the batch that have an accepted row. Instances are never forgotten, so slots only grow. */
  #live(known: number, slots: Int32Array): Set<number> {
    return new Set(slots.filter((slot) => slot < known));
  }

  /** The batch's row that each instance comes to, by slot; instances that stay with theirs are not in the map. */
  #accepted(batch: Batch, slots: Int32Array, live: ReadonlySet<number>): Map<number, number> {
    const accepted = new Map<number, number>();
    for (const row of this.#offered(batch)) {
      const slot = slots[row];
      const rival = accepted.get(slot);
      if ((rival === undefined && !live.has(slot)) || this.#accepts(batch, row, slot, rival))
        accepted.set(slot, row);
    }
    return accepted;
  }

  /** `rival`: the row of the batch that the instance has; else it has a stored one. */
  #accepts(batch: Batch, row: number, slot: number, rival: number | undefined): boolean {
    const { value, acceptor } = this.#options;
    const { type } = this.#spec.columns[value];
    const values = batch.columns[value];
    const store = this.#stores[value] as ColumnStore;
    if (acceptor === null)
      return rival === undefined
        ? !store.equals(slot, values, row)
        : compareCells(values, rival, values, row) !== 0;
    const old =
      rival === undefined
        ? readCell(store.gather(Uint32Array.of(slot), 1), type, 0)
        : readCell(values, type, rival);
    let answer: unknown;
    try {
      answer = acceptor(readCell(values, type, row), old);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.#fail(batch, row, `the acceptor threw: ${text}`, error ?? new Error(text));
      return false;
    }
    if (typeof answer === "boolean") return answer;
    this.#fail(batch, row, `the acceptor returned ${kindOf(answer)}, not true or false`, undefined);
    return false;
  }

  #fail(batch: Batch, row: number, detail: string, cause: unknown): void {
    const { columns, site, onFailure } = this.#spec;
    const failed = failedRow(batch, columns, row);
    onFailure({ operator: "deduplicate", site, time: batch.time, row: failed, detail, cause });
  }

  /** The rows in the order in which they are offered. */
  #offered(batch: Batch): Uint32Array {
    const { value, order } = this.#options;
    const columns = [
      ...(order === null ? [] : [batch.columns[order]]),
      batch.columns[value],
      keyColumn(batch.keys, batch.length),
      // Rows of a concat may share a key.
      ...batch.columns,
    ];
    return Uint32Array.from({ length: batch.length }, (_, row) => row).sort((a, b) => {
      for (const column of columns) {
        const difference = compareCells(column, a, column, b);
        if (difference !== 0) return difference;
      }
      return 0;
    });
  }

  /** Puts accepted rows in the place of those that their instances had. */
  #replace(batch: Batch, accepted: ReadonlyMap<number, number>, live: ReadonlySet<number>): Batch | null {
    const { needed } = this.#spec;
    const left = Uint32Array.from([...accepted.keys()].filter((slot) => live.has(slot)));
    const gone = this.#stores.map((store, i) => (needed[i] ? store?.gather(left, left.length) : null));
    this.#stores.forEach((store, i) => {
      store?.reserve(this.#instances.capacity);
      for (const [slot, row] of accepted) {
        if (live.has(slot)) store?.clear(slot);
        store?.set(slot, batch.columns[i], row);
      }
    });
    const rows = Uint32Array.from(accepted.values());
    const come = batch.columns.map((column, i) =>
      needed[i] ? gatherColumn(column, rows, rows.length) : ABSENT,
    );
    const slots = Uint32Array.from(accepted.keys());
    return consolidate(
      concatBatches([
        this.#batch(
          batch.time,
          gone.map((column) => column ?? ABSENT),
          left,
          -1,
        ),
        this.#batch(batch.time, come, slots, 1),
      ]),
    );
  }

  #batch(time: number, columns: readonly Column[], slots: Uint32Array, diff: 1 | -1): Batch {
    const n = slots.length;
    const { stores } = this.#instances;
    const keys = Keys.derived(() =>
      keysOfValues(
        stores.map((store) => store.gather(slots, n)),
        this.#options.instance.map((position) => this.#spec.columns[position].type),
        n,
      ),
    );
    return new Batch(time, n, columns, keys, new Int32Array(n).fill(diff));
  }
}

/** The rows that come, null where none do. */
function insertions(batch: Batch): Batch | null {
  const { diffs } = batch;
  if (diffs === null) return batch;
  const rows = Uint32Array.from(diffs.subarray(0, batch.length).keys()).filter((row) => diffs[row] > 0);
  return rows.length === 0 ? null : gatherBatch(batch, rows, rows.length);
}
