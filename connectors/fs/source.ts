import type { Batch } from "../../lib/data/batch.ts";
import type { Columns } from "../../lib/data/schema.ts";
import type { CommitPolicy } from "../../lib/io/commit-policy.ts";
import { InputSession } from "../../lib/io/input-session.ts";
import type { Parser } from "../../lib/io/parser.ts";
import {
  COMMIT,
  ENDED,
  IDLE,
  type PollResult,
  type Source,
  type SourceContext,
  type SourceStats,
} from "../../lib/io/source.ts";
import { Files } from "./files.ts";
import { FilesParser } from "./files-parser.ts";
import type { LineRules } from "./line-chunk.ts";
import { Lines } from "./lines.ts";
import { FileHistory } from "./source-history.ts";

/** Everything about a source that is known before it runs; checked. */
export interface FilePlan {
  readonly name: string;
  readonly path: string;
  readonly columns: Columns;
  readonly primaryKey: readonly number[] | null;
  readonly policy: CommitPolicy;
  readonly mode: "streaming" | "static";
  readonly onError: "fail" | "skip";
  readonly rules: LineRules;
  createParser(): Parser;
}

const REMIND_MS = 1_000;

/** Rows out of files: a line is a message, a file a partition, the byte where a line begins its offset. */
export class FileSource implements Source {
  readonly name: string;
  readonly history: FileHistory;
  readonly #plan: FilePlan;
  readonly #files: Files;
  readonly #parser: FilesParser;
  readonly #session: InputSession;
  #lines: Lines | null = null;
  #context: SourceContext | null = null;
  #failed = false;
  #dueTimer: NodeJS.Timeout | undefined;
  #reminder: NodeJS.Timeout | undefined;

  constructor(plan: FilePlan, needed: readonly boolean[]) {
    const { name, path, columns, primaryKey, policy, onError } = plan;
    this.name = name;
    this.#plan = plan;
    this.#files = new Files(path);
    const place = (slot: number): string => this.#files.at(slot).path;
    this.#parser = new FilesParser(plan.createParser, place);
    this.#session = new InputSession({
      parser: this.#parser,
      columns,
      needed,
      primaryKey,
      policy,
      onError,
      origin: (slot) => `${name}\0${this.#files.at(slot).name}`,
      place,
      position: (slot, offset) => this.#files.placeOf(slot, offset),
      log: (line) => this.#context?.log(`${name}: ${line}`),
      list: (rejection) => this.#context?.reject(rejection),
      onAhead: (slot, isAhead) => this.#lines?.wait(slot, isAhead),
      now: Date.now,
    });
    this.history = new FileHistory(this.#files, this.#session);
  }

  async open(context: SourceContext): Promise<void> {
    const { path, rules, mode } = this.#plan;
    this.#context = context;
    this.#lines = new Lines(this.#files, {
      path,
      rules,
      follows: mode === "streaming",
      wake: context.wake,
      fail: (error) => {
        this.#failed = true;
        context.fail(error);
      },
    });
    await this.#lines.look();
    this.history.check();
    await this.#learnHeaders(this.#lines);
    this.#lines.start();
    this.#reminder = setInterval(() => this.#session.remind(), REMIND_MS);
    this.#reminder.unref();
  }

  poll(): PollResult {
    if (this.#failed || this.#context?.signal.aborted) return ENDED;
    while (!this.#session.poll()) {
      const messages = this.#lines?.take() ?? null;
      if (messages !== null) this.#session.feed(messages);
      else if (this.#lines?.ended === true) return this.#session.finish() ? COMMIT : ENDED;
      else {
        this.#sleepUntilDue();
        return IDLE;
      }
    }
    return COMMIT;
  }

  seal(time: number): Batch | null {
    const batch = this.#session.seal(time);
    this.history.sealed();
    return batch;
  }

  release(): void {
    this.#session.release();
  }

  acknowledge(): void {}

  /** How many lines the unread bytes hold is known only when they are read. */
  stats(): SourceStats {
    const { rows, commits, rejected, pendingRows } = this.#session;
    return { rows, commits, rejected, pending: pendingRows, lag: null };
  }

  async close(): Promise<void> {
    clearTimeout(this.#dueTimer);
    clearInterval(this.#reminder);
    await this.#lines?.close();
  }

  async #learnHeaders(lines: Lines): Promise<void> {
    if (!this.#parser.wantsHeader) return;
    for (const file of this.#files.all()) if (file.position > 0) this.#parser.learn(await lines.head(file));
  }

  /** Commits by time come due while nothing is written. */
  #sleepUntilDue(): void {
    const { dueInMs } = this.#session;
    clearTimeout(this.#dueTimer);
    if (dueInMs !== null) this.#dueTimer = setTimeout(() => this.#context?.wake(), dueInMs);
  }
}
