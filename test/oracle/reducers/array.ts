import type { ColumnType } from "../../../lib/data/type.ts";
import { ERROR } from "../value.ts";
import type { RowOrigin } from "./origin.ts";
import { tuple } from "./tuple.ts";

/** What tuple answers, as JSON: numbers that it has not are their texts. */
export function array(
  rows: readonly (readonly unknown[])[],
  options: unknown,
  origins: readonly RowOrigin[],
  types: readonly ColumnType[],
): unknown {
  const values = tuple(rows, options, origins, types);
  if (values === ERROR) return ERROR;
  return (values as unknown[]).map((value) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
  );
}
