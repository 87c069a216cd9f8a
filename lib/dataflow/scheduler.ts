import { assert } from "../base/assert.ts";
import type { SourceSite } from "../base/source-site.ts";
import type { Batch } from "../data/batch.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { Circuit } from "./circuit.ts";
import type { Operator, StepContext } from "./operator.ts";

/** Deltas that enter a step: by position of the source's node. */
export type Injection = ReadonlyMap<number, Batch>;

/** An operator that keeps state, as messages and checkpoints know it. */
export interface KeptState {
  readonly stateName: string;
  readonly title: string;
  readonly site: SourceSite | null;
}

/** Whether an operator saves anything at all. */
function keepsState(operator: Operator): boolean {
  let saves = false;
  const note = (): void => {
    saves = true;
  };
  const writer: StateWriter = { since: -1, array: note, value: note, scope: () => writer };
  operator.save(writer);
  return saves;
}

/**
 * Runs one synchronous circuit, a commit at a time.
 *
 * `step(time)` visits each operator that has input (or ticks) once, in topological order; where one asked for a
 * half-step, all are visited once more at `time + 1`, without injected input. What outputs staged in both visits is
 * released by the caller afterwards, once. Times must grow. Not re-entrant; a throw leaves the circuit unusable.
 */
export class Scheduler {
  readonly #circuit: Circuit;
  readonly #results: (Batch | null)[];
  readonly #inputs: (Batch | null)[][];
  #lastTime = Number.NEGATIVE_INFINITY;
  #kept: readonly (KeptState & { readonly operator: Operator })[] | null = null;

  constructor(circuit: Circuit) {
    this.#circuit = circuit;
    this.#results = circuit.nodes.map(() => null);
    this.#inputs = circuit.nodes.map(({ inputs }) => inputs.map(() => null));
    circuit.nodes.forEach(({ inputs, label }, at) => {
      assert(
        inputs.every((input) => input < at),
        `operator ${label} stands before one of its inputs`,
      );
    });
  }

  /** Rows, groups and nodes held by all operators. */
  get stateSize(): number {
    return this.#circuit.nodes.reduce((size, { operator }) => size + operator.stateSize, 0);
  }

  /** `round` counts the rounds within an iteration; 0 outside. */
  step(time: number, injection: Injection, round = 0): void {
    assert(time % 2 === 0, `time ${time} is not even`);
    assert(time > this.#lastTime, `time ${time} is not above ${this.#lastTime}`);
    this.#lastTime = time;
    if (this.#visit(time, round, injection, true)) this.#visit(time + 1, round, new Map(), false);
  }

  /** The delta that a node gave in the latest visit; borrowed. */
  resultOf(position: number): Batch | null {
    return this.#results[position];
  }

  save(writer: StateWriter): void {
    writer.value("lastTime", this.#lastTime === Number.NEGATIVE_INFINITY ? null : this.#lastTime);
    for (const { operator, stateName } of this.#keepers()) operator.save(writer.scope(stateName));
  }

  load(reader: StateReader): void {
    this.#lastTime = (reader.value("lastTime") as number | null) ?? Number.NEGATIVE_INFINITY;
    for (const { operator, stateName } of this.#keepers()) operator.load(reader.scope(stateName));
  }

  /** The operators that keep state, each under a name of its own that is the same in every process. */
  get states(): readonly KeptState[] {
    return this.#keepers();
  }

  #keepers(): readonly (KeptState & { readonly operator: Operator })[] {
    if (this.#kept !== null) return this.#kept;
    const counts = new Map<string, number>();
    this.#kept = this.#circuit.nodes
      .filter(({ operator }) => keepsState(operator))
      .map(({ operator, site, identity }) => {
        const { stateName, title } = identity();
        const count = (counts.get(stateName) ?? 0) + 1;
        counts.set(stateName, count);
        return { operator, site, title, stateName: count === 1 ? stateName : `${stateName}-${count}` };
      });
    return this.#kept;
  }

  /** Returns whether an operator asked for a half-step. */
  #visit(time: number, round: number, injection: Injection, mayHalve: boolean): boolean {
    let halfStep = false;
    const context: StepContext = {
      time,
      round,
      scheduleHalfStep: () => {
        assert(mayHalve, "a half-step cannot ask for another one");
        halfStep = true;
      },
    };
    const { nodes } = this.#circuit;
    for (let at = 0; at < nodes.length; at++) {
      const { operator, inputs } = nodes[at];
      const fed = this.#inputs[at];
      let busy = operator.ticks === true;
      for (let i = 0; i < inputs.length; i++) {
        fed[i] = this.#results[inputs[i]];
        if (fed[i] !== null) busy = true;
      }
      const injected = injection.get(at) ?? null;
      this.#results[at] = injected ?? (busy ? operator.step(fed, context) : null);
    }
    return halfStep;
  }
}
