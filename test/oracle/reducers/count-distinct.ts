import { canonical, ERROR } from "../value.ts";

/** How many different values did not fail. */
export function countDistinct(rows: readonly (readonly unknown[])[]): unknown {
  const values = rows.map(([value]) => value).filter((value) => value !== ERROR);
  return new Set(values.map(canonical)).size;
}
