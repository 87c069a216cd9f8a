import { crashPoint } from "../base/crash-points.ts";
import { formatSite, type SourceSite } from "../base/source-site.ts";
import { TowpathError } from "../errors.ts";
import type { Sink } from "../io/sink.ts";
import type { Capture } from "../persistence/capture.ts";
import { type RunningPlan, statePlan } from "../persistence/check-plan.ts";
import { CheckpointStore } from "../persistence/checkpoint-store.ts";
import { historyId } from "../persistence/history-id.ts";
import { Journal } from "../persistence/journal.ts";
import { dropJournal } from "../persistence/journal-files.ts";
import { pageHash } from "../persistence/page-hash.ts";
import { StateDirectory, writeFailure } from "../persistence/state-directory.ts";
import type { CheckpointStats } from "./checkpoint-stats.ts";
import type { Engine } from "./engine.ts";
import { ErrorLog } from "./error-log.ts";
import { HeldOutputs } from "./held-outputs.ts";
import { checkedPersistence, type PersistenceOptions } from "./persistence-options.ts";
import { type Recovered, recover } from "./recovery.ts";
import type { CommitKeeper, RunningSource } from "./run-loop.ts";

/** A part of the run whose state is kept, under a name that no other of its kind has. */
export interface NamedSource extends RunningSource {
  readonly name: string;
  /** Of what it reads. */
  readonly fingerprint: string;
  readonly site: SourceSite | null;
}

export interface NamedSink {
  readonly name: string;
  readonly sink: Sink;
}

/** The run as far as its state goes. */
export interface KeptRun {
  readonly engine: Engine;
  readonly sources: readonly NamedSource[];
  readonly sinks: readonly NamedSink[];
  log(line: string): void;
  fail(error: Error): void;
  wake(): void;
}

/**
 * Keeps a run's state on disk:
 *
 *   commit: journal its range → step → hand on what comes of it once the record is durable
 *   checkpoint: copy what has changed → flush the outputs → journal that → write → tell the sources
 *
 * A checkpoint is taken between two commits and written while the run goes on; one at a time.
 */
export class StateKeeper implements CommitKeeper {
  readonly #run: KeptRun;
  readonly #directory: StateDirectory;
  readonly #store: CheckpointStore;
  readonly #everyMs: number;
  readonly #plan: RunningPlan;
  readonly #names: ReadonlyMap<RunningSource["source"], string>;
  readonly recovered: Recovered;
  /** Names what the directory keeps, from its first run on. */
  readonly history: string;
  readonly #journal: Journal;
  readonly held: HeldOutputs;
  /** The time of the last checkpoint, and of the one before. */
  #savedTime: number;
  #flushedTime: number;
  #begunAt = performance.now();
  #isReady = false;
  #atWork: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;
  #failed = false;
  lastCheckpoint: CheckpointStats | null = null;

