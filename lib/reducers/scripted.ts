import { deserialize, serialize } from "node:v8";
import type { Batch } from "../data/batch.ts";
import { coerce, Failed } from "../data/coerce.ts";
import { type Column, ERROR } from "../data/column.ts";
import { columnBuilder, writeCell } from "../data/column-builder.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { ColumnType } from "../data/type.ts";
import { TowpathError } from "../errors.ts";
import { Counts } from "../trace/counts.ts";
import { type PendingRow, PendingRows } from "./pending-rows.ts";
import type { ReducerState } from "./reducer.ts";

/** What is kept of one group. Plain data, because checkpoints hold it. */
export interface ScriptedGroup {
  /** The script's state. */
  state: unknown;
  /** What the column says: the result, checked and copied, so that a state may be changed in place. */
  answer: unknown;
  /** Why there is no answer; until the group is computed anew. */
  failure: string | null;
}

/**
 * What reducers made of the script's functions share: a commit's changes wait until the group is asked for, then the
 * functions see all of them at once. A function that throws, or returns what does not fit, makes the answer fail.
 */
export abstract class Scripted<G extends ScriptedGroup> implements ReducerState {
  readonly #name: string;
  readonly #type: ColumnType;
  readonly #pending: PendingRows;
  readonly #valid = new Counts();
  #groups: (G | undefined)[] = [];

  constructor(name: string, type: ColumnType, types: readonly ColumnType[]) {
    this.#name = name;
    this.#type = type;
    this.#pending = new PendingRows(types);
  }

  protected abstract created(): G;

  /** Brings a group up to date with a commit's changes; may throw what the script throws. */
  protected abstract apply(group: G, changes: readonly PendingRow[]): void;

  /** What the script says of a group's state. */
  protected abstract resultOf(group: G): unknown;

  get size(): number {
    return this.#groups.reduce((size, group) => (group === undefined ? size : size + 1), 0);
  }

  reserve(groups: number): void {
    this.#valid.reserve(groups);
  }

  accumulate(slots: Int32Array, args: readonly Column[], batch: Batch): void {
    this.#pending.add(slots, args, batch);
  }

  finish(slots: Uint32Array, n: number): Column {
    const builder = columnBuilder(this.#type);
    for (let i = 0; i < n; i++) {
      this.#settle(slots[i]);
      const group = this.#groups[slots[i]];
      if (group === undefined || group.failure !== null) builder.setEmpty(i, ERROR);
      else writeCell(builder, this.#type, i, group.answer);
    }
    return builder.finish(n);
  }

  reasonAt(slot: number): string | undefined {
    return this.#groups[slot]?.failure ?? undefined;
  }

  clear(slot: number): void {
    this.#pending.clear(slot);
    this.#valid.clear(slot);
    if (slot < this.#groups.length) this.#groups[slot] = undefined;
  }

  save(writer: StateWriter, groups: number): void {
    this.#valid.save(writer.scope("valid"), groups);
    const bytes = this.#serialized(groups);
    writer.array("groups", bytes, bytes.length);
  }

  load(reader: StateReader): void {
    this.#valid.load(reader.scope("valid"));
    this.#groups = deserialize(reader.uint8("groups")) as (G | undefined)[];
  }

  #settle(slot: number): void {
    const changes = this.#pending.take(slot);
    if (changes.length === 0) return;
    for (const { diff } of changes) this.#valid.values[slot] += diff;
    while (this.#groups.length <= slot) this.#groups.push(undefined);
    if (this.#valid.values[slot] === 0) {
      this.#groups[slot] = undefined;
      return;
    }
    const group = this.#groups[slot] ?? this.created();
    this.#groups[slot] = group;
    try {
      this.apply(group, changes);
      if (group.failure === null) this.#answer(group);
    } catch (error) {
      group.failure = `a function threw: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  #answer(group: G): void {
    const result = coerce(this.resultOf(group), this.#type);
    if (result instanceof Failed) group.failure = `what a function returned does not fit: ${result.detail}`;
    else group.answer = result;
  }

  #serialized(groups: number): Buffer {
    try {
      return serialize(this.#groups.slice(0, groups));
    } catch (cause) {
      throw new TowpathError("TP_STATE_WRITE", `the state of ${this.#name} cannot be saved`, {
        hint: "Keep plain data in it: numbers, texts, arrays, objects, maps, sets; no functions, no instances of classes.",
        cause,
      });
    }
  }
}
