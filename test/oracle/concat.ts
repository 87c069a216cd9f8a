import type { OracleTable } from "./table.ts";

/** All rows of all tables, under their keys. */
export function oracle(tables: readonly OracleTable[]): OracleTable {
  return tables.flat();
}
