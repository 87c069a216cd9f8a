import { type Choice, checkOrdered } from "./choice.ts";
import type { ReducerDefinition } from "./reducer.ts";
import { TupleOf } from "./tuple-of.ts";

const byKey = [{ cell: "key", direction: 1 } as const, { cell: 0, direction: 1 } as const];
const keyed: Choice = { order: byKey, answer: 1 };
const ordered: Choice = { order: [{ cell: 1, direction: 1 }, ...byKey], answer: 2 };

/** The values as an array, in the order of the second argument where there is one, then of the rows' keys. */
export const tuple: ReducerDefinition = {
  name: "tuple",
  kind: "multiset",
  arity: [1, 2],
  result: ([, orderBy]) => {
    if (orderBy !== undefined) checkOrdered("tuple", orderBy);
    return { name: "any", optional: false };
  },
  create: (types, { options }) => new TupleOf(types.length === 1 ? keyed : ordered, types, options),
};
