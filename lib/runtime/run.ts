import { CommitClock } from "../data/time.ts";
import { TowpathError } from "../errors.ts";
import { divideMemory } from "../io/memory-budget.ts";
import type { Sink, SinkContext, SinkStats } from "../io/sink.ts";
import type { Source, SourceContext, SourceStats } from "../io/source.ts";
import { dealtSources } from "../plan/dealt-partitions.ts";
import { fingerprint } from "../plan/fingerprint.ts";
import type { PlanNode } from "../plan/node.ts";
import { currentPlan } from "../plan/plan.ts";
import { pushFilters } from "../plan/push-filters.ts";
import type { OutputSpec, SourceSpec } from "../plan/specs.ts";
import { DealtEngine } from "./dealt-engine.ts";
import { checkedStopTimeout, Ending } from "./ending.ts";
import { Engine } from "./engine.ts";
import { ErrorLog } from "./error-log.ts";
import { Failures } from "./failures.ts";
import { createMonitor, type Monitor, type MonitorView } from "./monitor.ts";
import { replay } from "./replay.ts";
import { runHook } from "./run-hook.ts";
import { RunLoop, type RunningSource } from "./run-loop.ts";
import { checkRunOptions, type RunOptions } from "./run-options.ts";
import { StallWatch } from "./stall-watch.ts";
import { type NamedSource, StateKeeper } from "./state-keeper.ts";
import { allUndelivered } from "./undelivered.ts";
import { Waker } from "./waker.ts";
import { watchProgram } from "./watch.ts";

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
 * for options that it does not have or that cannot be, TP_GRAPH_EMPTY without an output and TP_GRAPH_RUNNING the second time. With `persistence`
 * also TP_STATE_LOCKED, TP_STATE_CORRUPT, TP_STATE_FORMAT and TP_STATE_WRITE; TP_PLAN_CHANGED where the script is no
 * longer the one that saved the state, and TP_SOURCE_CHANGED where rows cannot be had again; TP_BAD_ARGUMENT for a source
 * that cannot be resumed.
 *
 * @example
 * const summary = await pw.run({ signal: AbortSignal.timeout(60_000) });
 * console.log(summary.commits);
 */
export async function run(options: RunOptions = {}): Promise<RunSummary> {
  checkRunOptions(options);
  const plan = currentPlan();
  const outputs = plan.begin();
  const hook = runHook();
  hook.explain?.(pushFilters(outputs), options);
  try {
    return await new Run(outputs, { ...options, ...hook.options }).execute();
  } finally {
    plan.end();
  }
}

class Run {
  readonly #engine: Engine | DealtEngine;
  readonly #failures: Failures;
  readonly #options: RunOptions;
  readonly #waker = new Waker();
  readonly #ending: Ending;
  readonly #sources: readonly RunningSource[];
  readonly #sinks: readonly Sink[];
  readonly #startedAt = performance.now();
  readonly #named: readonly NamedSource[];
  #keeper: StateKeeper | null = null;
  #failure: Error | null = null;

