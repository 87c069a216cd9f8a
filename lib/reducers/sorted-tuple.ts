import { type Choice, checkOrdered } from "./choice.ts";
import type { ReducerDefinition } from "./reducer.ts";
import { TupleOf } from "./tuple-of.ts";

const byValue: Choice = { order: [{ cell: 0, direction: 1 }], answer: 0 };

/** The values as an array, smallest first, each as often as it is there; null comes first, or is left out. */
export const sortedTuple: ReducerDefinition = {
  name: "sortedTuple",
  kind: "multiset",
  readsKeys: false,
  arity: [1, 1],
  result: ([type]) => {
    checkOrdered("sortedTuple", type);
    return { name: "any", optional: false };
  },
  create: (types, { options }) => new TupleOf(byValue, types, options),
};
