import type { ColumnType } from "../data/type.ts";
import { Fold } from "./fold.ts";
import type { ReducerDefinition } from "./reducer.ts";

/** Options of statefulSingle, as plan data. */
export interface StatefulSingleOptions {
  readonly fn: (state: unknown, ...values: unknown[]) => unknown;
  readonly type: ColumnType;
}

/** What the script's function makes of the group's rows, one after the other, in the order in which they came. */
export const statefulSingle: ReducerDefinition = {
  name: "statefulSingle",
  kind: "multiset",
  readsKeys: true,
  arity: [0, Number.POSITIVE_INFINITY],
  result: (_, options) => (options as StatefulSingleOptions).type,
  create: (types, { appendOnly, options }) => {
    const { fn, type } = options as StatefulSingleOptions;
    const functions = { init: () => undefined, insert: fn, result: (state: unknown) => state };
    return new Fold("statefulSingle", functions, type, types, appendOnly);
  },
};
