import { formatSite } from "../base/source-site.ts";
import { type CellFailure, codeOf, describeRow, failRun } from "../dataflow/errors.ts";
import type { Rejection, Source } from "../io/source.ts";
import type { ErrorLog } from "./error-log.ts";

/** What a run does when a cell fails: "fail" ends it, "report" goes on without the rows that the cell is needed for. */
export type OnError = "fail" | "report";

/** Failures told of in lines of their own; of later ones there is a line now and then. */
const TOLD_FIRST = 10;
const TOLD_EVERY_MS = 10_000;

/** What becomes of failures: all are counted; they are listed where somebody reads the log, else told of in lines. */
export class Failures {
  readonly #onError: OnError;
  readonly #now: () => number;
  #log: ErrorLog | null = null;
  #tell: (line: string) => void = () => {};
  #count = 0;
  #lines = 0;
  #untold = 0;
  #toldAt = 0;

  /** `now` is a clock in ms. */
  constructor(onError: OnError, now: () => number = performance.now.bind(performance)) {
    this.#onError = onError;
    this.#now = now;
  }

  /** Cells that failed and rows left out for them, since the start. */
  get count(): number {
    return this.#count;
  }

  /** Where failures go from now on. */
  open(log: ErrorLog | null, tell: (line: string) => void): void {
    this.#log = log;
    this.#tell = tell;
  }

  /** Throws where the run is to end at the first failure. */
  take(failure: CellFailure): void {
    if (this.#onError === "fail") failRun(failure);
    this.#count++;
    if (this.#log?.add(failure)) return;
    const isDue = this.#lines < TOLD_FIRST || this.#now() - this.#toldAt >= TOLD_EVERY_MS;
    if (!isDue) {
      this.#untold++;
      return;
    }
    this.#tellUntold();
    this.#tell(lineOf(failure));
    this.#lines++;
    this.#toldAt = this.#now();
  }

  /** A message that a source has left out, and has counted and told of. */
  reject(source: Source, rejection: Rejection): void {
    this.#log?.addRejected(source, rejection);
  }

  close(): void {
    this.#tellUntold();
  }

  #tellUntold(): void {
    if (this.#untold > 0) this.#tell(`${this.#untold} further failures; pw.errorLog() lists them`);
    this.#untold = 0;
  }
}

function lineOf(failure: CellFailure): string {
  const { operator, site, row, detail } = failure;
  return `${codeOf(failure)}: ${detail} (${operator} at ${formatSite(site)}, row ${describeRow(row)})`;
}
