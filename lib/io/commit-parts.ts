import type { RowBuilder } from "../data/row-builder.ts";
import type { Rejected } from "./rejections.ts";
import type { UpdateHeaders } from "./update-headers.ts";

/** The first parts of a commit that several messages hold, until the last one has come. */
export class CommitParts {
  readonly run: string;
  readonly parts: number;
  readonly rows: RowBuilder;
  /** The messages, which are rejected together. */
  readonly messages: Rejected[] = [];
  readonly openedAt: number;

  constructor({ run, parts }: UpdateHeaders, rows: RowBuilder, openedAt: number) {
    this.run = run;
    this.parts = parts;
    this.rows = rows;
    this.openedAt = openedAt;
  }

  /** Whether this is the part that comes next. */
  continuesWith({ run, part, parts }: UpdateHeaders): boolean {
    return run === this.run && parts === this.parts && part === this.messages.length + 1;
  }

  get complete(): boolean {
    return this.messages.length === this.parts;
  }
}
