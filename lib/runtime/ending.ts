import { TowpathError } from "../errors.ts";
import { onSignals } from "./signals.ts";

/** How long the end of a run may take, unless the run says otherwise. */
const STOP_TIMEOUT_MS = 10_000;
/** What closing is given at least, also where nothing is left of that time. */
const CLOSE_MS = 1_000;

/** The given `stopTimeoutMs`, or the default; `call` took it. Throws TP_BAD_ARGUMENT for what is no time. */
export function checkedStopTimeout(given: unknown, fallback = STOP_TIMEOUT_MS, call = "pw.run"): number {
  if (given === undefined) return fallback;
  if (typeof given === "number" && given > 0 && given <= 2 ** 31 - 1) return given;
  throw new TowpathError(
    "TP_BAD_ARGUMENT",
    `the option stopTimeoutMs of ${call} cannot be ${String(given)}`,
    {
      hint: "Give milliseconds above 0, such as 30_000.",
    },
  );
}

/**
 * How a run ends in bounded time, whatever its brokers and functions do.
 *
 *   end (by a signal, the script or a failure) → what is left to do, `within` stopTimeoutMs → `closing`
 *
 * Law: from `end` on, `within` and `closing` together take no longer than stopTimeoutMs and a second, as long as the
 * program's thread is free; where it is not, the watching thread ends the process (watch.ts).
 */
export class Ending {
  readonly stopTimeoutMs: number;
  readonly #controller = new AbortController();
  readonly #onEnd: () => void;
  readonly #call: string;
  readonly #overdue: Promise<void>;
  #pass: () => void = () => {};
  #timer: NodeJS.Timeout | null = null;
  #endedAt = 0;
  #isOverdue = false;
  #bySignal = false;

  /** `call` is whose end it is, for people. */
  constructor(stopTimeoutMs: number, onEnd: () => void, call = "pw.run") {
    this.stopTimeoutMs = stopTimeoutMs;
    this.#call = call;
    this.#onEnd = onEnd;
    this.#overdue = new Promise((resolve) => {
      this.#pass = resolve;
    });
  }

  /** Aborted when the run begins to end. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Begins the end; may be called again. */
  end(): void {
    if (!this.signal.aborted) {
      this.#endedAt = performance.now();
      this.#timer = setTimeout(() => {
        this.#isOverdue = true;
        this.#pass();
      }, this.stopTimeoutMs);
      this.#controller.abort();
    }
    this.#onEnd();
  }

  /** Ends the run on `signal`, SIGINT and SIGTERM. Returns what forgets them. */
  listen(signal: AbortSignal | undefined): () => void {
    const end = (): void => this.end();
    const offSignals = onSignals(() => {
      this.#bySignal = true;
      end();
    });
    signal?.addEventListener("abort", end);
    if (signal?.aborted) end();
    return () => {
      offSignals();
      signal?.removeEventListener("abort", end);
      if (this.#timer !== null) clearTimeout(this.#timer);
      if (this.#isOverdue && this.#bySignal) exitSoon();
    };
  }

  /** What `work` gives; rejects with TP_STOP_TIMEOUT, which tells `rest`, when the end takes too long. */
  async within<T>(work: Promise<T>, rest: () => string): Promise<T> {
    // Where it is given up, nobody is left to hear how it fails.
    work.catch(() => {});
    const overdue = this.#overdue.then(() => {
      throw new TowpathError("TP_STOP_TIMEOUT", `the run did not end within ${this.stopTimeoutMs} ms`, {
        where: rest(),
        hint: `What was not delivered is computed again by the next run. To wait longer, raise stopTimeoutMs of ${this.#call}.`,
      });
    });
    return await Promise.race([work, overdue]);
  }

  /** Waits for `closed` as long as there is time; returns whether it came. */
  async closing(closed: Promise<unknown>): Promise<boolean> {
    const left = this.stopTimeoutMs - (performance.now() - this.#endedAt);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), Math.max(CLOSE_MS, left));
    });
    const came = await Promise.race([closed.then(() => true), late]);
    clearTimeout(timer);
    if (!came) this.#isOverdue = true;
    return came;
  }
}

/**
 * Who sends a signal wants the process gone: where something that could not be closed keeps it alive, it is ended as soon
 * as the script has heard of the failure.
 */
function exitSoon(): void {
  setTimeout(() => process.exit(process.exitCode ?? 1), CLOSE_MS).unref();
}
