import type { ColumnType } from "../../lib/data/type.ts";
import { groupKey, type OracleTable } from "./table.ts";
import { ERROR } from "./value.ts";

/** The rows whose values no other row has, under those values. A row with a failed one has no key. */
export function oracle(
  [table]: readonly [OracleTable],
  { keys }: { keys: readonly number[] },
  types: readonly ColumnType[],
): OracleTable {
  const keyTypes = keys.map((position) => types[position] as ColumnType);
  const rekeyed = table
    .filter(({ row }) => !keys.some((position) => row[position] === ERROR))
    .map(({ row }) => ({
      key: groupKey(
        keys.map((position) => row[position]),
        keyTypes,
      ),
      row,
    }));
  return rekeyed.filter(({ key }) => rekeyed.filter((other) => other.key.text === key.text).length === 1);
}
