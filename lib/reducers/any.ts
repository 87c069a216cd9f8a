import { type Choice, choose } from "./choice.ts";
import type { ReducerDefinition } from "./reducer.ts";

const smallestKey: Choice = {
  order: [
    { cell: "key", direction: 1 },
    { cell: 0, direction: 1 },
  ],
  answer: 1,
};

/** The value of the row with the smallest key: a choice that stays, and the same row's for every column. */
export const any: ReducerDefinition = {
  name: "any",
  kind: "multiset",
  arity: [1, 1],
  result: ([type]) => type,
  create: (types, options) => choose(smallestKey, types, options),
};
