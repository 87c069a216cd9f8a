import type { OracleTable } from "./table.ts";

/** All rows of the second table, and those of the first whose key it does not have. */
export function oracle([under, over]: readonly [OracleTable, OracleTable]): OracleTable {
  return [...over, ...under.filter(({ key }) => !over.some((other) => other.key.text === key.text))];
}
