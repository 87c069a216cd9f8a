import { nearestDouble } from "../exact.ts";
import { spreadOf } from "./spread.ts";

/** The exact variance of what did not fail, rounded once; null for a sample of one. */
export function variance(rows: readonly (readonly unknown[])[], options: unknown): unknown {
  const spread = spreadOf(rows, options);
  // Units are 2^-2148: half of the exponent is nearestDouble's own.
  return typeof spread === "object" && spread !== null
    ? nearestDouble(spread.units, spread.divisor << 1074n)
    : spread;
}
