import { type FileHandle, open } from "node:fs/promises";
import { TowpathError } from "../../../lib/errors.ts";
import { ByteWriter } from "../../../lib/io/byte-writer.ts";
import type { PipeOutput } from "../../../lib/pipe/ends.ts";
import { fileFailure } from "../errors.ts";

/** How rows become lines of a file. */
export interface LineFormat {
  /** Appends a row as a line, with its break. What it has appended when it throws is taken back. */
  append(row: unknown, out: ByteWriter): void;
  /** Appends what stands before the first line, once that has been appended elsewhere. */
  appendHeader?(out: ByteWriter): void;
}

/** A new file as the output of a pipe. `flush` resolves when what was written is on the disk. */
export class TextOutput implements PipeOutput<unknown> {
  readonly name: string;
  readonly #path: string;
  readonly #format: LineFormat;
  readonly #lines = new ByteWriter(1 << 16);
  #handle: FileHandle | null = null;
  #hasHeader = false;

  constructor(path: string, format: LineFormat) {
    this.name = path;
    this.#path = path;
    this.#format = format;
  }

  /** What was in the file before is gone. Throws TP_FILE_FAILED. */
  async open(): Promise<void> {
    try {
      this.#handle = await open(this.#path, "w");
    } catch (error) {
      throw fileFailure(this.#path, "could not be written", error);
    }
  }

  add(row: unknown): void {
    const { used } = this.#lines;
    try {
      this.#format.append(row, this.#lines);
    } catch (error) {
      this.#lines.truncate(used);
      throw error;
    }
  }

  /** Throws TP_FILE_FAILED. */
  async send(): Promise<void> {
    await this.#do(async (handle) => {
      if (!this.#hasHeader && this.#format.appendHeader !== undefined) {
        const header = new ByteWriter();
        this.#format.appendHeader(header);
        await handle.appendFile(header.view());
      }
      this.#hasHeader = true;
      await handle.appendFile(this.#lines.view());
      this.#lines.reset();
    });
  }

  async flush(): Promise<void> {
    // Not every file has a disk behind it: a pipe or a terminal has none.
    await this.#do((handle) =>
      handle.datasync().catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "EINVAL") throw error;
      }),
    );
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await handle?.close();
  }

  async #do(work: (handle: FileHandle) => Promise<void>): Promise<void> {
    if (this.#handle === null) throw new TowpathError("TP_CLOSED", `${this.#path} is not open`);
    try {
      await work(this.#handle);
    } catch (error) {
      throw fileFailure(this.#path, "could not be written", error);
    }
  }
}
