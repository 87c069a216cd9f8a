import type { ColumnType } from "../../lib/data/type.ts";
import { EngineKeys } from "../fuzz/engine-key.ts";
import { type ReducerOracle, reducerOracles } from "./reducers/index.ts";
import { groupKey, type OracleRow, type OracleTable } from "./table.ts";
import { canonical, ERROR } from "./value.ts";

export interface GroupByOptions {
  readonly keys: readonly number[];
  readonly reductions: readonly { reducer: string; args: readonly number[]; options: unknown }[];
}

/** When what is there came, by name: as many times as the name is there. */
type Times = ReadonlyMap<string, readonly number[]>;

/** Tells them; null where times are not told. */
type Settle = (present: readonly string[]) => Times | null;

/** Reducers that ask when a row came. */
const timedReducers: ReadonlySet<string> = new Set(["custom", "earliest", "latest", "statefulSingle"]);

/**
 * Sorts the rows into groups and asks each reducer for its answer over a group's rows. No rows: no group. A row with a
 * failed key is of none.
 */
export function oracle(
  [whole]: readonly [OracleTable],
  options: GroupByOptions,
  types: readonly ColumnType[],
  settle: Settle,
): OracleTable {
  const table = whole.filter(({ row }) => !options.keys.some((position) => row[position] === ERROR));
  const groups = new Map<string, OracleRow[]>();
  for (const row of table) {
    const id = groupId(row, options);
    groups.set(id, [...(groups.get(id) ?? []), row]);
  }
  const times = settle(table.flatMap((row) => arrivalNames(row, options)));
  return [...groups.values()].map((rows) => {
    const row = answerOf(rows, options, types, times);
    const keyTypes = options.keys.map((position) => types[position] as ColumnType);
    return { key: groupKey(row.slice(0, keyTypes.length), keyTypes), row };
  });
}

function groupId({ row }: OracleRow, { keys }: GroupByOptions): string {
  return keys.map((position) => canonical(row[position])).join(", ");
}

/** A reducer that asks for times knows a row by its group, its key and its arguments: other columns do not count. */
function arrivalName(row: OracleRow, options: GroupByOptions, number: number): string {
  const args = options.reductions[number]?.args.map((position) => canonical(row.row[position]));
  return `${number}: ${groupId(row, options)}; ${row.key.text}; ${args?.join(", ")}`;
}

function arrivalNames(row: OracleRow, options: GroupByOptions): string[] {
  return options.reductions.flatMap(({ reducer }, number) =>
    timedReducers.has(reducer) ? [arrivalName(row, options, number)] : [],
  );
}

function answerOf(
  rows: readonly OracleRow[],
  options: GroupByOptions,
  types: readonly ColumnType[],
  times: Times | null,
): unknown[] {
  const first = (rows[0] as OracleRow).row;
  const engineKeys = new EngineKeys();
  const answers = options.reductions.map((reduction, number) => {
    const { reducer, args } = reduction;
    const answer: ReducerOracle = reducerOracles[reducer as keyof typeof reducerOracles];
    return answer(
      rows.map(({ row }) => args.map((position) => row[position])),
      args.map((position) => types[position] as ColumnType),
      reduction.options,
      () => {
        const seen = new Map<string, number>();
        return rows.map((row) => {
          const name = arrivalName(row, options, number);
          const nth = seen.get(name) ?? 0;
          seen.set(name, nth + 1);
          return { key: engineKeys.uuidOf(row.key), time: times?.get(name)?.[nth] ?? null };
        });
      },
    );
  });
  return [...options.keys.map((position) => first[position]), ...answers];
}
