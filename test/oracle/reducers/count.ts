import { ERROR } from "../value.ts";

/** How many rows; with an argument, how many of them did not fail. Null counts. */
export function count(rows: readonly (readonly unknown[])[]): unknown {
  return rows.filter((args) => !args.includes(ERROR)).length;
}
