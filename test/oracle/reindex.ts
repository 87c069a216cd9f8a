import { itemKey, type OracleTable } from "./table.ts";

/** The same rows, each the item of its table's number under its key. */
export function oracle([table]: readonly [OracleTable], options: { number: number }): OracleTable {
  return table.map(({ key, row }) => ({ key: itemKey(key, options.number), row }));
}
