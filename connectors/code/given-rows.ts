import type { Batch } from "../../lib/data/batch.ts";
import { RowBuilder } from "../../lib/data/row-builder.ts";
import type { Columns } from "../../lib/data/schema.ts";
import { TowpathError } from "../../lib/errors.ts";

/** One commit of an input, waiting for its time. */
export interface GivenCommit {
  readonly rows: number;
  /** The commit's delta, valid until `release`; null where it cancels. */
  seal(time: number): Batch | null;
  release(): void;
}

/**
 * The rows of an input since the last commit, and what must be remembered of the earlier ones. Every call is checked at
 * once, and one that throws changes nothing.
 */
export interface GivenRows {
  readonly pending: number;
  insert(row: object): void;
  upsert(row: object): void;
  remove(row: object): void;
  /** Closes the rows since the last commit; null where there are none. */
  commit(): GivenCommit | null;
  /** The run begins: which columns anybody reads. Comes before the first `seal`. */
  start(needed: readonly boolean[]): void;
}

/** Row builders that are not in use. */
export class BuilderPool {
  readonly #columns: Columns;
  readonly #needed: readonly boolean[];
  readonly #free: RowBuilder[] = [];

  constructor(columns: Columns) {
    this.#columns = columns;
    this.#needed = columns.map(() => true);
  }

  take(): RowBuilder {
    return this.#free.pop() ?? new RowBuilder(this.#columns, this.#needed);
  }

  give(rows: RowBuilder): void {
    rows.reset();
    this.#free.push(rows);
  }
}

export function withoutKey(call: string, where: string): TowpathError {
  return new TowpathError("TP_BAD_ARGUMENT", `${call} needs a primary key, and the schema has none`, {
    where,
    hint: "Mark the columns that identify a row: pw.column({ type, primaryKey: true }).",
  });
}

/** Stands for the rows once nobody takes them any more: says so at the first call, and does nothing. */
export class DroppedRows implements GivenRows {
  readonly pending = 0;
  #tell: (() => void) | null;

  constructor(tell: () => void) {
    this.#tell = tell;
  }

  insert(): void {
    this.#drop();
  }

  upsert(): void {
    this.#drop();
  }

  remove(): void {
    this.#drop();
  }

  commit(): null {
    return null;
  }

  start(): void {}

  #drop(): void {
    this.#tell?.();
    this.#tell = null;
  }
}
