import type { Columns } from "../../lib/data/schema.ts";
import type { StateReader, StateWriter } from "../../lib/data/state.ts";
import { TowpathError } from "../../lib/errors.ts";
import type { JournalledCommit, SourceHistory } from "../../lib/io/source.ts";
import type { GivenCommit, GivenRows } from "./given-rows.ts";
import { decodeRows, encodeRows, type SaidRows } from "./said-rows.ts";

/** What the history needs of its feed. */
export interface HistoryParts {
  readonly name: string;
  readonly columns: Columns;
  readonly rows: GivenRows;
  /** Whether the script has given rows already. */
  hasRows(): boolean;
  /** Queues what has been said since the last commit. */
  commit(): void;
  /** The commit that is sealed. */
  current(): GivenCommit | null;
}

/** The rows of an input cannot be read again: the journal holds them until a checkpoint has what they have left. */
export class FeedHistory implements SourceHistory {
  readonly #parts: HistoryParts;
  /** Ranges of commits that are to be made again. */
  #replayed: unknown[] = [];
  /** Commits that have been sealed in this run and those before. */
  #sealed = 0;
  /** Commits that earlier runs have kept. */
  restored = 0;

  constructor(parts: HistoryParts) {
    this.#parts = parts;
  }

  range(): unknown {
    const { name, current } = this.#parts;
    const again = this.#replayed.shift();
    return again ?? encodeRows(current()?.said() as SaidRows, name);
  }

  /** A commit has been sealed. */
  sealed(): void {
    this.#sealed++;
  }

  save(writer: StateWriter): void {
    writer.value("commits", this.#sealed);
    this.#parts.rows.save(writer.scope("rows"));
  }

  /** Rows that the script has given by now would come before those that earlier runs have kept. */
  resume(state: StateReader | null, commits: readonly JournalledCommit[]): void {
    const { name, columns, rows, hasRows, commit } = this.#parts;
    rows.keep();
    this.#sealed = state === null ? 0 : (state.value("commits") as number);
    this.restored = this.#sealed + commits.length;
    if (this.restored === 0) return;
    if (hasRows()) {
      const detail = `earlier runs have kept ${this.restored} commits of this input, and rows were given before the run`;
      throw new TowpathError("TP_BAD_ARGUMENT", detail, {
        where: name,
        hint: "Give rows when it is known how many commits there are: after `const kept = await input.restored`, while pw.run() runs.",
      });
    }
    if (state !== null) rows.load(state.scope("rows"));
    this.#replayed = commits.map(({ range }) => range);
    for (const range of this.#replayed) {
      for (const { row, isGone } of decodeRows(range, columns)) rows.say(row, isGone);
      commit();
    }
  }
}
