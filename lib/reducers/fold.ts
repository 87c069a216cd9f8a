import type { ColumnType } from "../data/type.ts";
import { compareValues } from "../data/value.ts";
import type { PendingRow } from "./pending-rows.ts";
import { Scripted, type ScriptedGroup } from "./scripted.ts";

/** How the script makes an answer of a group's rows, one after the other. */
export interface FoldFunctions {
  readonly init: () => unknown;
  readonly insert: (state: unknown, ...values: unknown[]) => unknown;
  /** Takes back what `insert` did with the same values, whatever came between. */
  readonly remove?: (state: unknown, ...values: unknown[]) => unknown;
  readonly result: (state: unknown) => unknown;
}

interface FoldGroup extends ScriptedGroup {
  /** Whether `state` is that of all rows there are. */
  folded: boolean;
  /** The rows by key, where they may have to be folded again. */
  readonly rows: Map<string, HeldRow[]> | null;
  /** How many rows have ever come. */
  arrivals: number;
}

interface HeldRow {
  readonly values: readonly unknown[];
  /** The places in the order of arrival of those that are equal; of these the last goes first. */
  readonly arrivals: number[];
}

/**
 * The answer of statefulSingle and custom: rows folded in the order in which they came, by the time of the commit,
 * within a commit by key. Where nothing is retracted, or `remove` takes a row back, only the state is kept and a row
 * costs one call. Otherwise the rows are kept, and a group that loses one is folded anew, at one call a row.
 */
export class Fold extends Scripted<FoldGroup> {
  readonly #functions: FoldFunctions;
  readonly #keepsRows: boolean;

  constructor(
    name: string,
    functions: FoldFunctions,
    type: ColumnType,
    types: readonly ColumnType[],
    appendOnly: boolean,
  ) {
    super(name, type, types);
    this.#functions = functions;
    this.#keepsRows = !appendOnly && functions.remove === undefined;
  }

  protected created(): FoldGroup {
    const rows = this.#keepsRows ? new Map<string, HeldRow[]>() : null;
    return { state: undefined, answer: null, failure: null, folded: false, rows, arrivals: 0 };
  }

  protected apply(group: FoldGroup, changes: readonly PendingRow[]): void {
    const anew = group.rows !== null && !hold(group, group.rows, changes);
    if (anew) this.#foldAgain(group, [...group.rows.values()].flat());
    else if (group.failure === null) this.#advance(group, changes);
  }

  protected resultOf({ state }: FoldGroup): unknown {
    return this.#functions.result(state);
  }

  #advance(group: FoldGroup, changes: readonly PendingRow[]): void {
    if (!group.folded) group.state = this.#functions.init();
    group.folded = true;
    for (const { values, diff } of changes) {
      if (diff > 0) this.#insert(group, values, diff);
      else {
        for (let i = diff; i < 0; i++) group.state = this.#functions.remove?.(group.state, ...values);
      }
    }
  }

  #foldAgain(group: FoldGroup, rows: readonly HeldRow[]): void {
    group.failure = null;
    group.folded = true;
    group.state = this.#functions.init();
    const each = rows.flatMap(({ values, arrivals }) => arrivals.map((arrival) => ({ values, arrival })));
    for (const { values } of each.sort((a, b) => a.arrival - b.arrival)) this.#insert(group, values, 1);
  }

  #insert(group: FoldGroup, values: readonly unknown[], count: number): void {
    for (let i = 0; i < count; i++) group.state = this.#functions.insert(group.state, ...values);
  }
}

/** Brings a group's rows up to date; returns whether all of the changes are rows that come. */
function hold(group: FoldGroup, rows: Map<string, HeldRow[]>, changes: readonly PendingRow[]): boolean {
  for (const { key, values, diff } of changes) {
    const ofKey = rows.get(key) ?? [];
    const known = ofKey.find((row) => compareValues(row.values, values) === 0);
    const arrivals = known?.arrivals ?? [];
    if (diff < 0) arrivals.length += diff;
    else for (let i = 0; i < diff; i++) arrivals.push(group.arrivals++);
    if (known === undefined) rows.set(key, [...ofKey, { values, arrivals }]);
    if (arrivals.length > 0) continue;
    const left = ofKey.filter((row) => row !== known);
    if (left.length > 0) rows.set(key, left);
    else rows.delete(key);
  }
  return changes.every(({ diff }) => diff > 0);
}
