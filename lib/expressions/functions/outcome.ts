import type { SourceSite } from "../../base/source-site.ts";
import { type Column, ERROR, VALUE } from "../../data/column.ts";
import { mergeTags } from "../../kernels/tags.ts";
import type { Frame } from "../frame.ts";

/** The tags of a column under computation: what the operands bring, and the cells that newly fail. */
export class Outcome {
  readonly #frame: Frame;
  readonly #site: SourceSite | null;
  tags: Uint8Array | null;

  constructor(frame: Frame, site: SourceSite | null, tags: Uint8Array | null = null) {
    this.#frame = frame;
    this.#site = site;
    this.tags = tags;
  }

  isValue(row: number): boolean {
    return this.tags === null || this.tags[row] === VALUE;
  }

  /** Marks a cell as failed and reports it. Cells that are null or failed already stay as they are. */
  fail(row: number, detail: string, cause?: unknown): void {
    if (!this.isValue(row)) return;
    this.setTag(row, ERROR);
    this.#frame.failed(row, this.#site, detail, cause);
  }

  setTag(row: number, tag: number): void {
    this.tags ??= new Uint8Array(this.#frame.length);
    this.tags[row] = tag;
  }
}

/** The tags of a strict function: failed where an operand failed, else null where one is null. A fresh array or null. */
export function strictTags(
  columns: readonly Column[],
  masks: readonly number[],
  n: number,
): Uint8Array | null {
  let tags: Uint8Array | null = null;
  columns.forEach((column, i) => {
    if (column.tags === null) return;
    tags ??= new Uint8Array(n);
    mergeTags(column.tags, masks[i], n, tags);
  });
  return tags;
}
