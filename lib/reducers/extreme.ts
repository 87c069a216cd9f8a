import { checkOrdered, choose } from "./choice.ts";
import type { ReducerDefinition } from "./reducer.ts";

/** What min and max share: the first value from below (1) or from above (-1). */
export function extremeReducer(name: string, direction: 1 | -1): ReducerDefinition {
  const choice = { order: [{ cell: 0, direction }], answer: 0 } as const;
  return {
    name,
    kind: "multiset",
    readsKeys: false,
    arity: [1, 1],
    result: ([type]) => {
      checkOrdered(name, type);
      return type;
    },
    create: (types, options) => choose(choice, types, options),
  };
}
