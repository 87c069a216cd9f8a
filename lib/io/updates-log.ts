import type { CommitParts } from "./commit-parts.ts";
import type { Rejected } from "./rejections.ts";
import type { TakenUpdates } from "./update-histories.ts";

export interface UpdatesLogOptions {
  /** "topic orders, partition 0". */
  place(partition: number): string;
  /** "topic orders, partition 0, offset 17". */
  position(partition: number, offset: number): string;
  log(line: string): void;
}

/** Parts whose others do not come for this long are worth a line. */
const QUIET_AFTER_MS = 10_000;

/** What a reader of updates tells its user of what writers did; most of it once. */
export class UpdatesLog {
  readonly #options: UpdatesLogOptions;
  #saidReplay = false;
  #saidReplaced = false;
  #saidQuiet = false;

  constructor(options: UpdatesLogOptions) {
    this.#options = options;
  }

  remind(waiting: Iterable<CommitParts>, now: number): void {
    if (this.#saidQuiet) return;
    for (const { messages, parts, openedAt } of waiting) {
      if (now - openedAt < QUIET_AFTER_MS) continue;
      this.#saidQuiet = true;
      const [{ partition }] = messages;
      this.#options.log(
        `a commit has waited 10 s for part ${messages.length + 1} of its ${parts} parts (${this.#options.place(partition)}); it stays invisible until it is whole`,
      );
    }
  }

  leftOut({ messages, parts, rows }: CommitParts, why: string): void {
    const [{ partition, offset }] = messages;
    const place = this.#options.position(partition, offset);
    this.#options.log(
      `a commit was left out, ${rows.length} rows: ${messages.length} of its ${parts} parts had come, then ${why} (${place})`,
    );
  }

  taken({ replayed, replacedRows }: TakenUpdates, partition: number, offset: number): void {
    const where = this.#options.position(partition, offset);
    if (replacedRows !== null)
      this.#options.log(`the writer began anew: its first commit replaces ${replacedRows} rows (${where})`);
    if (replayed === 0 || this.#saidReplay) return;
    this.#saidReplay = true;
    this.#options.log(`a commit that had been read already came again and was left out (${where})`);
  }

  replaced({ partition, offset }: Rejected, run: string): void {
    if (this.#saidReplaced) return;
    this.#saidReplaced = true;
    const name = run === "" ? "without tp-run" : `of the run ${run}`;
    this.#options.log(
      `a message ${name} was left out, because a newer run has taken its place: do two programs write to this topic? (${this.#options.position(partition, offset)})`,
    );
  }
}
