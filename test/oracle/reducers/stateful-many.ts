import { ERROR } from "../value.ts";

/**
 * One call with all rows that are there. That is what the engine's calls, commit by commit, must come to for a function
 * whose state does not depend on how rows were spread over commits; the programs have no others.
 */
export function statefulMany(rows: readonly (readonly unknown[])[], options: unknown): unknown {
  const valid = rows.filter((values) => !values.includes(ERROR));
  const { fn } = options as { fn: (state: unknown, changes: readonly object[]) => unknown };
  return valid.length === 0
    ? ERROR
    : (fn(
        undefined,
        valid.map((values) => ({ values, diff: 1 })),
      ) ?? null);
}
