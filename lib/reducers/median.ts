import { QuantileOf, quantileType } from "./quantile-of.ts";
import type { ReducerDefinition } from "./reducer.ts";

/** The value in the middle; of an even number of values the mean of the two in the middle. */
export const median: ReducerDefinition = {
  name: "median",
  kind: "multiset",
  arity: [1, 1],
  result: ([type]) => quantileType("median", type),
  create: ([type]) => new QuantileOf(0.5, type),
};
