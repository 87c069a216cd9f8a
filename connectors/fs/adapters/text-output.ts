import { type FileHandle, open } from "node:fs/promises";
import { TowpathError } from "../../../lib/errors.ts";
import type { PipeOutput } from "../../../lib/pipe/ends.ts";
import { fileFailure } from "../errors.ts";

/** How rows become lines of a file. */
export interface LineFormat {
  /** With its line break. */
  encode(row: unknown): string;
  /** What stands before the first line, once that has been encoded; with its line break. */
  header?(): string;
}

/** A new file as the output of a pipe. `flush` resolves when what was written is on the disk. */
export class TextOutput implements PipeOutput<unknown, string> {
  readonly name: string;
  readonly #path: string;
  readonly #format: LineFormat;
  #handle: FileHandle | null = null;
  #hasHeader = false;

  constructor(path: string, format: LineFormat) {
    this.name = path;
    this.#path = path;
    this.#format = format;
  }

  /** What was in the file before is gone. Throws TP_FILE_FAILED. */
  async open(): Promise<void> {
    await this.#do(async () => {
      this.#handle = await open(this.#path, "w");
    });
  }

  encode(row: unknown): string {
    return this.#format.encode(row);
  }

  async write(rows: readonly string[]): Promise<void> {
    const header = this.#hasHeader ? "" : (this.#format.header?.() ?? "");
    this.#hasHeader = true;
    await this.#do((handle) => handle.appendFile(header + rows.join("")));
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
    try {
      await work(this.#handle as FileHandle);
    } catch (error) {
      if (error instanceof TowpathError) throw error;
      throw fileFailure(this.#path, "could not be written", error);
    }
  }
}
