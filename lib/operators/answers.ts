import type { Batch } from "../data/batch.ts";
import { type Column, ERROR } from "../data/column.ts";
import { concatColumns } from "../data/rows.ts";
import type { ReducerState } from "../reducers/reducer.ts";
import { failedRow } from "./failed-row.ts";
import type { OperatorSpec } from "./operator-definition.ts";

/** Groups of one moment, by slot, with their reducers' answers. */
export interface Answers {
  readonly slots: Uint32Array;
  readonly columns: readonly Column[];
}

/** Answers about different groups, as one. */
export function joinedAnswers(parts: readonly Answers[]): Answers {
  const filled = parts.filter(({ slots }) => slots.length > 0);
  if (filled.length < 2) return filled[0] ?? parts[0];
  const lengths = filled.map(({ slots }) => slots.length);
  const slots = new Uint32Array(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const part of filled) {
    slots.set(part.slots, at);
    at += part.slots.length;
  }
  const columns = parts[0].columns.map((_, i) =>
    concatColumns(
      filled.map((part) => part.columns[i]),
      lengths,
    ),
  );
  return { slots, columns };
}

/** A reducer of a groupBy; the state is null where nobody reads the answer. */
export interface Reduction {
  readonly name: string;
  readonly args: readonly number[];
  readonly state: ReducerState | null;
}

/** Tells of the answers that failed cells have become. `groups` makes the rows of `after`, for the messages. */
export function reportAnswers(
  { columns, site, onFailure }: OperatorSpec,
  reductions: readonly Reduction[],
  before: Answers,
  after: Answers,
  groups: () => Batch,
): void {
  const keys = columns.length - reductions.length;
  after.columns.forEach((answers, i) => {
    if (!answers.tags?.includes(ERROR)) return;
    const had = failedSlots(before.slots, before.columns[i]);
    after.slots.forEach((slot, row) => {
      if (answers.tags?.[row] !== ERROR || had.has(slot)) return;
      const { name, state } = reductions[i];
      const batch = groups();
      onFailure({
        operator: "groupBy",
        site,
        time: batch.time,
        row: failedRow(batch, columns, row, columns.slice(0, keys).keys()),
        detail: `${name}: ${state?.reasonAt?.(slot) ?? "every value that it was given failed"}`,
        cause: undefined,
      });
    });
  });
}

function failedSlots(slots: Uint32Array, { tags }: Column): Set<number> {
  return new Set([...slots].filter((_, i) => tags?.[i] === ERROR));
}
