import { TowpathError } from "../errors.ts";
import { checkedStopTimeout, Ending } from "../runtime/ending.ts";
import { InputPort } from "./input-port.ts";
import { OutputPort } from "./output-port.ts";

/** The ports of an operator, by the names that it knows them by. */
export type OperatorPorts = Readonly<Record<string, InputPort<unknown> | OutputPort<never>>>;

/** What an operator is given beside its ports. */
export interface OperatorContext {
  /** Aborts when the operator is to end. */
  readonly signal: AbortSignal;
}

export interface OperatorOptions {
  /** Ends the operator as SIGINT and SIGTERM do. */
  readonly signal?: AbortSignal;
  /** How long the end may take that a signal has asked for. Default 3,000. */
  readonly stopTimeoutMs?: number;
}

/** What an operator did, as `pw.channels.run()` resolves it. */
export interface OperatorReport {
  /** "completed": its function came to its end; "stopped": a signal asked for it. */
  readonly status: "completed" | "stopped";
  /** Records that all its inputs have handed out. */
  readonly read: number;
  /** Records that all its outputs were given. */
  readonly written: number;
  /** From the call to the end. */
  readonly durationMs: number;
}

const STOP_TIMEOUT_MS = 3_000;

/**
 * Runs an operator: an asynchronous function of its ports. All ports are opened side by side, and the function is called
 * when all are; what it has read is committed behind what it has written. When it has come to its end, outputs are
 * flushed and closed, then inputs committed and closed.
 *
 * SIGINT, SIGTERM and `signal` end it in order: its inputs hand out nothing more, so that it comes to its end as if the
 * channels had; where it has no input, its next `write` rejects, which counts as its end too. For its readers a signal is
 * over then.
 *
 * @throws TowpathError TP_BAD_ARGUMENT. It rejects with the first error of the function or of a port; then every peer is
 *   told what failed, nothing more is committed, and an operator that is started again goes on. TP_STOP_TIMEOUT where the
 *   function does not come to its end.
 * @example
 * const input = pw.inputPort({ schema, uri: "kafka://localhost:9092/signal", group: "scaled" });
 * const output = pw.outputPort({ schema, uri: "kafka://localhost:9092/scaled" });
 * await pw.channels.run({ input, output }, async ({ input, output }) => {
 *   for await (const { at, value } of input) await output.write({ at, value: 2 * value });
 * });
 */
export async function run<P extends OperatorPorts>(
  ports: P,
  operator: (ports: P, context: OperatorContext) => unknown,
  options: OperatorOptions = {},
): Promise<OperatorReport> {
  check(ports, operator);
  return await new RunningOperator(ports, options).execute((context) => operator(ports, context));
}

class RunningOperator {
  readonly #inputs: readonly InputPort<unknown>[];
  readonly #outputs: readonly OutputPort<never>[];
  readonly #ending: Ending;
  readonly #options: OperatorOptions;

  constructor(ports: OperatorPorts, options: OperatorOptions) {
    const all = Object.values(ports);
    this.#inputs = all.filter((port) => port instanceof InputPort);
    this.#outputs = all.filter((port) => port instanceof OutputPort);
    this.#options = options;
    const stopTimeoutMs = checkedStopTimeout(options.stopTimeoutMs, STOP_TIMEOUT_MS, "pw.channels.run");
    const stop = (): void => {
      for (const input of this.#inputs) input.stop();
    };
    this.#ending = new Ending(stopTimeoutMs, stop, "pw.channels.run");
  }

  async execute(operator: (context: OperatorContext) => unknown): Promise<OperatorReport> {
    const startedAt = performance.now();
    const { signal } = this.#ending;
    for (const input of this.#inputs) input.hold(() => this.#flush());
    if (this.#inputs.length === 0) for (const output of this.#outputs) output.endOn(signal);
    const forget = this.#ending.listen(this.#options.signal);
    try {
      await this.#ending.within(this.#work(operator), () => this.#names());
    } catch (error) {
      this.#ending.end();
      const told = error instanceof Error ? error : new Error(String(error));
      await this.#ending.closing(this.#tell(told));
      throw error;
    } finally {
      forget();
    }
    return {
      status: signal.aborted ? "stopped" : "completed",
      read: this.#inputs.reduce((sum, { records }) => sum + records, 0),
      written: this.#outputs.reduce((sum, { records }) => sum + records, 0),
      durationMs: Math.round(performance.now() - startedAt),
    };
  }

  async #work(operator: (context: OperatorContext) => unknown): Promise<void> {
    const { signal } = this.#ending;
    if (await this.#open(signal)) await untilStopped(operator({ signal }), signal);
    await Promise.all(this.#outputs.map((output) => output.close()));
    await Promise.all(this.#inputs.map((input) => input.commit()));
    await Promise.all(this.#inputs.map((input) => input.close()));
  }

  /** Side by side, because others wait for each of them. False where a signal came before all were open. */
  async #open(signal: AbortSignal): Promise<boolean> {
    const opened = Promise.all([...this.#outputs, ...this.#inputs].map((port) => port.open()));
    opened.catch(() => {});
    let stop: () => void = () => {};
    const stopped = new Promise<false>((resolve) => {
      stop = () => resolve(false);
      signal.addEventListener("abort", stop);
    });
    if (signal.aborted) stop();
    try {
      return await Promise.race([opened.then(() => true), stopped]);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  async #flush(): Promise<void> {
    for (const output of this.#outputs) await output.flush();
  }

  /** Every peer, however many of them cannot be told. */
  async #tell(error: Error): Promise<void> {
    await Promise.allSettled([...this.#outputs, ...this.#inputs].map((port) => port.close(error)));
  }

  #names(): string {
    return [...this.#inputs, ...this.#outputs].map(({ name }) => name).join("; ");
  }
}

/** A function that hands on why it was asked to end has done so. */
async function untilStopped(result: unknown, signal: AbortSignal): Promise<void> {
  try {
    await result;
  } catch (error) {
    const isOwn = error instanceof Error && error.name === "AbortError";
    if (!(signal.aborted && isOwn)) throw error;
  }
}

function check(ports: unknown, operator: unknown): void {
  const all = typeof ports === "object" && ports !== null ? Object.entries(ports) : [];
  const other = all.find(([, port]) => !(port instanceof InputPort || port instanceof OutputPort));
  if (all.length > 0 && other === undefined && typeof operator === "function") return;
  const what =
    other === undefined
      ? "pw.channels.run needs ports, and a function of them"
      : `${JSON.stringify(other[0])} is no port`;
  throw new TowpathError("TP_BAD_ARGUMENT", what, {
    hint: "Such as pw.channels.run({ input: pw.inputPort({ … }) }, async ({ input }) => { … }).",
  });
}
