import { ERROR, order } from "../value.ts";

/** The values that did not fail, in order; null first, or left out. */
export function sortedTuple(rows: readonly (readonly unknown[])[], options: unknown): unknown {
  const values = rows.map(([value]) => value).filter((value) => value !== ERROR);
  if (values.length === 0) return ERROR;
  const { skipNulls } = (options ?? {}) as { skipNulls?: boolean };
  return values.filter((value) => skipNulls !== true || value !== null).sort(order);
}
