import type { ColumnType } from "../../../lib/data/type.ts";
import { ERROR, order } from "../value.ts";
import { type RowOrigin, sortedBy, validRows } from "./origin.ts";

/** The values of the k rows with the greatest second argument (or themselves), equal ones by key. */
export function topK(
  rows: readonly (readonly unknown[])[],
  options: unknown,
  origins: readonly RowOrigin[],
  types: readonly ColumnType[],
): unknown {
  const valid = sortedBy(validRows(rows, origins, types), ({ key, ranks }) => [key, ranks[0]]);
  if (valid.length === 0) return ERROR;
  const { k } = options as { k: number };
  return valid
    .sort((a, b) => order(b.ranks.at(-1), a.ranks.at(-1)))
    .slice(0, k)
    .map(({ args }) => args[0]);
}
