import type { ColumnType } from "../../lib/data/type.ts";
import { EngineKeys } from "../fuzz/engine-key.ts";
import { groupKey, type OracleTable } from "./table.ts";
import { ERROR } from "./value.ts";

/** The rows whose new key no other row has, under it: made of values, or their own. A row with a failed one has none. */
export function oracle(
  [table]: readonly [OracleTable],
  { by, keys }: { by: "values" | "pointer" | "own"; keys: readonly number[] },
  types: readonly ColumnType[],
): OracleTable {
  const keyTypes = keys.map((position) => types[position] as ColumnType);
  const rekeyed = table
    .filter(({ row }) => !keys.some((position) => row[position] === ERROR))
    .map(({ key, row }) => {
      const values = keys.map((position) => row[position]);
      const made = by === "pointer" ? EngineKeys.ofUuid(values[0] as string) : groupKey(values, keyTypes);
      return { key: by === "own" ? key : made, row };
    });
  return rekeyed.filter(({ key }) => rekeyed.filter((other) => other.key.text === key.text).length === 1);
}
