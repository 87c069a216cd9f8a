import type { ColumnType } from "../data/type.ts";
import type { PendingRow } from "./pending-rows.ts";
import type { ReducerDefinition } from "./reducer.ts";
import { Scripted, type ScriptedGroup } from "./scripted.ts";

/** One change of a row, as the function of `statefulMany` is given it. */
export interface StatefulChange<V extends readonly unknown[] = readonly unknown[]> {
  readonly values: V;
  /** How many of the row came, or went (below 0). */
  readonly diff: number;
}

/** Options of statefulMany, as plan data. */
export interface StatefulManyOptions {
  readonly fn: (state: unknown, changes: readonly StatefulChange[]) => unknown;
  readonly type: ColumnType;
}

/** What the script's function makes of the group's last state and the changes of each commit. */
export const statefulMany: ReducerDefinition = {
  name: "statefulMany",
  kind: "multiset",
  readsKeys: true,
  arity: [0, Number.POSITIVE_INFINITY],
  result: (_, options) => (options as StatefulManyOptions).type,
  create: (types, { options }) => new StatefulMany(options as StatefulManyOptions, types),
};

class StatefulMany extends Scripted<ScriptedGroup> {
  readonly #fn: StatefulManyOptions["fn"];

  constructor({ fn, type }: StatefulManyOptions, types: readonly ColumnType[]) {
    super("statefulMany", type, types);
    this.#fn = fn;
  }

  protected created(): ScriptedGroup {
    return { state: undefined, answer: null, failure: null };
  }

  /** A call that threw has made no state, so that the group stays without an answer until its rows are gone. */
  protected apply(group: ScriptedGroup, changes: readonly PendingRow[]): void {
    if (group.failure !== null) return;
    const given = changes.map(({ values, diff }) => ({ values, diff }));
    group.state = this.#fn(group.state, given) ?? undefined;
  }

  protected resultOf({ state }: ScriptedGroup): unknown {
    return state;
  }
}
