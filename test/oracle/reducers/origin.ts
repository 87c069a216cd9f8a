import type { ColumnType } from "../../../lib/data/type.ts";
import { canonical, ERROR, order } from "../value.ts";

/** Where a row came from: its key as a text, and the time at which it came, where the times are known. */
export interface RowOrigin {
  readonly key: string;
  readonly time: number | null;
}

export interface ValidRow extends RowOrigin {
  readonly args: readonly unknown[];
  /** What the arguments are sorted by: themselves, and JSON data by its text. */
  readonly ranks: readonly unknown[];
}

/** The rows none of whose arguments failed. */
export function validRows(
  rows: readonly (readonly unknown[])[],
  origins: readonly RowOrigin[],
  types: readonly ColumnType[],
): readonly ValidRow[] {
  const rankOf = (value: unknown, i: number): unknown =>
    types[i]?.name === "json" && value !== null ? canonical(value) : value;
  return rows
    .map((args, i) => ({ args, ranks: args.map(rankOf), ...(origins[i] as RowOrigin) }))
    .filter(({ args }) => !args.includes(ERROR));
}

/** A copy in the order of what `by` says of each row: the first difference decides. */
export function sortedBy(rows: readonly ValidRow[], by: (row: ValidRow) => readonly unknown[]): ValidRow[] {
  return [...rows].sort((a, b) => order([...by(a)], [...by(b)]));
}

/** Keys are texts of one length, so that their order is that of their characters. */
export function arrivalOf({ time, key, ranks }: ValidRow): readonly unknown[] {
  if (time === null) throw new Error("the oracle is not told when rows came");
  return [time, key, ranks[0]];
}
