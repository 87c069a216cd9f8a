import { QuantileOf, quantileType } from "./quantile-of.ts";
import type { ReducerDefinition } from "./reducer.ts";

/** Options of quantile, as plan data. */
export interface QuantileOptions {
  /** From 0 (the least value) to 1 (the greatest). */
  readonly p: number;
}

/** The value below which a share of the values lies. */
export const quantile: ReducerDefinition = {
  name: "quantile",
  kind: "multiset",
  arity: [1, 1],
  result: ([type]) => quantileType("quantile", type),
  create: ([type], { options }) => new QuantileOf((options as QuantileOptions).p, type),
};
