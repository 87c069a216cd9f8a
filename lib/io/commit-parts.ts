import type { RowBuilder } from "../data/row-builder.ts";
import type { Rejected } from "./rejections.ts";
import type { UpdateHeaders } from "./update-headers.ts";

/** The parts of a commit that have come: one that holds it whole, or the first of several. */
export class CommitParts {
  readonly run: string;
  readonly parts: number;
  readonly rows: RowBuilder;
  /** The messages, which are rejected together. */
  readonly messages: Rejected[] = [];
  readonly openedAt: number;
  /** The runs of parts that were not complete when its own first one came. */
  readonly interruptedRuns: readonly string[];

  constructor(
    { run, parts }: UpdateHeaders,
    rows: RowBuilder,
    openedAt: number,
    interrupted: CommitParts | undefined,
  ) {
    this.run = run;
    this.parts = parts;
    this.rows = rows;
    this.openedAt = openedAt;
    this.interruptedRuns = interrupted === undefined ? [] : [...interrupted.interruptedRuns, interrupted.run];
  }

  /** Whether this is the part that comes next. */
  continuesWith({ run, part, parts }: UpdateHeaders): boolean {
    return run === this.run && parts === this.parts && part === this.messages.length + 1;
  }

  get complete(): boolean {
    return this.messages.length === this.parts;
  }
}
