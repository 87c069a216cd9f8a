import type { Batch } from "../../lib/data/batch.ts";
import { RowBuilder } from "../../lib/data/row-builder.ts";
import type { Columns } from "../../lib/data/schema.ts";
import type { StateReader, StateWriter } from "../../lib/data/state.ts";
import { TowpathError } from "../../lib/errors.ts";
import type { SaidRows } from "./said-rows.ts";

/** One commit of an input, waiting for its time. */
export interface GivenCommit {
  readonly rows: number;
  /** The commit's delta, valid until `release`; null where it cancels. */
  seal(time: number): Batch | null;
  /** What the commit is made of, until `release`. */
  said(): SaidRows;
  release(): void;
}

/** What a script may say of an input's rows. */
export interface RowCalls {
  readonly pending: number;
  insert(row: object): void;
  upsert(row: object): void;
  remove(row: object): void;
  /** Closes the rows since the last commit; null where there are none. */
  commit(): GivenCommit | null;
}

/**
 * The rows of an input since the last commit, and what must be remembered of the earlier ones. Every call is checked at
 * once, and one that throws changes nothing.
 */
export interface GivenRows extends RowCalls {
  /** The run begins: which columns anybody reads. Comes before the first `seal`. */
  start(needed: readonly boolean[]): void;
  /** The run keeps its state: what the sealed commits have left is to be remembered. Comes before the first `seal`. */
  keep(): void;
  /** Says again what `said` said of a row. */
  say(row: object, isGone: boolean): void;
  /** What the sealed commits have left; those that wait are no part of it. */
  save(writer: StateWriter): void;
  /** Comes before anything is said. */
  load(reader: StateReader): void;
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
    return this.#free.pop() ?? this.#build();
  }

  /** Texts are hashed once, for the index of the rows and for whatever groups or joins them. */
  #build(): RowBuilder {
    const rows = new RowBuilder(this.#columns, this.#needed);
    for (const column of rows.columns) if (column?.layout === "text") column.hash();
    return rows;
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
export class DroppedRows implements RowCalls {
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

  #drop(): void {
    this.#tell?.();
    this.#tell = null;
  }
}
