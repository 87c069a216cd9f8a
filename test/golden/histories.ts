import { type debug, ERROR } from "towpath";

/** A change without its key: time, diff, and the cells in the columns' order. */
export type KeylessChange = readonly [time: number, diff: number, ...cells: unknown[]];

/** What became of one key: its changes by time, deletions first. */
export type History = readonly KeylessChange[];

/** What became of each key of a stream; which keys they are is left out. */
export function historiesOf(changes: readonly debug.Change<object>[], columns: readonly string[]): History[] {
  const histories = new Map<string, KeylessChange[]>();
  for (const { key, row, time, diff } of changes) {
    const cells = columns.map((name) => cellOf(row[name as never]));
    histories.set(key, [...(histories.get(key) ?? []), [time, diff, ...cells]]);
  }
  return [...histories.values()];
}

/** Each history as a text, sorted: two streams have the same list where they differ in the names of keys only. */
export function historyLines(rows: readonly History[]): string[] {
  return rows.map((history) => changeLines(history).join(" ")).sort();
}

/** Each change as a text, sorted and consolidated: what a stream says of its rows, whichever keys they have. */
export function changeLines(changes: readonly KeylessChange[]): string[] {
  const totals = new Map<string, { time: number; diff: number; cells: string }>();
  for (const [time, diff, ...cells] of changes) {
    const text = JSON.stringify(cells);
    const total = totals.get(`${time} ${text}`) ?? { time, diff: 0, cells: text };
    totals.set(`${time} ${text}`, { ...total, diff: total.diff + diff });
  }
  return [...totals.values()]
    .filter(({ diff }) => diff !== 0)
    .sort((a, b) => a.time - b.time || a.diff - b.diff || (a.cells < b.cells ? -1 : 1))
    .map(({ time, diff, cells }) => `${time}: ${diff > 0 ? "+" : ""}${diff} ${cells}`);
}

/** A cell as recordings write it. */
function cellOf(value: unknown): unknown {
  return value === ERROR ? { failed: true } : value;
}