  constructor(outputs: readonly PlanNode[], options: RunOptions) {
    this.#failures = new Failures(options.onError ?? "fail");
    this.#ending = new Ending(checkedStopTimeout(options.stopTimeoutMs), () => this.#waker.wake());
    const dealt = dealtSources(outputs);
    const engine = new (dealt.size === 0 ? Engine : DealtEngine)(
      outputs,
      (failure) => this.#failures.take(failure),
      () => this.#waker.wake(),
    );
    this.#engine = engine;
    this.#options = options;
    this.#sources = engine.sources.map(({ node, needed }) => ({
      nodeId: node.id,
      source: (node.options as SourceSpec).create(needed, dealt.get(node.id)),
    }));
    if (engine instanceof DealtEngine) engine.connect(this.#sources);
    const names = uniqueNames(this.#sources.map(({ source }) => source));
    const fingerprints = new Map<object, string>();
    this.#named = engine.sources.map(({ node }, i) => {
      const { source } = this.#sources[i];
      return {
        source,
        nodeId: node.id,
        name: names[i],
        site: node.site,
        fingerprint: fingerprint(node, fingerprints),
      };
    });
    this.#sinks = engine.outputs.map(({ node }) =>
      (node.options as OutputSpec).create(node.inputs[0].columns),
    );
  }

  async execute(): Promise<RunSummary> {
    const ending = this.#ending;
    const monitor = createMonitor(this.#options.monitoring ?? "auto", this.#view());
    const stalls = this.#stallWatch(monitor.log);
    const forget = ending.listen(this.#options.signal);
    const watching = watchProgram(ending.stopTimeoutMs);
    const rest = (): string => allUndelivered(this.#sinks);
    stalls.start();
    try {
      return await ending.within(this.#work(monitor, watching.ready), rest);
    } catch (error) {
      ending.end();
      // What was released before the failure is whole and goes out; the failure is what the caller hears of.
      const flushed = Promise.allSettled(this.#outputs.map((sink) => sink.flush()));
      await ending.within(flushed, rest).catch((late) => monitor.log(String(late.message)));
      throw error;
    } finally {
      ending.end();
      await this.#close(monitor.log);
      if (this.#keeper !== null) await this.#ending.closing(this.#keeper.close());
      this.#failures.close();
      monitor.stop();
      stalls.stop();
      watching.end();
      forget();
    }
  }

  #stallWatch(log: (line: string) => void): StallWatch {
    const sources = this.#sources.map(({ source }) => source);
    return new StallWatch(sources, this.#sinks, this.#options, log, (error) => this.#fail(error));
  }

  async #work(monitor: Monitor, watched: Promise<void>): Promise<RunSummary> {
    const { signal } = this.#ending;
    const keeper = await this.#keep(monitor.log);
    const loop = this.#loop(keeper);
    await this.#open(monitor.log);
    monitor.start();
    await watched;
    const isCaughtUp = keeper === null || (await this.#replay(keeper, loop));
    if (isCaughtUp) await loop.run(() => signal.aborted);
    if (this.#failure !== null) throw this.#failure;
    await loop.settle();
    if (isCaughtUp) loop.finish();
    await loop.settle();
    const reason = signal.aborted ? "stopped" : "ended";
    await this.#finish();
    loop.acknowledge();
    if (isCaughtUp) await keeper?.finish(loop.time);
    if (this.#failure !== null) throw this.#failure;
    return this.#summary(reason, loop.commits);
  }

  /** What keeps the state on disk, with what was there loaded; null where the run is not to outlive its process. */
  async #keep(log: (line: string) => void): Promise<StateKeeper | null> {
    const { persistence } = this.#options;
    if (persistence === undefined) return null;
    if (this.#engine instanceof DealtEngine) throw notKept();
    this.#keeper = await StateKeeper.open(persistence, {
      engine: this.#engine,
      sources: this.#named,
      sinks: uniqueNames(this.#sinks).map((name, i) => ({ name, sink: this.#sinks[i] })),
      log,
      fail: (error) => this.#fail(error),
      wake: () => this.#waker.wake(),
    });
    return this.#keeper;
  }

  async #replay(keeper: StateKeeper, loop: RunLoop): Promise<boolean> {
    const { signal } = this.#ending;
    return replay(keeper.recovered, {
      loop,
      sources: this.#named,
      outputs: this.#outputs,
      waker: this.#waker,
      stopped: () => signal.aborted,
    });
  }

  /** What the engine writes to. */
  get #outputs(): readonly Sink[] {
    return this.#keeper?.held.facades ?? this.#sinks;
  }

  /** The error log, where somebody reads it, is no source like the others: the run neither offers it turns nor waits for it. */
  #loop(keeper: StateKeeper | null): RunLoop {
    const log = this.#log();
    const sources = this.#sources.filter(({ source }) => source !== log?.source);
    const clock = new CommitClock(Date.now, keeper?.recovered.checkpoint?.manifest.time);
    return new RunLoop(this.#engine, clock, sources, this.#outputs, this.#waker, log, keeper);
  }

  #log(): RunningSource<ErrorLog> | null {
    for (const { nodeId, source } of this.#sources) if (source instanceof ErrorLog) return { nodeId, source };
    return null;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#ending.end();
  }

  async #open(log: (line: string) => void): Promise<void> {
    const shared: Omit<SinkContext, "memory"> = {
      wake: () => this.#waker.wake(),
      fail: (error) => this.#fail(error),
      log,
      ...(this.#keeper === null ? {} : { history: this.#keeper.history }),
    };
    this.#failures.open(this.#log()?.source ?? null, log);
    const budget = divideMemory(this.#options.memoryLimitMb, this.#sources.length, this.#sinks.length);
    const { signal } = this.#ending;
    const contextOf = (source: Source): SourceContext => {
      const memory = budget === null ? {} : { memory: budget.source };
      return {
        ...shared,
        ...memory,
        signal,
        reject: (rejection) => this.#failures.reject(source, rejection),
      };
    };
    await Promise.all(
      this.#sinks.map((sink) => sink.open(budget === null ? shared : { ...shared, memory: budget.sink })),
    );
    await Promise.all(this.#sources.map(({ source }) => source.open(contextOf(source))));
  }

  async #finish(): Promise<void> {
    await Promise.all(this.#outputs.map((sink) => sink.flush()));
    if (this.#failure !== null) throw this.#failure;
    await Promise.all(this.#sinks.map((sink) => sink.end?.()));
  }

  /** Closes everything whatever happens; an error while closing is logged, so that it cannot hide the first one. */
  async #close(log: (line: string) => void): Promise<void> {
    const ends = [...this.#sources.map(({ source }) => source), ...this.#sinks];
    const closing = ends.map(async (end) => {
      const closed = end.close().catch((error) => log(`while closing: ${String(error)}`));
      if (!(await this.#ending.closing(closed)))
        log(`${end.name} did not close in time; it is left as it is`);
    });
    await Promise.all(closing);
  }

  #view(): MonitorView {
    return {
      sources: () => named(this.#sources.map(({ source }) => source)),
      outputs: () => named(this.#sinks),
      stateSize: () => this.#engine.stateSize,
      errors: () => this.#failures.count,
      checkpoint: () => this.#keeper?.lastCheckpoint ?? null,
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

function notKept(): TowpathError {
  return new TowpathError(
    "TP_BAD_ARGUMENT",
    "the option persistence of pw.run cannot be had in a consumer group",
    {
      hint: 'Leave it out: the group keeps the offsets, and the state of a partition is made again of its topic. Or read with assignment: "all".',
    },
  );
}

/** Stats by name. */
function named<Stats>(ends: readonly { readonly name: string; stats(): Stats }[]): Record<string, Stats> {
  const names = uniqueNames(ends);
  return Object.fromEntries(ends.map((end, i) => [names[i], end.stats()]));
}

/** The ends' names; equal ones are numbered. */
function uniqueNames(ends: readonly { readonly name: string }[]): string[] {
  const names = new Set<string>();
  for (const end of ends) {
    let name = end.name;
    for (let n = 2; names.has(name); n++) name = `${end.name} ${n}`;
    names.add(name);
  }
  return [...names];
}
