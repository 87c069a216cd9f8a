import { type OracleRow, type OracleTable, pairKey } from "./table.ts";
import { canonical, ERROR } from "./value.ts";

export interface JoinOptions {
  readonly mode: "inner" | "left" | "right" | "outer";
  readonly leftKeys: readonly number[];
  readonly rightKeys: readonly number[];
}

/**
 * Looks at every pair; then adds the rows that found no partner, where the mode keeps them. A row with a failed key
 * finds none.
 */
export function oracle(
  [left, right]: readonly [OracleTable, OracleTable],
  options: JoinOptions,
  widths: readonly [left: number, right: number],
): OracleTable {
  const { mode, leftKeys, rightKeys } = options;
  const leftIds = left.map(({ row }) => idOf(row, leftKeys));
  const rightIds = right.map(({ row }) => idOf(row, rightKeys));
  const result: OracleRow[] = [];
  left.forEach((l, i) => {
    right.forEach((r, j) => {
      if (leftIds[i] !== null && leftIds[i] === rightIds[j])
        result.push({ key: pairKey(l.key, r.key), row: [...l.row, ...r.row] });
    });
  });
  if (mode === "left" || mode === "outer") {
    left.forEach((l, i) => {
      if (leftIds[i] === null || !rightIds.includes(leftIds[i] as string)) {
        result.push({ key: pairKey(l.key, null), row: [...l.row, ...new Array(widths[1]).fill(null)] });
      }
    });
  }
  if (mode === "right" || mode === "outer") {
    right.forEach((r, j) => {
      if (rightIds[j] === null || !leftIds.includes(rightIds[j] as string)) {
        result.push({ key: pairKey(null, r.key), row: [...new Array(widths[0]).fill(null), ...r.row] });
      }
    });
  }
  return result;
}

/** null equals null; a failed cell equals nothing. */
function idOf(row: readonly unknown[], positions: readonly number[]): string | null {
  if (positions.some((position) => row[position] === ERROR)) return null;
  return positions.map((position) => canonical(row[position])).join(", ");
}
