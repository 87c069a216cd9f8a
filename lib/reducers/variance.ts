import { nearestQuotient } from "../kernels/superaccumulator.ts";
import { spreadReducer } from "./spread.ts";

/** The variance of numbers, as the nearest double. */
export const variance = spreadReducer("variance", ["int", "float"], (units, divisor) =>
  nearestQuotient(units, divisor, -2148),
);
