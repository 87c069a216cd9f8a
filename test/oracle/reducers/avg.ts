import { ERROR } from "../value.ts";
import { exactSum } from "./sum.ts";

/** The sum, divided by how many values did not fail; ERROR where everything failed. */
export function avg(rows: readonly (readonly unknown[])[]): unknown {
  const values = rows.map(([value]) => value).filter((value) => value !== ERROR) as number[];
  if (values.length === 0) return ERROR;
  const mean = exactSum(values) / values.length;
  return mean === 0 ? 0 : mean;
}
