import type { Batch } from "../../../lib/data/batch.ts";
import { type Columns, positionOf } from "../../../lib/data/schema.ts";
import { type ErrorCode, errorCodes, TowpathError } from "../../../lib/errors.ts";
import type { Sink, SinkContext, SinkStats } from "../../../lib/io/sink.ts";
import { addOutput } from "../../../lib/table/output.ts";
import { nodeOf, type TableMethods } from "../../../lib/table/table.ts";
import type { MessageError } from "./message-columns.ts";
import { countAt, textAt } from "./message-parts.ts";

export interface LogErrorsOptions {
  /** Whether the run ends with the first error, after it has been logged; default false. */
  readonly raise?: boolean | undefined;
  /** The output's name in logs; default "errors". */
  readonly name?: string | undefined;
}

/** Errors logged line by line; of later ones there is a line now and then. */
const LOGGED_FIRST = 100;
const LOGGED_EVERY_MS = 1_000;

/**
 * Logs each row of a table of errors, as `pw.kafka.input` and its sisters make them: one line to stderr with code, reason,
 * stage and place. Of more than 100 one a second is logged, with the number of those between. It uses the table, so that
 * the run goes on; with `raise: true` the run ends behind the first commit that has one.
 *
 * @throws TowpathError TP_BAD_SCHEMA for a table that is none of errors. From `pw.run()`, with `raise`: the error's code.
 * @example
 * const { oks, errs } = pw.kafka.input({ brokers: "localhost:19092", topics: "in-topic" });
 * pw.kafka.logErrors(errs, { raise: true });
 */
export function logErrors<C extends MessageError>(
  errs: TableMethods<C>,
  { raise = false, name = "errors" }: LogErrorsOptions = {},
): void {
  const missing = ["code", "reason", "stage"].find((column) => positionOf(nodeOf(errs).columns, column) < 0);
  if (missing !== undefined) {
    throw new TowpathError("TP_BAD_SCHEMA", `a table of errors has a column ${missing}, and this has none`, {
      where: "pw.kafka.logErrors",
      hint: "Give the errs of pw.kafka.input, deserialize or serialize.",
    });
  }
  addOutput(errs, {
    connector: "log",
    name,
    describe: { raise },
    create: (columns) => new ErrorLines(name, columns, raise),
  });
}

class ErrorLines implements Sink {
  readonly name: string;
  readonly full = false;
  readonly #columns: Columns;
  readonly #raise: boolean;
  #context: SinkContext | null = null;
  #rows = 0;
  #untold = 0;
  #toldAt = 0;
  #lastTime: number | null = null;

  constructor(name: string, columns: Columns, raise: boolean) {
    this.name = name;
    this.#columns = columns;
    this.#raise = raise;
  }

  async open(context: SinkContext): Promise<void> {
    this.#context = context;
  }

  write(batch: Batch, order: Uint32Array): void {
    for (const row of order) if (batch.diffs === null || batch.diffs[row] > 0) this.#tell(batch, row);
    this.#rows += order.length;
    this.#lastTime = batch.time;
    if (!this.#raise) return;
    const code = this.#text(batch, order[0], "code") ?? "";
    const known = Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : "TP_KAFKA_FAILED";
    const detail = this.#text(batch, order[0], "reason") ?? "";
    this.#context?.fail(new TowpathError(known, detail, { where: this.#place(batch, order[0]) }));
  }

  async flush(): Promise<void> {}

  async end(): Promise<void> {
    if (this.#untold > 0) this.#context?.log(`${this.name}: ${this.#untold} further errors`);
  }

  stats(): SinkStats {
    return { changes: this.#rows, lastTime: this.#lastTime, latencyMs: null };
  }

  async close(): Promise<void> {}

  #tell(batch: Batch, row: number): void {
    if (this.#rows >= LOGGED_FIRST && performance.now() - this.#toldAt < LOGGED_EVERY_MS) {
      this.#untold++;
      return;
    }
    const between = this.#untold === 0 ? "" : ` (and ${this.#untold} before it)`;
    const [code, reason] = [this.#text(batch, row, "code"), this.#text(batch, row, "reason")];
    this.#context?.log(`${this.name}: ${code}: ${reason} (${this.#place(batch, row)})${between}`);
    this.#untold = 0;
    this.#toldAt = performance.now();
  }

  #place(batch: Batch, row: number): string {
    const parts = ["topic", "partition", "offset"].flatMap((name) => {
      const said = this.#text(batch, row, name);
      return said === null ? [] : [`${name} ${said}`];
    });
    return [this.#text(batch, row, "stage"), ...parts].join(", ");
  }

  #text(batch: Batch, row: number, name: string): string | null {
    const position = positionOf(this.#columns, name);
    if (position < 0) return null;
    const column = batch.columns[position];
    if (column.layout !== "number") return textAt(column, row);
    const count = countAt(column, row);
    return count === null ? null : String(count);
  }
}
