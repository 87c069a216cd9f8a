import type { OracleTable } from "./table.ts";
import { ERROR } from "./value.ts";

/** The rows without a failed cell. */
export function oracle([table]: readonly [OracleTable]): OracleTable {
  return table.filter(({ row }) => !row.includes(ERROR));
}
