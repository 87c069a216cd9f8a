import { type FSWatcher, watch } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { PackedMessages } from "../../lib/io/parser.ts";
import { fileFailure } from "./errors.ts";
import type { Files, ReadFile } from "./files.ts";
import { LineChunk, type LineRules } from "./line-chunk.ts";

export interface LinesOptions {
  readonly path: string;
  readonly rules: LineRules;
  /** Whether files are followed, or read to the sizes that they have at the start. */
  readonly follows: boolean;
  /** Something can be taken, or there will be nothing more. */
  wake(): void;
  fail(error: Error): void;
}

/** How often files are looked at, whatever the watcher says: it misses network drives and replaced files. */
const LOOK_EVERY_MS = 1_000;
/** Between two looks at least; a writer may cause thousands of events a second. */
const LOOK_AFTER_MS = 10;

/**
 * The lines of some files, chunk by chunk: while one chunk is in use the next is read. Followed files give their new
 * lines as these are ended by a break; a line without a break is read again when its file has grown.
 */
export class Lines {
  readonly #files: Files;
  readonly #options: LinesOptions;
  /** The one that was handed out, and the one that is being filled or ready. */
  #inUse: LineChunk;
  #next: LineChunk;
  #isReady = false;
  #isReading = false;
  /** Something has changed since reading looked last for a file with more. */
  #readsAgain = false;
  #isClosed = false;
  #ended = false;
  #open: { readonly file: ReadFile; readonly handle: FileHandle } | null = null;
  #watcher: FSWatcher | null = null;
  #timer: NodeJS.Timeout | undefined;
  #looking: NodeJS.Timeout | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(files: Files, options: LinesOptions) {
    this.#files = files;
    this.#options = options;
    this.#inUse = new LineChunk(options.rules);
    this.#next = new LineChunk(options.rules);
  }

  /** Everything has been taken, and nothing follows. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Throws TP_FILE_ABSENT, TP_FILE_FAILED, TP_FILE_CHANGED. */
  async look(): Promise<void> {
    await this.#files.look();
  }

  /** The first lines of a file, up to where it is read on. */
  async head({ slot, path, position }: ReadFile): Promise<PackedMessages> {
    const chunk = new LineChunk(this.#options.rules);
    const handle = await open(path, "r");
    try {
      await chunk.load(handle, { path, slot, from: 0, limit: position, isWhole: true });
    } finally {
      await handle.close();
    }
    return chunk.messages();
  }

  /** Comes after a first `look`. */
  start(): void {
    if (this.#options.follows) {
      this.#timer = setInterval(() => this.#lookSoon(), LOOK_EVERY_MS);
      this.#watch();
    }
    this.#readOn();
  }

  /** The next lines, or null while there are none. Ends the life of those taken before. */
  take(): PackedMessages | null {
    if (!this.#isReady) return null;
    this.#isReady = false;
    [this.#inUse, this.#next] = [this.#next, this.#inUse];
    this.#readOn();
    return this.#inUse.messages();
  }

  /** A file is ahead of the others, or no longer. */
  wait(slot: number, isAhead: boolean): void {
    this.#files.at(slot).isAhead = isAhead;
    if (!isAhead) this.#readOn();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    clearTimeout(this.#looking);
    this.#watcher?.close();
    await this.#work;
    await this.#open?.handle.close();
    this.#open = null;
  }

  #watch(): void {
    try {
      this.#watcher = watch(this.#options.path, () => this.#lookSoon());
      // The regular look goes on without it.
      this.#watcher.on("error", () => this.#watcher?.close());
    } catch {
      this.#watcher = null;
    }
  }

  #lookSoon(): void {
    this.#looking ??= setTimeout(() => {
      this.#looking = undefined;
      this.#do(async () => {
        await this.#files.look();
        this.#readOn();
      });
    }, LOOK_AFTER_MS);
  }

  #readOn(): void {
    if (this.#isReady || this.#isClosed) return;
    if (this.#isReading) {
      this.#readsAgain = true;
      return;
    }
    this.#isReading = true;
    this.#do(async () => {
      try {
        await this.#fill();
      } finally {
        this.#isReading = false;
        const again = this.#readsAgain;
        this.#readsAgain = false;
        if (again) this.#readOn();
      }
    });
  }

  /** One thing after the other; what fails ends the run. */
  #do(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: Error) => {
      if (!this.#isClosed) this.#options.fail(error);
    });
  }

  async #fill(): Promise<void> {
    const { follows, wake } = this.#options;
    while (!this.#isClosed) {
      const file = this.#files.next();
      if (file === undefined) {
        this.#ended = !follows && !this.#files.isWaiting;
        if (this.#ended) wake();
        return;
      }
      await this.#load(file);
      if (this.#next.length === 0) continue;
      this.#isReady = true;
      wake();
      return;
    }
  }

  async #load(file: ReadFile): Promise<void> {
    const { slot, path, position, size } = file;
    const part = { path, slot, from: position, limit: size, isWhole: !this.#options.follows };
    try {
      file.position = await this.#next.load(await this.#handleOf(file), part);
    } catch (error) {
      throw isOwn(error) ? error : fileFailure(path, "could not be read", error);
    }
    if (file.position === position) file.exhaustedAt = size;
  }

  async #handleOf(file: ReadFile): Promise<FileHandle> {
    if (this.#open?.file === file) return this.#open.handle;
    await this.#open?.handle.close();
    this.#open = null;
    this.#open = { file, handle: await open(file.path, "r") };
    return this.#open.handle;
  }
}

function isOwn(error: unknown): boolean {
  return error instanceof Error && error.name === "TowpathError";
}
