import type { ColumnType } from "../data/type.ts";
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
  create: (types, { options }) => new TupleOf(tupleOrder(types), types, options),
};

/** The order of a tuple's values: by the second argument where there is one, then by key. */
export function tupleOrder(types: readonly ColumnType[]): Choice {
  return types.length === 1 ? keyed : ordered;
}
