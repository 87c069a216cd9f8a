import { assert } from "../base/assert.ts";
import type { Batch } from "../data/batch.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { FailureHandler } from "../dataflow/errors.ts";
import { type KeptState, Scheduler } from "../dataflow/scheduler.ts";
import { StagedScheduler } from "../dataflow/staged-scheduler.ts";
import type { Sink } from "../io/sink.ts";
import { type Lowered, lower, type OutputPlace, type SourcePlace } from "../plan/lower.ts";
import type { PlanNode } from "../plan/node.ts";

/**
 * The running form of some outputs: operators, no connectors, no clock, no threads of its own. `pw.run` feeds it from
 * sources; `pw.debug` and the tests feed it by hand.
 *
 * With functions that answer later, `step` begins a commit, `complete` says whether it is through, and further commits
 * may be begun before it is; commits are completed and released in order. Without, a commit is complete once stepped.
 */
export class Engine {
  readonly #lowered: Lowered;
  readonly #scheduler: Scheduler | StagedScheduler;

  /** `onAnswer` is called whenever a commit may have become complete, and never from within a call of the engine. */
  constructor(outputs: readonly PlanNode[], onFailure: FailureHandler, onAnswer: () => void = () => {}) {
    this.#lowered = lower(outputs, onFailure);
    const { circuit } = this.#lowered;
    if (circuit.nodes.every(({ stage }) => stage === 0)) this.#scheduler = new Scheduler(circuit);
    else {
      this.#scheduler = new StagedScheduler(circuit);
      this.#scheduler.listen(onAnswer);
    }
  }

  get sources(): readonly SourcePlace[] {
    return this.#lowered.sources;
  }

  get outputs(): readonly OutputPlace[] {
    return this.#lowered.outputs;
  }

  /** Rows, groups and nodes that all operators hold. */
  get stateSize(): number {
    return this.#scheduler.stateSize;
  }

  /** The operators that keep state, by names that are the same in every process. */
  get states(): readonly KeptState[] {
    return this.#scheduler.states;
  }

  /** One commit: the deltas of source nodes (by plan node id) at an even time above the last. */
  step(time: number, deltas: ReadonlyMap<number, Batch>): void {
    const injection = new Map<number, Batch>();
    for (const { node, position } of this.#lowered.sources) {
      const delta = deltas.get(node.id);
      if (delta !== undefined && delta.length > 0) injection.set(position, delta);
    }
    this.#scheduler.step(time, injection);
  }

  /** Whether a commit that was begun has failed: those before it are completed, it throws, later ones need not be begun. */
  get isFailing(): boolean {
    return this.#scheduler instanceof StagedScheduler && this.#scheduler.isFailing;
  }

  /** Whether the commit at `time`, and so every one before it, is through; ask in the order of times. */
  complete(time: number): boolean {
    return this.#scheduler instanceof Scheduler || this.#scheduler.complete(time);
  }

  /**
   * Hands what the commit changed to the sinks, in the order of `outputs`. Returns whether anything changed. Failures
   * that are found here are found before the first sink is given anything.
   */
  release(time: number, sinks: readonly Sink[]): boolean {
    assert(this.complete(time), `commit ${time} was released before it was complete`);
    let changed = false;
    for (const { stage } of this.#lowered.outputs) stage.prepare();
    this.#lowered.outputs.forEach(({ stage }, i) => {
      if (stage.release(sinks[i], time)) changed = true;
    });
    if (changed) for (const sink of sinks) sink.endTime?.(time);
    return changed;
  }

  save(writer: StateWriter): void {
    this.#scheduler.save(writer);
  }

  load(reader: StateReader): void {
    this.#scheduler.load(reader);
  }
}
