import { Batch } from "../data/batch.ts";
import { ABSENT } from "../data/column.ts";
import { columnBuilder, writeCell } from "../data/column-builder.ts";
import { KEY_WORDS, Keys } from "../data/keys.ts";
import { keyOfValues } from "../data/row-key.ts";
import type { CellFailure } from "../dataflow/errors.ts";
import {
  COMMIT,
  IDLE,
  type PollResult,
  type Rejection,
  type Source,
  type SourceStats,
} from "../io/source.ts";
import { entryOf, type LogEntry, logColumns, omittedEntry, rejectedEntry } from "./log-entry.ts";

/** Entries of one operator and commit, or of one source and commit, beyond which failures are only counted. */
export const LISTED_MAX = 1_000;

/** What failed in one place: the first entries, and how many there were. */
interface Place {
  readonly entries: LogEntry[];
  failures: number;
}

/**
 * The source behind `pw.errorLog()`. What failed in a commit is a commit of its own, the next one, so that the log
 * grows in the same way however a run goes; what fails in a commit of the log itself is not listed, so that no failure
 * feeds on itself. It never says that it has ended: the run ends without it.
 */
export class ErrorLog implements Source {
  readonly name = "errorLog";
  readonly #needed: readonly boolean[];
  /** Of the commit that was stepped last, by operator and line. */
  #failed = new Map<unknown, Place>();
  /** Messages of commits that sources have not made yet. */
  readonly #rejected = new Map<Source, Place>();
  #sealedAt: number | null = null;
  #rows = 0;
  #commits = 0;

  constructor(needed: readonly boolean[]) {
    this.#needed = needed;
  }

  /** Takes a failure; false where it comes of the log itself and is not listed. */
  add(failure: CellFailure): boolean {
    const { operator, site, time } = failure;
    if (time - (time % 2) === this.#sealedAt) return false;
    note(this.#failed, `${operator} ${site?.file}:${site?.line}`, () => entryOf(failure));
    return true;
  }

  /** Takes a message that a source has left out; it is listed after that source's next commit. */
  addRejected(source: Source, rejection: Rejection): void {
    note(this.#rejected, source, () => rejectedEntry(source.name, rejection, 0));
  }

  /** The source has made its commit at `time`, or has ended after that. */
  sourceCommitted(source: Source, time: number): void {
    const rejected = this.#rejected.get(source);
    if (rejected === undefined) return;
    this.#rejected.delete(source);
    const entries = rejected.entries.map((entry) => ({ ...entry, commit: time }));
    this.#failed.set(source, { ...rejected, entries });
  }

  async open(): Promise<void> {}

  poll(): PollResult {
    return this.#failed.size > 0 ? COMMIT : IDLE;
  }

  seal(time: number): Batch {
    const entries = [...this.#failed.values()].flatMap(entriesOf);
    this.#failed = new Map();
    this.#sealedAt = time;
    this.#rows += entries.length;
    this.#commits++;
    const columns = logColumns.map(({ name, type }, i) => {
      if (!this.#needed[i]) return ABSENT;
      const builder = columnBuilder(type);
      entries.forEach((entry, row) => writeCell(builder, type, row, entry[name as keyof LogEntry]));
      return builder.finish(entries.length);
    });
    return new Batch(time, entries.length, columns, keysAt(time, entries.length), null);
  }

  release(): void {}

  acknowledge(): void {}

  stats(): SourceStats {
    return { rows: this.#rows, commits: this.#commits, rejected: 0, lag: null, pending: 0 };
  }

  async close(): Promise<void> {}
}

function note<K>(places: Map<K, Place>, at: K, entry: () => LogEntry): void {
  const place = places.get(at) ?? { entries: [], failures: 0 };
  if (place.entries.length < LISTED_MAX) place.entries.push(entry());
  place.failures++;
  places.set(at, place);
}

function entriesOf({ entries, failures }: Place): LogEntry[] {
  const omitted = failures - entries.length;
  return omitted === 0 ? entries : [...entries, omittedEntry(entries[entries.length - 1], omitted)];
}

/** By time and place: a later run, whose times are later, never makes one of them again. */
function keysAt(time: number, n: number): Keys {
  return Keys.derived(() => {
    const words = new Uint32Array(KEY_WORDS * n);
    for (let row = 0; row < n; row++) words.set(keyOfValues(["errorLog", time, row]), KEY_WORDS * row);
    return words;
  });
}
