/**
 * One row a group, with the answers of the group's reducers.
 *
 *   For each group touched by Δ: emit −(old answer) +(new answer) where they differ, where
 *   answer(g) = reducers over { row : row[keys] = g }; a group without rows has no answer.
 *
 * State: an index of the groups, how many rows each has, and one accumulator a reducer and group. The old answer is
 * taken from the state before the delta goes in, so answers themselves are not kept. Cost: the size of the delta.
 * Rows with a failed key are of no group, and are reported; so is an answer that comes to be a failed cell.
 * Laws 1–3, 5, 6; not linear.
 */
import { grown } from "../base/growth.ts";
import { Batch } from "../data/batch.ts";
import { markChanged } from "../data/changed-rows.ts";
import { ABSENT, type Column } from "../data/column.ts";
import { Keys } from "../data/keys.ts";
import { keysOfValues } from "../data/row-key.ts";
import { gatherBoth } from "../data/rows.ts";
import { slicesOf } from "../data/slices.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { ColumnType } from "../data/type.ts";
import type { Operator } from "../dataflow/operator.ts";
import { gatherUints } from "../kernels/gather.ts";
import { appendChanged, pairGroups, selectLive } from "../kernels/group-changes.ts";
import { touchSlots } from "../kernels/touch.ts";
import { reducers } from "../reducers/index.ts";
import { Counts } from "../trace/counts.ts";
import { RowIndex } from "../trace/row-index.ts";
import { type Answers, joinedAnswers, type Reduction, reportAnswers } from "./answers.ts";
import { type LeftOut, withoutFailed } from "./left-out.ts";
import type { OperatorDefinition, OperatorSpec } from "./operator-definition.ts";

export interface GroupByOptions {
  /** Positions of the grouping columns; none is one group for the whole table. */
  readonly keys: readonly number[];
  readonly reductions: readonly {
    readonly reducer: string;
    readonly args: readonly number[];
    readonly options: unknown;
  }[];
}

export const groupBy: OperatorDefinition = {
  name: "groupBy",
  linear: false,
  create: (spec) => new GroupBy(spec),
};

const NONE = new Uint32Array(0);
/** As many rows at once as stay in the second-level cache with all that is made of them. */
const SLICE_ROWS = 4096;

class GroupBy implements Operator {
  readonly #spec: OperatorSpec;
  readonly #told: LeftOut;
  readonly #keyColumns: readonly number[];
  readonly #keyTypes: readonly ColumnType[];
  readonly #groups: RowIndex;
  readonly #rows = new Counts();
  readonly #reductions: readonly Reduction[];
  /** By group: the step that touched it last. */
  #marks = new Uint32Array(16);
  #epoch = 0;
  /** The groups that the present step has touched. */
  #touched = new Uint32Array(16);
  #touchedCount = 0;
  /** Of the rows of a slice: their groups; and room for a kernel's second result. */
  #slots = new Int32Array(SLICE_ROWS);
  #firstRows = new Uint32Array(SLICE_ROWS + 1);
  /** How many rows are added at once: some reducers take all rows of a time in one batch. */
  readonly #sliceRows: number;

