import type { OracleTable } from "./table.ts";

/** The rows whose bool column is true: null and failed cells are not. */
export function oracle([table]: readonly [OracleTable], options: { column: number }): OracleTable {
  return table.filter(({ row }) => row[options.column] === true);
}
