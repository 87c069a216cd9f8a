import type { OracleTable } from "./table.ts";

/** The rows that found what they looked for; those that look for nothing too, where they may. */
export function oracle(
  [table]: readonly [OracleTable],
  { column, pointer, optional }: { column: number; pointer: number; optional: boolean },
): OracleTable {
  return table.filter(({ row }) => row[column] !== null || (optional && row[pointer] === null));
}
