import { type Choice, checkOrdered, choose } from "./choice.ts";
import type { ReducerDefinition } from "./reducer.ts";

/**
 * What first (1) and last (-1) share: the first argument of the row at an end of the order of the second argument,
 * equal ones by key, as `tuple` has it.
 */
export function orderEndReducer(name: string, direction: 1 | -1): ReducerDefinition {
  const choice: Choice = {
    order: [
      { cell: 1, direction },
      { cell: "key", direction },
      { cell: 0, direction },
    ],
    answer: 2,
  };
  return {
    name,
    kind: "multiset",
    readsKeys: true,
    arity: [2, 2],
    result: ([type, by]) => {
      checkOrdered(name, by);
      return type;
    },
    create: (types, options) => choose(choice, types, options),
  };
}
