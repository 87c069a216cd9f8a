import { CommitClock } from "../data/time.ts";
import { TowpathError } from "../errors.ts";
import type { Sink, SinkContext, SinkStats } from "../io/sink.ts";
import type { Source, SourceContext, SourceStats } from "../io/source.ts";
import type { PlanNode } from "../plan/node.ts";
import { currentPlan } from "../plan/plan.ts";
import type { OutputSpec, SourceSpec } from "../plan/specs.ts";
import { Engine } from "./engine.ts";
import { ErrorLog } from "./error-log.ts";
import { Failures, type OnError } from "./failures.ts";
import { createMonitor, type MonitoringLevel, type MonitorView } from "./monitor.ts";
import { runHook } from "./run-hook.ts";
import { RunLoop, type RunningSource } from "./run-loop.ts";
import { onSignals } from "./signals.ts";
import { Waker } from "./waker.ts";

export interface RunOptions {
  /** Ends the run gracefully when aborted. */
  readonly signal?: AbortSignal;
  /** The live table: "auto" (default) shows it on a terminal, and log lines elsewhere. */
  readonly monitoring?: MonitoringLevel;
  /**
   * What happens when a cell cannot be computed. "fail" (default): the run ends at the first, nothing of that commit is
   * written or acknowledged, and `pw.run` rejects with the operator, the line of the script and the row. "report": the
   * run goes on. The cell is `pw.ERROR`, and so is what is computed of it; reducers skip it; `pw.fillError` and
   * `removeErrors` take care of it; a row that has one is not written to any output. `pw.errorLog()` lists what failed;
   * where nobody reads that, lines on stderr tell of it.
   */
  readonly onError?: OnError;
}

/** What a run did, as `pw.run()` resolves it. */
export interface RunSummary {
  /** "ended": every source came to its end; "stopped": by the signal given, SIGINT or SIGTERM. */
  readonly reason: "ended" | "stopped";
  readonly commits: number;
  readonly durationMs: number;
  readonly sources: Readonly<Record<string, SourceStats>>;
  readonly outputs: Readonly<Record<string, SinkStats>>;
  /** Cells that failed, and rows left out for them (`onError: "report"`); messages that sources skip are not among them. */
  readonly errors: number;
}

/**
 * Runs the tables of the current graph and keeps every output current.
 *
 * Resolves when every source has ended or the signal (also SIGINT, SIGTERM) ends the run, after all outputs have been
 * delivered. Rejects with the first error: nothing of the commit that failed has been written. Throws TP_BAD_ARGUMENT
 * for an unknown `onError`, TP_GRAPH_EMPTY without an output and TP_GRAPH_RUNNING the second time.
 *
 * @example
 * const summary = await pw.run({ signal: AbortSignal.timeout(60_000) });
 * console.log(summary.commits);
 */
export async function run(options: RunOptions = {}): Promise<RunSummary> {
  checkOnError(options.onError);
  const plan = currentPlan();
  const outputs = plan.begin();
  const hook = runHook();
  hook.explain?.(outputs);
  try {
    return await new Run(outputs, { ...options, ...hook.options }).execute();
  } finally {
    plan.end();
  }
}

function checkOnError(onError: unknown): void {
  if (onError === undefined || onError === "fail" || onError === "report") return;
  throw new TowpathError("TP_BAD_ARGUMENT", `the option onError of pw.run cannot be ${String(onError)}`, {
    hint: 'Give "fail" or "report".',
  });
}

class Run {
  readonly #engine: Engine;
  readonly #failures: Failures;
  readonly #options: RunOptions;
  readonly #waker = new Waker();
  readonly #ending = new AbortController();
  readonly #sources: readonly RunningSource[];
  readonly #sinks: readonly Sink[];
  readonly #startedAt = performance.now();
  #failure: Error | null = null;

