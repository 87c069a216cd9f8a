import { nearestRoot } from "../kernels/nearest-root.ts";
import { spreadReducer } from "./spread.ts";

/** The root of the variance of numbers or durations, as the nearest double. */
export const stddev = spreadReducer("stddev", ["int", "float", "duration"], (units, divisor) =>
  nearestRoot(units, divisor, -2148),
);
