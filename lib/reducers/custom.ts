import type { ColumnType } from "../data/type.ts";
import { Fold, type FoldFunctions } from "./fold.ts";
import type { ReducerDefinition } from "./reducer.ts";

/** Options of custom, as plan data. */
export interface CustomOptions extends FoldFunctions {
  readonly type: ColumnType;
}

/** An answer that the script's functions accumulate. */
export const custom: ReducerDefinition = {
  name: "custom",
  kind: "multiset",
  readsKeys: true,
  arity: [0, Number.POSITIVE_INFINITY],
  result: (_, options) => (options as CustomOptions).type,
  create: (types, { appendOnly, options }) => {
    const { type, ...functions } = options as CustomOptions;
    return new Fold("custom", functions, type, types, appendOnly);
  },
};