  constructor(outputs: readonly PlanNode[], options: RunOptions) {
    this.#failures = new Failures(options.onError ?? "fail");
    const engine = new Engine(outputs, (failure) => this.#failures.take(failure));
    this.#engine = engine;
    this.#options = options;
    this.#sources = engine.sources.map(({ node, needed }) => ({
      nodeId: node.id,
      source: (node.options as SourceSpec).create(needed),
    }));
    this.#sinks = engine.outputs.map(({ node }) =>
      (node.options as OutputSpec).create(node.inputs[0].columns),
    );
  }

  async execute(): Promise<RunSummary> {
    const end = (): void => this.#end();
    const offSignals = onSignals(end);
    const { signal } = this.#options;
    signal?.addEventListener("abort", end);
    if (signal?.aborted) this.#end();
    const monitor = createMonitor(this.#options.monitoring ?? "auto", this.#view());
    try {
      const loop = this.#loop();
      await this.#open(monitor.log);
      monitor.start();
      await loop.run(() => this.#ending.signal.aborted);
      if (this.#failure !== null) throw this.#failure;
      loop.finish();
      const reason = this.#ending.signal.aborted ? "stopped" : "ended";
      await this.#finish();
      loop.acknowledge();
      return this.#summary(reason, loop.commits);
    } catch (error) {
      // What was released before the failure is whole and goes out; the failure is what the caller hears of.
      await Promise.allSettled(this.#sinks.map((sink) => sink.flush()));
      throw error;
    } finally {
      this.#end();
      await this.#close(monitor.log);
      this.#failures.close();
      monitor.stop();
      offSignals();
      signal?.removeEventListener("abort", end);
    }
  }

  /** The error log, where somebody reads it, is no source like the others: the run neither offers it turns nor waits for it. */
  #loop(): RunLoop {
    const log = this.#log();
    const sources = this.#sources.filter(({ source }) => source !== log?.source);
    return new RunLoop(this.#engine, new CommitClock(), sources, this.#sinks, this.#waker, log);
  }

  #log(): RunningSource<ErrorLog> | null {
    for (const { nodeId, source } of this.#sources) if (source instanceof ErrorLog) return { nodeId, source };
    return null;
  }

  #end(): void {
    this.#ending.abort();
    this.#waker.wake();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#end();
  }

  async #open(log: (line: string) => void): Promise<void> {
    const shared: SinkContext = {
      wake: () => this.#waker.wake(),
      fail: (error) => this.#fail(error),
      log,
    };
    this.#failures.open(this.#log()?.source ?? null, log);
    const { signal } = this.#ending;
    const contextOf = (source: Source): SourceContext => {
      return { ...shared, signal, reject: (rejection) => this.#failures.reject(source, rejection) };
    };
    await Promise.all(this.#sinks.map((sink) => sink.open(shared)));
    await Promise.all(this.#sources.map(({ source }) => source.open(contextOf(source))));
  }

  async #finish(): Promise<void> {
    await Promise.all(this.#sinks.map((sink) => sink.flush()));
    if (this.#failure !== null) throw this.#failure;
    await Promise.all(this.#sinks.map((sink) => sink.end?.()));
  }

  /** Closes everything whatever happens; an error while closing is logged, so that it cannot hide the first one. */
  async #close(log: (line: string) => void): Promise<void> {
    const closing = [...this.#sources.map(({ source }) => source), ...this.#sinks].map((end) => end.close());
    for (const result of await Promise.allSettled(closing)) {
      if (result.status === "rejected") log(`while closing: ${String(result.reason)}`);
    }
  }

  #view(): MonitorView {
    return {
      sources: () => named(this.#sources.map(({ source }) => source)),
      outputs: () => named(this.#sinks),
      stateSize: () => this.#engine.stateSize,
      errors: () => this.#failures.count,
    };
  }

  #summary(reason: RunSummary["reason"], commits: number): RunSummary {
    const view = this.#view();
    const durationMs = Math.round(performance.now() - this.#startedAt);
    return {
      reason,
      commits,
      durationMs,
      sources: view.sources(),
      outputs: view.outputs(),
      errors: view.errors(),
    };
  }
}

/** Stats by name; equal names are numbered. */
function named<Stats>(ends: readonly { readonly name: string; stats(): Stats }[]): Record<string, Stats> {
  const result: Record<string, Stats> = {};
  for (const end of ends) {
    let name = end.name;
    for (let n = 2; name in result; n++) name = `${end.name} ${n}`;
    result[name] = end.stats();
  }
  return result;
}
