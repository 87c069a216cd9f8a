import type { FileHandle } from "node:fs/promises";
import { TowpathError } from "../../lib/errors.ts";
import type { PackedMessages } from "../../lib/io/parser.ts";
import { type LineTarget, splitLines, takeLine } from "../../lib/kernels/split-lines.ts";
import { fileChanged } from "./errors.ts";

/** How a file is cut into lines. */
export interface LineRules {
  /** A byte that quotes cells, where a break between quotes is text; -1 where there is none. */
  readonly quote: number;
  readonly delimiter: number;
  /** Whether a line without a character is one. */
  readonly keepsEmpty: boolean;
  /** Whether a byte order mark at the start of a file is left out. */
  readonly skipsMark: boolean;
}

/** A part of a file to be cut into lines. */
export interface Part {
  readonly path: string;
  readonly slot: number;
  /** Bytes [from, limit) of the file; lines are taken from its beginning as many as fit. */
  readonly from: number;
  readonly limit: number;
  /** Whether what stands behind the last break is a line too. */
  readonly isWhole: boolean;
}

const BYTES = 1 << 20;
const LINES = 1 << 16;
/** A line may be this long; a quote that is never closed makes one of the rest of its file. */
const LINE_BYTES_MAX = 1 << 28;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Some lines of one file as packed messages, a line each. Used again: its messages are valid until the next `load`. */
export class LineChunk {
  readonly #rules: LineRules;
  readonly #ends = new Uint32Array(LINES);
  /** Where lines begin, and behind the last one where the next will. */
  readonly #offsets = new Float64Array(LINES + 1);
  readonly #partitions = new Int32Array(LINES);
  #bytes = new Uint8Array(BYTES);
  #count = 0;
  #used = 0;

  constructor(rules: LineRules) {
    this.#rules = rules;
  }

  /**
   * Reads a part's first lines; returns the offset behind them, which is `part.from` where there is no whole line.
   * Throws TP_FILE_CHANGED where the file ends too soon, TP_FILE_FAILED for a line that is too long.
   */
  async load(handle: FileHandle, part: Part): Promise<number> {
    const { from, limit, isWhole, path } = part;
    for (;;) {
      const size = Math.min(this.#bytes.length, limit - from);
      await this.#read(handle, part, size);
      const target = this.#start(from, size);
      const start = target.at;
      const { keepsEmpty, quote, delimiter } = this.#rules;
      splitLines(target, size, from, keepsEmpty, quote, delimiter);
      const isEnd = from + size === limit;
      if (isEnd && isWhole && target.at < size && target.count < LINES) {
        takeLine(target, size, from, keepsEmpty);
      }
      this.#count = target.count;
      this.#offsets[target.count] = from + target.at;
      this.#used = target.used;
      this.#partitions.fill(part.slot, 0, target.count);
      // A mark alone is no progress: the line behind it is still to come.
      if (target.at > start || isEnd) return from + (target.at > start ? target.at : 0);
      if (size >= LINE_BYTES_MAX) {
        throw new TowpathError("TP_FILE_FAILED", `${path} has a line of more than ${LINE_BYTES_MAX} bytes`, {
          where: `byte ${from}`,
          hint: "In csv, look for a quote that is never closed.",
        });
      }
      this.#bytes = new Uint8Array(2 * this.#bytes.length);
    }
  }

  get length(): number {
    return this.#count;
  }

  messages(): PackedMessages {
    const n = this.#count;
    return {
      length: n,
      bytes: this.#bytes.subarray(0, this.#used),
      ends: this.#ends.subarray(0, n),
      nulls: null,
      partitions: this.#partitions.subarray(0, n),
      offsets: this.#offsets.subarray(0, n),
      next: this.#offsets.subarray(1, n + 1),
      timestamps: null,
      keys: null,
      headers: null,
    };
  }

  async #read(handle: FileHandle, { path, from }: Part, size: number): Promise<void> {
    for (let filled = 0; filled < size; ) {
      const { bytesRead } = await handle.read(this.#bytes, filled, size - filled, from + filled);
      if (bytesRead === 0) throw fileChanged(path, "was truncated");
      filled += bytesRead;
    }
  }

  #start(from: number, size: number): LineTarget {
    const bytes = this.#bytes;
    const marked =
      from === 0 &&
      this.#rules.skipsMark &&
      size >= 3 &&
      BYTE_ORDER_MARK.every((byte, i) => bytes[i] === byte);
    return { bytes, ends: this.#ends, offsets: this.#offsets, count: 0, used: 0, at: marked ? 3 : 0 };
  }
}
