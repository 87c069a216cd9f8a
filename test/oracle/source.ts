import type { OracleTable } from "./table.ts";

/** What was given, from outside, up to now. */
export function oracle(given: OracleTable | undefined): OracleTable {
  if (given === undefined) throw new Error("a source was given no table");
  return given;
}
