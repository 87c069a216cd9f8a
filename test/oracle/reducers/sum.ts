import { nearestDouble, unitsOf } from "../exact.ts";
import { ERROR } from "../value.ts";

/** The exact sum of what did not fail, rounded once; ERROR where everything failed. */
export function sum(rows: readonly (readonly unknown[])[], isInt: boolean): unknown {
  const values = rows.map(([value]) => value).filter((value) => value !== ERROR);
  if (values.length === 0) return ERROR;
  if (typeof values[0] === "bigint") return (values as bigint[]).reduce((total, value) => total + value, 0n);
  const total = exactSum(values as number[]);
  return isInt && !Number.isSafeInteger(total) ? ERROR : total;
}

/** NaN, and infinities of both signs, make NaN; an infinity alone stays; else the sum of the finite values. */
function exactSum(values: readonly number[]): number {
  const has = (special: number): boolean => values.some((value) => Object.is(value, special));
  const up = has(Number.POSITIVE_INFINITY);
  const down = has(Number.NEGATIVE_INFINITY);
  if (has(Number.NaN) || (up && down)) return Number.NaN;
  if (up || down) return up ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  return nearestDouble(values.reduce((total, value) => total + unitsOf(value), 0n));
}
