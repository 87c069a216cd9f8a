import type { OracleTable } from "./table.ts";

/** What is written is what is there. */
export function oracle([table]: readonly [OracleTable]): OracleTable {
  return table;
}
