import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { TowpathError } from "../errors.ts";
import { onSignals } from "../runtime/signals.ts";
import { checkRow, LEFT_OUT, Refused } from "./check-row.ts";
import {
  type FailedRow,
  type PipeBatch,
  type PipeContext,
  type PipeInput,
  type PipeOutput,
  UnreadableRow,
} from "./ends.ts";
import { showProgress } from "./progress.ts";
import { PipeCounts, type PipeReport, reportLine } from "./report.ts";

export interface PipeOptions<In, Out> {
  readonly input: PipeInput<In>;
  readonly output: PipeOutput<Out>;
  /** Makes of a row what is to be checked and written; null leaves it out. May be asynchronous. */
  readonly transform?: (row: In) => unknown;
  /** A Standard Schema (zod, valibot, arktype): each row for itself is checked, and written as the schema gives it. */
  readonly schema?: StandardSchemaV1<unknown, Out>;
  /** Where rows go that fail. Default: nowhere, the first one ends the pipe with TP_PIPE_ROW. */
  readonly errors?: PipeOutput<never>;
  /** Rows taken at a time, at most. Default 1,000. */
  readonly batchSize?: number;
  /** Ends the pipe as `stop` does. */
  readonly signal?: AbortSignal;
  /** A line about how far it has come, on the terminal. Default "auto": where standard error is one. */
  readonly progress?: "auto" | boolean;
  /** Called twice a second, and at the end. */
  readonly onReport?: (report: PipeReport) => void;
  /** Default: lines on standard error. */
  readonly log?: (line: string) => void;
}

const BATCH_SIZE = 1_000;
/** How often the input is told what has been delivered, and how soon while nothing comes. */
const DELIVER_EVERY_MS = 1_000;
const IDLE_MS = 100;
const REPORT_EVERY_MS = 500;

/** Rows on their way from an input to an output: `pw.pipe` makes one. */
export class Pipe<In = unknown, Out = unknown> {
  readonly #options: PipeOptions<In, Out>;
  readonly #counts = new PipeCounts();
  readonly #ending = new AbortController();
  readonly #sinks: readonly PipeOutput<never>[];
  #deliveredAt = 0;
  #isUndelivered = false;
  #running: Promise<PipeReport> | null = null;

