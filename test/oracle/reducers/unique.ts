import { canonical, ERROR } from "../value.ts";

/** The value, where all values that did not fail are equal. */
export function unique(rows: readonly (readonly unknown[])[]): unknown {
  const values = rows.map(([value]) => value).filter((value) => value !== ERROR);
  return new Set(values.map(canonical)).size === 1 ? values[0] : ERROR;
}
