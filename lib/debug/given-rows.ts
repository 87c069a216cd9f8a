import { Batch } from "../data/batch.ts";
import { ABSENT } from "../data/column.ts";
import { columnBuilder, writeCell } from "../data/column-builder.ts";
import { consolidate } from "../data/consolidate.ts";
import { KEY_WORDS, Keys } from "../data/keys.ts";
import type { Columns } from "../data/schema.ts";
import { stableJson } from "../data/value.ts";
import {
  COMMIT,
  ENDED,
  type PollResult,
  type Source,
  type SourceContext,
  type SourceHistory,
  type SourceStats,
} from "../io/source.ts";

/** A change that a table is made of: values in the columns' order. */
export interface GivenChange {
  readonly time: number;
  readonly diff: 1 | -1;
  /** The key's four words. */
  readonly key: Uint32Array;
  readonly values: readonly unknown[];
}

/** Tells what is wrong with change `i`. */
export type Complain = (i: number, problem: string) => Error;

/**
 * Checks what the changes of each time come to against those before: a key has at most one row, and what leaves was
 * there, with these very values. What comes and goes within a time cancels. Within a time rows leave before others come.
 */
export function checkChanges(changes: readonly GivenChange[], complain: Complain): void {
  const live = new Map<string, string>();
  for (const { last, id, text, diff } of sumsOf(changes)) {
    if (diff > 1 || (diff > 0 && live.has(id))) throw complain(last, "a row with this key is already there");
    if (diff < -1 || (diff < 0 && live.get(id) !== text))
      throw complain(last, "a row leaves that is not there");
    if (diff > 0) live.set(id, text);
    else if (diff < 0) live.delete(id);
  }
}

/** What the changes of one row come to at a time. */
interface ChangeSum {
  readonly time: number;
  readonly id: string;
  readonly text: string;
  diff: number;
  /** The last of the changes. */
  last: number;
}

/** By time, deletions first. */
function sumsOf(changes: readonly GivenChange[]): ChangeSum[] {
  const sums = new Map<string, ChangeSum>();
  for (const [last, { time, key, values, diff }] of changes.entries()) {
    const id = key.join();
    const text = textOfValues(values);
    const name = `${time} ${id} ${text}`;
    const sum = sums.get(name) ?? { time, id, text, diff: 0, last };
    sum.diff += diff;
    sum.last = last;
    sums.set(name, sum);
  }
  return [...sums.values()].sort((a, b) => a.time - b.time || a.diff - b.diff);
}

/** A text that equal rows share. */
export function textOfValues(values: readonly unknown[]): string {
  return values.map((value) => `${typeof value} ${textOf(value)}`).join("|");
}

function textOf(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return String(value + 0);
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : stableJson(value);
}

/** Changes that are known beforehand, a commit for each of their times. Under `pw.run` the run's clock gives the times. */
export class GivenRows implements Source {
  readonly name: string;
  readonly #columns: Columns;
  readonly #needed: readonly boolean[];
  readonly #byTime: Map<number, GivenChange[]>;
  readonly #times: number[];
  /** The same rows are given in every run: how many commits have been made is all there is to know. */
  readonly history: SourceHistory = {
    range: () => this.#commits,
    save: (writer) => writer.value("commits", this.#commits),
    resume: (state) => {
      this.#commits = (state?.value("commits") as number | undefined) ?? 0;
    },
  };
  #context: SourceContext | null = null;
  #commits = 0;
  #rows = 0;

  constructor(name: string, columns: Columns, changes: readonly GivenChange[], needed: readonly boolean[]) {
    this.name = name;
    this.#columns = columns;
    this.#needed = needed;
    this.#byTime = new Map();
    for (const change of changes)
      this.#byTime.set(change.time, [...(this.#byTime.get(change.time) ?? []), change]);
    this.#times = [...this.#byTime.keys()].sort((a, b) => a - b);
  }

  /** When something changes, as given. */
  get times(): readonly number[] {
    return this.#times;
  }

  async open(context: SourceContext): Promise<void> {
    this.#context = context;
  }

  poll(): PollResult {
    return this.#context?.signal.aborted || this.#commits === this.#times.length ? ENDED : COMMIT;
  }

  seal(time: number): Batch | null {
    return this.batchAt(this.#times[this.#commits++], time);
  }

  /** The changes given for a time, as a delta at `time`; null where there are none or they cancel. */
  batchAt(given: number, time = given): Batch | null {
    const changes = this.#byTime.get(given) ?? [];
    this.#rows += changes.length;
    const columns = this.#columns.map(({ type }, i) => {
      if (!this.#needed[i]) return ABSENT;
      const builder = columnBuilder(type);
      changes.forEach(({ values }, row) => writeCell(builder, type, row, values[i]));
      return builder.finish(changes.length);
    });
    const words = new Uint32Array(KEY_WORDS * changes.length);
    changes.forEach(({ key }, row) => words.set(key, KEY_WORDS * row));
    const diffs = changes.every(({ diff }) => diff > 0) ? null : Int32Array.from(changes, ({ diff }) => diff);
    return consolidate(new Batch(time, changes.length, columns, Keys.of(words), diffs));
  }

  release(): void {}

  acknowledge(): void {}

  stats(): SourceStats {
    return { rows: this.#rows, commits: this.#commits, rejected: 0, lag: 0, pending: 0 };
  }

  async close(): Promise<void> {}
}
