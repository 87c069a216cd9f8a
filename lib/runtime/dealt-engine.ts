import type { Batch } from "../data/batch.ts";
import type { FailureHandler } from "../dataflow/errors.ts";
import { type DealtSource, isDealt, type Tenure } from "../io/dealt-source.ts";
import type { Sink } from "../io/sink.ts";
import type { Source } from "../io/source.ts";
import type { OutputPlace, SourcePlace } from "../plan/lower.ts";
import type { PlanNode } from "../plan/node.ts";
import { Engine } from "./engine.ts";

/** What the run loop drives. */
export type RunEngine = Pick<Engine, "step" | "complete" | "release" | "isFailing" | "stateSize">;

/** A commit that has been stepped and not released. */
interface Stepped {
  readonly time: number;
  readonly engine: Engine;
  /** Null for a commit of a source that is not dealt. */
  readonly tenure: Tenure | null;
  readonly isSilent: boolean;
}

/**
 * An engine for each partition that this process has, and one for what other sources feed: they look like one to the
 * run. A partition's engine goes with its tenure; what is still in it then is dropped.
 *
 * The plan's result is the union of the partitions' results (lib/plan/dealt-partitions.ts), so the changes of a commit
 * are those of its partition's engine alone.
 */
export class DealtEngine implements RunEngine {
  readonly #create: () => Engine;
  /** For commits of sources that are not dealt; its places are those of all the others. */
  readonly #whole: Engine;
  readonly #engines = new Map<Tenure, Engine>();
  #dealt: ReadonlyMap<number, DealtSource> = new Map();
  #stepped: Stepped[] = [];

  constructor(outputs: readonly PlanNode[], onFailure: FailureHandler, onAnswer: () => void) {
    this.#create = () => new Engine(outputs, onFailure, onAnswer);
    this.#whole = this.#create();
  }

  get sources(): readonly SourcePlace[] {
    return this.#whole.sources;
  }

  get outputs(): readonly OutputPlace[] {
    return this.#whole.outputs;
  }

  /** Says which source runs at which node. Comes before the first step. */
  connect(sources: Iterable<{ readonly nodeId: number; readonly source: Source }>): void {
    const dealt = new Map<number, DealtSource>();
    for (const { nodeId, source } of sources) if (isDealt(source)) dealt.set(nodeId, source);
    this.#dealt = dealt;
  }

  get stateSize(): number {
    this.#forgetOver();
    return [...this.#engines.values()].reduce((sum, engine) => sum + engine.stateSize, this.#whole.stateSize);
  }

  get isFailing(): boolean {
    return this.#stepped.some(({ engine, tenure }) => tenure?.isOver !== true && engine.isFailing);
  }

  /** One commit of one source. */
  step(time: number, deltas: ReadonlyMap<number, Batch>): void {
    const [nodeId] = deltas.keys();
    const source = this.#dealt.get(nodeId);
    const tenure = source?.tenure ?? null;
    const engine = tenure === null ? this.#whole : this.#engineOf(tenure);
    this.#stepped.push({ time, engine, tenure, isSilent: source?.isSilent ?? false });
    engine.step(time, deltas);
  }

  complete(time: number): boolean {
    const { engine, tenure } = this.#at(time);
    return tenure?.isOver === true || engine.complete(time);
  }

  release(time: number, sinks: readonly Sink[]): boolean {
    const { engine, tenure, isSilent } = this.#at(time);
    this.#stepped = this.#stepped.filter((commit) => commit.time !== time);
    if (tenure?.isOver === true) return false;
    if (!isSilent) return engine.release(time, sinks);
    engine.release(
      time,
      sinks.map(() => nowhere),
    );
    return false;
  }

  #at(time: number): Stepped {
    return this.#stepped.find((commit) => commit.time === time) as Stepped;
  }

  #engineOf(tenure: Tenure): Engine {
    const known = this.#engines.get(tenure);
    if (known !== undefined) return known;
    this.#forgetOver();
    const engine = this.#create();
    this.#engines.set(tenure, engine);
    return engine;
  }

  #forgetOver(): void {
    for (const tenure of this.#engines.keys()) if (tenure.isOver) this.#engines.delete(tenure);
  }
}

/** For what has been handed on by an earlier owner of the partition. */
const nowhere: Sink = {
  name: "nowhere",
  full: false,
  open: () => Promise.resolve(),
  write: () => {},
  flush: () => Promise.resolve(),
  stats: () => ({ changes: 0, lastTime: null, latencyMs: null }),
  close: () => Promise.resolve(),
};