  /** Throws TP_BAD_ARGUMENT. */
  constructor(options: PipeOptions<In, Out>) {
    const { batchSize = BATCH_SIZE, input, output, errors } = options;
    if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
      throw new TowpathError("TP_BAD_ARGUMENT", `the option batchSize of pw.pipe cannot be ${batchSize}`, {
        hint: "Give a number of rows, 1 or more.",
      });
    }
    if (typeof input?.take !== "function" || typeof output?.add !== "function") {
      throw new TowpathError("TP_BAD_ARGUMENT", "pw.pipe needs an input and an output", {
        hint: "Such as input: pw.kafkaInput({ uri }), output: pw.csvOutput(path).",
      });
    }
    this.#options = options;
    this.#sinks = errors === undefined ? [output] : [output, errors];
  }

  /** How far it has come. */
  get report(): PipeReport {
    return this.#counts.report();
  }

  /**
   * Runs until the input has ended, `stop` is called, `signal` aborts, or SIGINT or SIGTERM comes; everything that was read
   * is written then. Called again, it answers the same.
   *
   * Throws TP_PIPE_ROW at the first row that fails, where there is no output for errors, and what the ends throw. Rows
   * before that one are written.
   */
  start(): Promise<PipeReport> {
    this.#running ??= this.#run();
    return this.#running;
  }

  /** Ends the pipe: no more is read, and what was read is written. */
  stop(): void {
    this.#ending.abort();
  }

  async #run(): Promise<PipeReport> {
    const {
      signal,
      onReport,
      progress = "auto",
      log = (line) => process.stderr.write(`${line}\n`),
    } = this.#options;
    const stop = (): void => this.stop();
    const takeAway = onSignals(stop);
    if (signal?.aborted === true) stop();
    signal?.addEventListener("abort", stop);
    const shown = showProgress(progress, () => this.report);
    const reporting = setInterval(() => onReport?.(this.report), REPORT_EVERY_MS);
    this.#counts.start();
    try {
      await this.#pass({ signal: this.#ending.signal, log });
      this.#counts.end(this.#ending.signal.aborted ? "stopped" : "completed");
    } catch (error) {
      this.#counts.end("failed");
      throw error;
    } finally {
      clearInterval(reporting);
      takeAway();
      signal?.removeEventListener("abort", stop);
      shown(reportLine(this.report));
      onReport?.(this.report);
    }
    return this.report;
  }

  async #pass(context: PipeContext): Promise<void> {
    const { input, batchSize = BATCH_SIZE } = this.#options;
    const opened: { close(): Promise<void> }[] = [];
    try {
      for (const end of [...this.#sinks, input]) {
        opened.push(end);
        await end.open(context);
      }
      this.#deliveredAt = performance.now();
      for (;;) {
        const taking = input.take(batchSize);
        if (this.#isUndelivered && (await isLate(taking))) await this.#deliver();
        const batch = await taking;
        if (batch === null) break;
        this.#isUndelivered = true;
        await this.#hand(batch);
        if (performance.now() - this.#deliveredAt > DELIVER_EVERY_MS) await this.#deliver();
      }
      await this.#deliver();
    } finally {
      // The input first: a group is told what was delivered while the outputs still stand.
      await closeAll(opened.reverse());
    }
  }

  /** The good rows to the output, the others to the errors, in order. */
  async #hand(batch: PipeBatch<In>): Promise<void> {
    const { transform, schema, errors } = this.#options;
    const counts = this.#counts;
    counts.rows += batch.rows.length;
    counts.bytes += batch.bytes;
    let added = 0;
    let failed = 0;
    for (let i = 0; i < batch.rows.length; i++) {
      const row = batch.rows[i];
      const checked = checkRow(row, transform, schema);
      const refused = this.#add(checked instanceof Promise ? await checked : checked);
      if (refused === null) added++;
      else if (refused === LEFT_OUT) counts.skipped++;
      else if (errors === undefined) {
        await this.#send(added);
        await this.#deliverOutputs();
        throw rowFailed(refused.reason, batch.place(i));
      } else {
        addFailed(errors, { reason: refused.reason, position: batch.place(i), row: asRead(row) });
        failed++;
      }
    }
    await this.#send(added);
    if (errors === undefined || failed === 0) return;
    await errors.send();
    counts.errors += failed;
  }

  /** Null where the row was taken. */
  #add(row: unknown): Refused | typeof LEFT_OUT | null {
    if (row === LEFT_OUT || row instanceof Refused) return row;
    try {
      this.#options.output.add(row as Out);
      return null;
    } catch (error) {
      return new Refused(error instanceof TowpathError ? error.detail : String(error));
    }
  }

  async #send(added: number): Promise<void> {
    if (added === 0) return;
    await this.#options.output.send();
    this.#counts.written += added;
  }

  async #deliverOutputs(): Promise<void> {
    for (const sink of this.#sinks) await sink.flush();
  }

  async #deliver(): Promise<void> {
    await this.#deliverOutputs();
    await this.#options.input.delivered?.();
    this.#deliveredAt = performance.now();
    this.#isUndelivered = false;
  }
}

/** Closes one after the other, each whatever becomes of those before. */
async function closeAll(ends: readonly { close(): Promise<void> }[]): Promise<void> {
  const [first, ...others] = ends;
  if (first === undefined) return;
  try {
    await first.close();
  } finally {
    await closeAll(others);
  }
}

/** Whether a promise takes its time. It stays to be awaited. */
async function isLate(promise: Promise<unknown>): Promise<boolean> {
  const waiting = new AbortController();
  const late = sleep(IDLE_MS, true, { signal: waiting.signal }).catch(() => false);
  const isLate = await Promise.race([promise.then(() => false), late]).catch(() => false);
  waiting.abort();
  return isLate;
}

function asRead(row: unknown): unknown {
  return row instanceof UnreadableRow ? row.row : row;
}

function addFailed(errors: PipeOutput<never>, failed: FailedRow): void {
  const add = (one: FailedRow): void => {
    if (errors.addFailed === undefined) errors.add(one as never);
    else errors.addFailed(one);
  };
  try {
    add(failed);
  } catch {
    // Of a row that no output can say, such as one with a bigint, what a person can read of it.
    add({ ...failed, row: inspect(failed.row) });
  }
}

function rowFailed(reason: string, where: string): TowpathError {
  return new TowpathError("TP_PIPE_ROW", reason, {
    where,
    hint: "Mend it, or give the pipe an output for such rows: errors: pw.jsonOutput(path).",
  });
}

/**
 * Rows from an input to an output, each transformed, checked and written for itself; nothing else is kept in memory than
 * the batch under way.
 *
 * Throws TP_BAD_ARGUMENT. What the ends and rows may throw comes from `start`.
 *
 * @example
 * const report = await pw
 *   .pipe({ input: pw.csvInput("orders.csv"), output: pw.kafkaOutput({ uri: "kafka://localhost:9092/orders" }) })
 *   .start();
 */
export function pipe<In, Out = unknown>(options: PipeOptions<In, Out>): Pipe<In, Out> {
  return new Pipe(options);
}
