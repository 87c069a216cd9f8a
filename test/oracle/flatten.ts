import type { ColumnType } from "../../lib/data/type.ts";
import { itemKey, type OracleTable } from "./table.ts";

/** A row for each element of a text (by code point) or array; nothing else has elements, nor has a text in JSON. */
export function oracle(
  [table]: readonly [OracleTable],
  { column }: { column: number },
  types: readonly ColumnType[],
): OracleTable {
  const isData = types[column]?.name === "json";
  return table.flatMap(({ key, row }) => {
    const value = row[column];
    const elements = typeof value === "string" && !isData ? [...value] : Array.isArray(value) ? value : [];
    return elements.map((element, item) => ({
      key: itemKey(key, item),
      row: row.map((cell, i) => (i === column ? element : cell)),
    }));
  });
}
