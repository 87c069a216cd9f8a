import { RowBuilder } from "../data/row-builder.ts";
import type { Columns } from "../data/schema.ts";
import type { PackedMessages } from "./parser.ts";

/**
 * The rows between two commit markers, under construction. Segments are used again after their commit is released,
 * so that a steady stream allocates no new columns.
 */
export class Segment {
  readonly rows: RowBuilder;
  /** Rows that stand for the end of their key's row; only the key's columns are filled. */
  ends: number[] = [];
  /** Copies of the messages, where one might still be rejected and sent away when its commit is whole. */
  messages: PackedMessages[] = [];
  /** When its first row came, in ms; null while it has none. */
  openedAt: number | null = null;
  /** A marker (or a limit) has closed it. */
  closed = false;
  /** Scope aligned: where its partition goes on behind the marker that closed it; -1 where none has. */
  end = -1;
  /** About what its rows take. */
  bytes = 0;

  constructor(columns: Columns, needed: readonly boolean[]) {
    this.rows = new RowBuilder(columns, needed);
  }

  reset(): void {
    this.rows.reset();
    this.ends = [];
    this.messages = [];
    this.openedAt = null;
    this.closed = false;
    this.end = -1;
    this.bytes = 0;
  }
}

/** Segments that are not in use. */
export class SegmentPool {
  readonly #columns: Columns;
  readonly #needed: readonly boolean[];
  readonly #free: Segment[] = [];

  constructor(columns: Columns, needed: readonly boolean[]) {
    this.#columns = columns;
    this.#needed = needed;
  }

  take(): Segment {
    return this.#free.pop() ?? new Segment(this.#columns, this.#needed);
  }

  give(segment: Segment): void {
    segment.reset();
    this.#free.push(segment);
  }
}
