import type { OracleTable } from "./table.ts";

/** Remembering a table does not change it. */
export function oracle([table]: readonly [OracleTable]): OracleTable {
  return table;
}
