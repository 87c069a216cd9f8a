import type { OracleTable } from "./table.ts";
import { ERROR } from "./value.ts";

export interface ApplyAsyncOptions {
  readonly calls: readonly {
    readonly fn: (...values: unknown[]) => unknown;
    readonly args: readonly number[];
  }[];
}

/** Each row with what the functions say of it; a throw, and a failed argument, are failed cells. */
export function oracle([table]: readonly [OracleTable], { calls }: ApplyAsyncOptions): OracleTable {
  return table.map(({ key, row }) => ({
    key,
    row: [
      ...row,
      ...calls.map(({ fn, args }) => {
        const values = args.map((position) => row[position]);
        if (values.includes(ERROR)) return ERROR;
        try {
          return fn(...values);
        } catch {
          return ERROR;
        }
      }),
    ],
  }));
}
