import { ERROR, order } from "../value.ts";

/** The first of what did not fail, in order; null is below everything. ERROR where everything failed. */
export function min(rows: readonly (readonly unknown[])[]): unknown {
  const values = rows.map(([value]) => value).filter((value) => value !== ERROR);
  return values.length === 0 ? ERROR : [...values].sort(order)[0];
}
