import type { Batch } from "../data/batch.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { FailureHandler } from "../dataflow/errors.ts";
import { type KeptState, Scheduler } from "../dataflow/scheduler.ts";
import type { Sink } from "../io/sink.ts";
import { type Lowered, lower, type OutputPlace, type SourcePlace } from "../plan/lower.ts";
import type { PlanNode } from "../plan/node.ts";

/**
 * The running form of some outputs: operators, no connectors, no clock, no threads of its own. `pw.run` feeds it from
 * sources; `pw.debug` and the tests feed it by hand.
 */
export class Engine {
  readonly #lowered: Lowered;
  readonly #scheduler: Scheduler;

  constructor(outputs: readonly PlanNode[], onFailure: FailureHandler) {
    this.#lowered = lower(outputs, onFailure);
    this.#scheduler = new Scheduler(this.#lowered.circuit);
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

  /**
   * Hands what the commit changed to the sinks, in the order of `outputs`. Returns whether anything changed. Failures
   * that are found here are found before the first sink is given anything.
   */
  release(time: number, sinks: readonly Sink[]): boolean {
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
