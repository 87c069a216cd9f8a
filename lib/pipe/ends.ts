/** The two ends of a pipe, as adapters bring them: files, Kafka, or one's own. */

export interface PipeContext {
  /** Aborts when the pipe is to end. */
  readonly signal: AbortSignal;
  log(line: string): void;
}

/** Stands in a batch for a row that could not be read. */
export class UnreadableRow {
  readonly reason: string;
  /** What was read, as far as it could be. */
  readonly row: unknown;

  constructor(reason: string, row: unknown) {
    this.reason = reason;
    this.row = row;
  }
}

/** Some rows, in order. */
export interface PipeBatch<Row> {
  readonly rows: readonly (Row | UnreadableRow)[];
  /** What was read for them. */
  readonly bytes: number;
  /** Where row i stands, for people: "orders.csv, row 3", "topic orders, partition 0, offset 17". */
  place(row: number): string;
}

/**
 * Where rows come from.
 *
 *   open → (take → delivered?)* → close
 */
export interface PipeInput<Row> {
  readonly name: string;
  open(context: PipeContext): Promise<void>;
  /**
   * The next rows: at least one, at most `max`, and no waiting for more once there is one; null behind the last, and when
   * the pipe is to end.
   */
  take(max: number): Promise<PipeBatch<Row> | null>;
  /** All rows taken so far are where they belong: they need not be given again. */
  delivered?(): Promise<void>;
  close(): Promise<void>;
}

/** A row that is not what it should be. */
export interface FailedRow<Row = unknown> {
  /** What is wrong with it. */
  readonly reason: string;
  /** Where it stands. */
  readonly position: string;
  /** As it was read. */
  readonly row: Row;
}

/**
 * Where rows go.
 *
 *   open → (add* → send)* → flush → close
 */
export interface PipeOutput<Row> {
  readonly name: string;
  open(context: PipeContext): Promise<void>;
  /** Takes a row. Throws where it cannot be written: the row fails, and nothing of it is written. */
  add(row: Row): void;
  /** Takes a row that failed; absent: it is added as the row `{ reason, position, row }`. */
  addFailed?(failed: FailedRow): void;
  /** Sends on what was added; resolves when there is room for more. */
  send(): Promise<void>;
  /** Resolves when everything that was sent is where it belongs. */
  flush(): Promise<void>;
  close(): Promise<void>;
}
