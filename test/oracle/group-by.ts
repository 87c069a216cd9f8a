import type { ColumnType } from "../../lib/data/type.ts";
import { EngineKeys } from "../fuzz/engine-key.ts";
import { type ReducerOracle, reducerOracles } from "./reducers/index.ts";
import { groupKey, type OracleRow, type OracleTable } from "./table.ts";
import { canonical } from "./value.ts";

export interface GroupByOptions {
  readonly keys: readonly number[];
  readonly reductions: readonly { reducer: string; args: readonly number[]; options: unknown }[];
}

/** Sorts the rows into groups and asks each reducer for its answer over a group's rows. No rows: no group. */
export function oracle(
  [table]: readonly [OracleTable],
  options: GroupByOptions,
  types: readonly ColumnType[],
): OracleTable {
  const groups = new Map<string, OracleRow[]>();
  for (const row of table) {
    const id = options.keys.map((position) => canonical(row.row[position])).join(", ");
    groups.set(id, [...(groups.get(id) ?? []), row]);
  }
  return [...groups.values()].map((rows) => {
    const row = answerOf(rows, options, types);
    const keyTypes = options.keys.map((position) => types[position] as ColumnType);
    return { key: groupKey(row.slice(0, keyTypes.length), keyTypes), row };
  });
}

function answerOf(
  rows: readonly OracleRow[],
  { keys, reductions }: GroupByOptions,
  types: readonly ColumnType[],
): unknown[] {
  const first = (rows[0] as OracleRow).row;
  const engineKeys = new EngineKeys();
  const answers = reductions.map(({ reducer, args, options }) => {
    const answer: ReducerOracle = reducerOracles[reducer as keyof typeof reducerOracles];
    return answer(
      rows.map(({ row }) => args.map((position) => row[position])),
      args.map((position) => types[position] as ColumnType),
      options,
      () => rows.map(({ key }) => ({ key: engineKeys.uuidOf(key), time: null })),
    );
  });
  return [...keys.map((position) => first[position]), ...answers];
}
