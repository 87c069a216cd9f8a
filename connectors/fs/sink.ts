import { type FileHandle, open } from "node:fs/promises";
import type { Batch } from "../../lib/data/batch.ts";
import type { StateReader, StateWriter } from "../../lib/data/state.ts";
import { TowpathError } from "../../lib/errors.ts";
import { ByteWriter } from "../../lib/io/byte-writer.ts";
import type { Formatter } from "../../lib/io/formatter.ts";
import type { Sink, SinkContext, SinkStats } from "../../lib/io/sink.ts";
import { fileChanged, fileFailure } from "./errors.ts";

const LF = 10;
/** Bytes that may wait for the disk before the run waits too. */
const QUEUED_BYTES_MAX = 16 << 20;

/** Commits to one file, a record a line, a write a commit. */
export class FileSink implements Sink {
  readonly name: string;
  /** A file can be cut back to where it was at the checkpoint, so that nothing stands in it twice. */
  readonly isView = true;
  readonly #path: string;
  readonly #formatter: Formatter;
  readonly #out = new ByteWriter();
  #context: SinkContext | null = null;
  #handle: FileHandle | null = null;
  /** What is being written; commits go to the file one after the other. */
  #work: Promise<void> = Promise.resolve();
  #queuedBytes = 0;
  /** Bytes of the file when all that is queued has been written. */
  #size = 0;
  #failure: TowpathError | null = null;
  #changes = 0;
  #lastTime: number | null = null;
  #latencyMs: number | null = null;

  constructor(name: string, path: string, formatter: Formatter) {
    this.name = name;
    this.#path = path;
    this.#formatter = formatter;
  }

  async open(context: SinkContext): Promise<void> {
    this.#context = context;
    try {
      if (this.#size > 0) await this.#cutBack();
      this.#handle = await open(this.#path, this.#size > 0 ? "a" : "w");
    } catch (error) {
      if (error instanceof TowpathError) throw error;
      throw fileFailure(this.#path, "could not be written", error);
    }
    if (this.#size > 0) return;
    if (this.#formatter.writeHeader === undefined) return;
    this.#formatter.writeHeader(this.#out);
    this.#out.put(LF);
    this.#append(null);
  }

  write(batch: Batch, order: Uint32Array): void {
    for (let i = 0; i < order.length; i++) {
      const row = order[i];
      const diff = batch.diffs === null ? 1 : batch.diffs[row];
      // Records know 1 and -1 only, so that a reader may take each for one row.
      for (let copy = Math.abs(diff); copy > 0; copy--) {
        this.#formatter.formatInto(batch, row, Math.sign(diff), this.#out);
        this.#out.put(LF);
        this.#changes++;
      }
    }
    this.#lastTime = batch.time;
    this.#append(batch.time);
  }

  get full(): boolean {
    return this.#queuedBytes > QUEUED_BYTES_MAX;
  }

  /** All commits are in the file, and the file is on the disk. */
  async flush(): Promise<void> {
    await this.#work;
    if (this.#failure !== null) throw this.#failure;
    try {
      await this.#handle?.datasync();
    } catch (error) {
      // Pipes and terminals cannot be synced, and need not be.
      if (!(error instanceof Error && "code" in error && error.code === "EINVAL")) {
        throw fileFailure(this.#path, "could not be written", error);
      }
    }
  }

  save(writer: StateWriter): void {
    writer.value("bytes", this.#size);
  }

  load(reader: StateReader): void {
    this.#size = reader.value("bytes") as number;
  }

  stats(): SinkStats {
    return { changes: this.#changes, lastTime: this.#lastTime, latencyMs: this.#latencyMs };
  }

  async close(): Promise<void> {
    await this.#work;
    await this.#handle?.close();
    this.#handle = null;
  }

  /** To what the checkpoint knows of; what came later is written again. */
  async #cutBack(): Promise<void> {
    const handle = await open(this.#path, "r+");
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) return;
      if (stats.size < this.#size)
        throw fileChanged(this.#path, "was made shorter", "since an earlier run wrote it");
      await handle.truncate(this.#size);
    } finally {
      await handle.close();
    }
  }

  /** Queues what was formatted as one write. After a failure nothing more is written: a gap would look like data. */
  #append(time: number | null): void {
    const bytes = Buffer.from(this.#out.view());
    this.#out.reset();
    this.#queuedBytes += bytes.length;
    this.#size += bytes.length;
    this.#work = this.#work.then(async () => {
      try {
        if (this.#failure === null) await this.#handle?.writeFile(bytes);
        if (time !== null) this.#latencyMs = Math.max(0, Date.now() - time);
      } catch (error) {
        this.#failure = fileFailure(this.#path, "could not be written", error);
        this.#context?.fail(this.#failure);
      }
      const wasFull = this.full;
      this.#queuedBytes -= bytes.length;
      if (wasFull && !this.full) this.#context?.wake();
    });
  }
}