  private constructor(
    run: KeptRun,
    directory: StateDirectory,
    store: CheckpointStore,
    plan: RunningPlan,
    recovered: Recovered,
    history: string,
    everyMs: number,
  ) {
    this.#run = run;
    this.#directory = directory;
    this.#store = store;
    this.#plan = plan;
    this.#everyMs = everyMs;
    this.recovered = recovered;
    this.history = history;
    this.#names = new Map(run.sources.map(({ source, name }) => [source, name]));
    const { lastTime, number, flushedTime } = recovered;
    this.#flushedTime = flushedTime;
    this.#savedTime = recovered.checkpoint?.manifest.time ?? 0;
    this.#journal = new Journal(directory.journal, statePlan(plan), lastTime, number, {
      durable: () => {
        this.held.handOn();
        run.wake();
      },
      failed: (error) => this.#fail(error),
    });
    const fail = (error: Error): void => run.fail(error);
    this.held = new HeldOutputs(
      run.sinks.map(({ sink }) => sink),
      this.#journal,
      fail,
    );
  }

  /** Takes the directory, and gives the run's parts the state that is there: before any of them is opened. */
  static async open(options: PersistenceOptions, run: KeptRun): Promise<StateKeeper> {
    const { path, snapshotEveryMs } = checkedPersistence(options);
    for (const { name, source, site } of run.sources) checkHistory(name, source, site);
    const plan = { operators: run.engine.states, sources: run.sources };
    const directory = await StateDirectory.open(path);
    try {
      const store = new CheckpointStore(directory.path, await pageHash());
      const recovered = await recover(directory, store, plan, run.log);
      load(run, recovered);
      await recovered.checkpoint?.close();
      const history = await historyId(directory.path);
      return new StateKeeper(run, directory, store, plan, recovered, history, snapshotEveryMs);
    } catch (error) {
      await directory.close();
      throw error;
    }
  }

  sealed({ source }: RunningSource, time: number): void {
    const range = source.history?.range() ?? null;
    this.#journal.append({ kind: "commit", time, source: this.#nameOf(source), range });
  }

  delivered(time: number): void {
    if (time <= this.#flushedTime) return;
    this.#flushedTime = time;
    this.#journal.append({ kind: "flushed", time });
  }

  get isWaiting(): boolean {
    return this.#isReady;
  }

  between(time: number, isSettled: boolean): void {
    this.held.handOn();
    if (this.#failed || time <= this.#savedTime) return;
    if (this.#isReady && !isSettled) return;
    if (this.#isReady) {
      this.#isReady = false;
      this.#atWork = this.#guard(this.#checkpoint(time));
      return;
    }
    if (this.#atWork !== null) return;
    const dueInMs = this.#begunAt + this.#everyMs - performance.now();
    if (dueInMs <= 0) this.#prepare();
    else this.#timer ??= setTimeout(() => this.#wake(), dueInMs).unref();
  }

  /** A last checkpoint, so that the next run has nothing to do again. Everything is delivered. */
  async finish(time: number): Promise<void> {
    await this.#atWork;
    if (this.#failed || time <= this.#savedTime) return;
    try {
      await this.#store.prepare();
      await this.#checkpoint(time);
    } catch (error) {
      throw writeFailure(this.#directory.path, error);
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#atWork;
    await this.#journal.close();
    await this.#store.close();
    await this.#directory.close();
  }

  #nameOf(source: RunningSource["source"]): string {
    return this.#names.get(source) as string;
  }

  #wake(): void {
    this.#timer = undefined;
    this.#run.wake();
  }

  #prepare(): void {
    this.#begunAt = performance.now();
    this.#atWork = this.#guard(
      this.#store.prepare().then(() => {
        this.#isReady = true;
      }),
    );
  }

  /**
   * What goes wrong ends the run. A checkpoint may begin before the turn in which its preparation ends is over: only
   * the work that is at hand is over then.
   */
  #guard(work: Promise<void>): Promise<void> {
    const guarded = work
      .catch((error) => this.#fail(error))
      .finally(() => {
        if (this.#atWork === guarded) this.#atWork = null;
        this.#run.wake();
      });
    return guarded;
  }

  #fail(error: unknown): void {
    this.#failed = true;
    this.#run.fail(writeFailure(this.#directory.path, error));
  }

  /** Captures the state after the commit at `time`, at once, and then writes it. */
  #checkpoint(time: number): Promise<void> {
    const begun = performance.now();
    const capture = this.#store.begin();
    const writer = capture.writer();
    this.#run.engine.save(writer.scope("engine"));
    for (const { name, source } of this.#run.sources)
      source.history?.save(writer.scope("sources").scope(scopeOf(name)));
    this.#journal.startFile(time);
    return this.#complete(capture, time, begun, performance.now() - begun);
  }

  async #complete(capture: Capture, time: number, begun: number, stallMs: number): Promise<void> {
    try {
      await this.held.close(time);
      const outputs = capture.writer().scope("outputs");
      for (const { name, sink } of this.#run.sinks) sink.save?.(outputs.scope(scopeOf(name)));
    } finally {
      this.held.open();
    }
    if (this.#failed) return;
    this.delivered(time);
    const { takenAt, bytes } = await this.#store.write(capture, time, statePlan(this.#plan));
    await dropJournal(this.#directory.journal, this.#savedTime);
    this.#savedTime = time;
    crashPoint("before-acknowledge");
    for (const { source } of this.#run.sources) source.history?.checkpointed?.(time);
    crashPoint("after-acknowledge");
    this.lastCheckpoint = { takenAt, bytes, stallMs, durationMs: performance.now() - begun };
  }
}

function checkHistory(name: string, source: RunningSource["source"], site: SourceSite | null): void {
  if (source.history !== undefined || source instanceof ErrorLog) return;
  throw new TowpathError(
    "TP_BAD_ARGUMENT",
    `the source "${name}" cannot be resumed: what it has given cannot be had again`,
    {
      where: formatSite(site),
      hint: "Run without `persistence`, or read the rows from Kafka, from files or from pw.input.",
    },
  );
}

function load({ engine, sources, sinks }: KeptRun, { checkpoint, commits }: Recovered): void {
  const image = checkpoint?.image ?? null;
  if (image !== null) engine.load(image.reader().scope("engine"));
  for (const { name, source } of sources) {
    const own = commits.filter((commit) => commit.source === name);
    const state = image?.has(`sources/${scopeOf(name)}`)
      ? image.reader().scope("sources").scope(scopeOf(name))
      : null;
    source.history?.resume(state, own);
  }
  for (const { name, sink } of sinks) {
    if (image?.has(`outputs/${scopeOf(name)}`))
      sink.load?.(image.reader().scope("outputs").scope(scopeOf(name)));
  }
}

/** A slash in a name, as in a file's path, must not look like a scope within another's. */
function scopeOf(name: string): string {
  return name.replaceAll("%", "%25").replaceAll("/", "%2F");
}
