import type { ColumnType } from "../../lib/data/type.ts";
import { EngineKeys } from "../fuzz/engine-key.ts";
import { groupKey, type OracleRow, type OracleTable } from "./table.ts";
import { canonical, ERROR, order } from "./value.ts";

/** The rows of each instance, in the order of a column, then of keys, then of their cells. Failed ones have no place. */
export function inOrder(
  table: OracleTable,
  by: number,
  instance: readonly number[],
  types: readonly ColumnType[],
): OracleRow[][] {
  const groups = new Map<string, OracleRow[]>();
  for (const row of table) {
    if ([by, ...instance].some((position) => row.row[position] === ERROR)) continue;
    const values = instance.map((position) => row.row[position]);
    const { text } = groupKey(
      values,
      instance.map((position) => types[position] as ColumnType),
    );
    groups.set(text, [...(groups.get(text) ?? []), row]);
  }
  const keys = new EngineKeys();
  return [...groups.values()].map((rows) =>
    rows.sort(
      (a, b) =>
        compare(types, by, a, b) ||
        order(keys.uuidOf(a.key), keys.uuidOf(b.key)) ||
        types.reduce((difference, _, position) => difference || compare(types, position, a, b), 0),
    ),
  );
}

/** JSON data is in the order of its text; failed cells come last. */
function compare(types: readonly ColumnType[], position: number, a: OracleRow, b: OracleRow): number {
  const [x, y] = [a.row[position], b.row[position]];
  if (x === ERROR || y === ERROR) return Number(x === ERROR) - Number(y === ERROR);
  const isText = types[position]?.name === "json" && x !== null && y !== null;
  return isText ? order(canonical(x), canonical(y)) : order(x, y);
}
