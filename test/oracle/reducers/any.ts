import { ERROR } from "../value.ts";
import { type RowOrigin, sortedBy, validRows } from "./origin.ts";

/** The value of the row with the smallest key. */
export function any(rows: readonly (readonly unknown[])[], origins: readonly RowOrigin[]): unknown {
  const [first] = sortedBy(validRows(rows, origins), ({ key, args }) => [key, args[0]]);
  return first === undefined ? ERROR : first.args[0];
}
