import { checkOrdered, choose } from "./choice.ts";
import type { ReducerDefinition } from "./reducer.ts";

/**
 * What argMin and argMax share: of the row whose value is first from below (1) or from above (-1), the second
 * argument, or the key where there is none. Of rows with equal values the one with the smallest key is taken.
 */
export function argExtremeReducer(name: string, direction: 1 | -1): ReducerDefinition {
  const order = [{ cell: 0, direction } as const, { cell: "key", direction: 1 } as const];
  const forKey = { order, answer: 1 };
  const forPayload = { order: [...order, { cell: 1, direction: 1 } as const], answer: 2 };
  return {
    name,
    kind: "multiset",
    arity: [1, 2],
    result: ([value, payload]) => {
      checkOrdered(name, value);
      return payload ?? { name: "pointer", optional: false };
    },
    create: (types, options) => choose(types.length === 1 ? forKey : forPayload, types, options),
  };
}
