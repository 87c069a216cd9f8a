import type { Batch } from "../data/batch.ts";
import { readCell } from "../data/cell.ts";
import { type Column, ERROR, ValueColumn } from "../data/column.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { ColumnType } from "../data/type.ts";
import { Counts } from "../trace/counts.ts";
import { OrderedMultisets } from "../trace/ordered-multisets.ts";
import { type Choice, checkOrdered, sortColumns } from "./choice.ts";
import type { ReducerDefinition, ReducerOptions, ReducerState } from "./reducer.ts";
import { columnOfCell } from "./row-cells.ts";
import { validRows } from "./valid-rows.ts";

/** Options of topK, as plan data. */
export interface TopKOptions {
  readonly k: number;
}

const byKey = [{ cell: "key", direction: 1 } as const, { cell: 0, direction: 1 } as const];
const byValue: Choice = { order: [{ cell: 0, direction: -1 }], answer: 0 };
const byOther: Choice = { order: [{ cell: 1, direction: -1 }, ...byKey], answer: 2 };

/** The values of the k rows that are greatest by another column, or by themselves, as an array. */
export const topK: ReducerDefinition = {
  name: "topK",
  kind: "multiset",
  readsKeys: true,
  arity: [1, 2],
  result: ([type, by]) => {
    checkOrdered("topK", by ?? type);
    return { name: "any", optional: false };
  },
  create: (types, options) => new TopK(types.length === 1 ? byValue : byOther, types, options),
};

/**
 * All rows in order, so that the next one is known when one of the first k goes: O(log n) a change and O(k) an answer.
 * Where nothing is ever retracted only k rows a group are kept.
 */
class TopK implements ReducerState {
  readonly #choice: Choice;
  readonly #type: ColumnType;
  readonly #k: number;
  readonly #forgets: boolean;
  readonly #rows: OrderedMultisets;
  readonly #valid = new Counts();
  /** Rows that are kept, by group. */
  readonly #kept = new Counts();

  constructor(choice: Choice, types: readonly ColumnType[], { appendOnly, options }: ReducerOptions) {
    this.#choice = choice;
    this.#type = types[0];
    this.#k = (options as TopKOptions).k;
    this.#forgets = appendOnly;
    this.#rows = new OrderedMultisets(sortColumns(choice, types));
  }

  get size(): number {
    return this.#rows.size;
  }

  reserve(groups: number): void {
    this.#rows.reserve(groups);
    this.#valid.reserve(groups);
    this.#kept.reserve(groups);
  }

  accumulate(slots: Int32Array, args: readonly Column[], batch: Batch): void {
    const valid = validRows(slots, args, batch);
    const { length, diffs } = valid.batch;
    const columns = this.#choice.order.map(({ cell }) => columnOfCell(cell, valid.batch));
    this.#valid.accumulate(valid.slots, null, diffs, length);
    for (let i = 0; i < length; i++) {
      const slot = valid.slots[i];
      const diff = diffs === null ? 1 : diffs[i];
      this.#rows.add(slot, columns, i, diff);
      if (this.#forgets) this.#forget(slot, diff);
    }
  }

  finish(slots: Uint32Array, n: number): Column {
    const nodes: number[] = [];
    const ends: number[] = [];
    for (let i = 0; i < n; i++) {
      this.#rows.list(slots[i], nodes, this.#k);
      ends.push(nodes.length);
    }
    const cells = this.#rows.gather(this.#choice.answer, Uint32Array.from(nodes), nodes.length);
    let tags: Uint8Array | null = null;
    let at = 0;
    const tops = ends.map((end, i): unknown[] | undefined => {
      if (this.#valid.values[slots[i]] === 0) {
        tags ??= new Uint8Array(n);
        tags[i] = ERROR;
        return undefined;
      }
      const top: unknown[] = [];
      for (; at < end; at++) top.push(readCell(cells, this.#type, at));
      return top;
    });
    return new ValueColumn(tops, tags);
  }

  clear(slot: number): void {
    this.#rows.clear(slot);
    this.#valid.clear(slot);
    this.#kept.clear(slot);
  }

  save(writer: StateWriter, groups: number): void {
    this.#rows.save(writer.scope("rows"), groups);
    this.#valid.save(writer.scope("valid"), groups);
    this.#kept.save(writer.scope("kept"), groups);
  }

  load(reader: StateReader): void {
    this.#rows.load(reader.scope("rows"));
    this.#valid.load(reader.scope("valid"));
    this.#kept.load(reader.scope("kept"));
  }

  #forget(slot: number, added: number): void {
    let kept = this.#kept.values[slot] + added;
    for (; kept > this.#k; kept--) this.#rows.dropLast(slot);
    this.#kept.values[slot] = kept;
  }
}
