import { nearestDouble, unitsOf } from "../exact.ts";
import { ERROR } from "../value.ts";

/** The exact sum over how many values did not fail, rounded once; ERROR where everything failed. */
export function avg(rows: readonly (readonly unknown[])[]): unknown {
  const values = rows.map(([value]) => value).filter((value) => value !== ERROR) as number[];
  if (values.length === 0) return ERROR;
  const finite = values.filter(Number.isFinite);
  if (finite.length < values.length)
    return values.reduce((sum, value) => sum + (Number.isFinite(value) ? 0 : value), 0);
  return nearestDouble(
    finite.reduce((sum, value) => sum + unitsOf(value), 0n),
    BigInt(values.length),
  );
}