  constructor(spec: OperatorSpec) {
    const { keys, reductions } = spec.options as GroupByOptions;
    const [{ columns, appendOnly }] = spec.inputs;
    const { site, onFailure } = spec;
    const detail = (column: string): string =>
      `the grouping column "${column}" failed, so the row is of no group`;
    this.#spec = spec;
    this.#told = { operator: "groupBy", site, columns, onFailure, detail };
    this.#keyColumns = keys;
    this.#keyTypes = keys.map((position) => columns[position].type);
    this.#groups = new RowIndex(this.#keyTypes);
    this.#reductions = reductions.map(({ reducer, args, options }, i) => {
      const types = args.map((position) => columns[position].type);
      const needed = spec.needed[keys.length + i];
      const definition = reducers[reducer as keyof typeof reducers];
      return {
        name: reducer,
        args,
        state: needed ? definition.create(types, { appendOnly, options }) : null,
      };
    });
    const whole = this.#reductions.some(({ state }) => state?.takesWholeTimes === true);
    this.#sliceRows = whole ? Number.POSITIVE_INFINITY : SLICE_ROWS;
  }

  get stateSize(): number {
    return this.#reductions.reduce((size, { state }) => size + (state?.size ?? 0), this.#groups.size);
  }

  step([given]: readonly (Batch | null)[]): Batch | null {
    const batch = given === null ? null : withoutFailed(given, this.#keyColumns, this.#told);
    if (batch === null) return null;
    this.#epoch++;
    this.#touchedCount = 0;
    const before = joinedAnswers([...slicesOf(batch, this.#sliceRows)].map((rows) => this.#add(rows)));
    const touched = this.#touched.subarray(0, this.#touchedCount);
    const after = this.#answers(touched);
    const groups = () =>
      this.#result(
        batch.time,
        before,
        NONE,
        after,
        after.slots.map((_, i) => i),
      );
    reportAnswers(this.#spec, this.#reductions, before, after, groups);
    const result = this.#emit(batch.time, touched, before, after);
    this.#forgetEmpty(touched);
    return result;
  }

  save(writer: StateWriter): void {
    const { capacity } = this.#groups;
    this.#groups.save(writer.scope("groups"));
    this.#rows.save(writer.scope("rows"), capacity);
    this.#reductions.forEach(({ state }, i) => state?.save(writer.scope(`reduction${i}`), capacity));
  }

  load(reader: StateReader): void {
    this.#groups.load(reader.scope("groups"));
    this.#rows.load(reader.scope("rows"));
    this.#reductions.forEach(({ state }, i) => state?.load(reader.scope(`reduction${i}`)));
    this.#reserve();
  }

  #reserve(): void {
    const { capacity } = this.#groups;
    this.#marks = grown(this.#marks, capacity);
    this.#rows.reserve(capacity);
    for (const { state } of this.#reductions) state?.reserve(capacity);
  }

  /** Adds some rows of the step's batch; returns the former answers of the groups that they are the first of. */
  #add(rows: Batch): Answers {
    this.#slots = grown(this.#slots, rows.length);
    this.#firstRows = grown(this.#firstRows, rows.length + 1);
    const slots = this.#slots;
    this.#groups.lookupOrInsert(pick(rows, this.#keyColumns), rows.length, slots);
    this.#reserve();
    const before = this.#answers(this.#touch(slots, rows.length));
    this.#accumulate(slots, rows);
    return before;
  }

  /** The groups that this step has not seen yet, in order of first appearance. */
  #touch(slots: Int32Array, n: number): Uint32Array {
    const from = this.#touchedCount;
    this.#touched = grown(this.#touched, from + n + 1);
    const fresh = this.#touched.subarray(from);
    const count = touchSlots(slots, n, this.#marks, this.#epoch, fresh, this.#firstRows);
    this.#touchedCount += count;
    return fresh.subarray(0, count);
  }

  #answers(touched: Uint32Array): Answers {
    const slots = new Uint32Array(touched.length + 1);
    const live = selectLive(touched, touched.length, this.#rows.values, slots);
    return {
      slots: slots.subarray(0, live),
      columns: this.#reductions.map(({ state }) => state?.finish(slots, live) ?? ABSENT),
    };
  }

  #accumulate(slots: Int32Array, batch: Batch): void {
    this.#rows.accumulate(slots, null, batch.diffs, batch.length);
    for (const { args, state } of this.#reductions) state?.accumulate(slots, pick(batch, args), batch);
  }

  #emit(time: number, touched: Uint32Array, before: Answers, after: Answers): Batch | null {
    const n = touched.length;
    const oldRows = new Uint32Array(n);
    const newRows = new Uint32Array(n);
    const vanished = new Uint32Array(n);
    const appeared = new Uint32Array(n);
    const pairs = pairGroups(
      before.slots,
      before.slots.length,
      after.slots,
      after.slots.length,
      touched,
      n,
      oldRows,
      newRows,
      appeared,
      vanished,
    );
    const changed = new Uint8Array(pairs);
    before.columns.forEach((old, i) => markChanged(old, oldRows, after.columns[i], newRows, pairs, changed));
    const deletions = appendChanged(oldRows, changed, pairs, vanished, before.slots.length - pairs);
    const insertions = appendChanged(newRows, changed, pairs, appeared, after.slots.length - pairs);
    return deletions + insertions === 0
      ? null
      : this.#result(time, before, vanished.subarray(0, deletions), after, appeared.subarray(0, insertions));
  }

  #result(time: number, before: Answers, deleted: Uint32Array, after: Answers, inserted: Uint32Array): Batch {
    const total = deleted.length + inserted.length;
    const slots = new Uint32Array(total);
    gatherUints(before.slots, deleted, deleted.length, slots);
    gatherUints(after.slots, inserted, inserted.length, slots.subarray(deleted.length));
    const keyColumns = this.#groups.stores.map((store) => store.gather(slots, total));
    const answers = before.columns.map((old, i) => gatherBoth(old, deleted, after.columns[i], inserted));
    const diffs = deleted.length === 0 ? null : new Int32Array(total).fill(1).fill(-1, 0, deleted.length);
    const keys = Keys.lasting(() => keysOfValues(keyColumns, this.#keyTypes, total));
    return new Batch(time, total, [...keyColumns, ...answers], keys, diffs);
  }

  #forgetEmpty(touched: Uint32Array): void {
    for (const slot of touched) {
      if (this.#rows.values[slot] !== 0) continue;
      for (const { state } of this.#reductions) state?.clear(slot);
      this.#groups.remove(slot);
    }
  }
}

function pick(batch: Batch, positions: readonly number[]): Column[] {
  return positions.map((position) => batch.columns[position]);
}
