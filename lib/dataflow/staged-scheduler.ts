import { assert } from "../base/assert.ts";
import type { Batch } from "../data/batch.ts";
import { consolidate } from "../data/consolidate.ts";
import { concatBatches, ownBatch } from "../data/rows.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import { type AsyncOperator, isAsync } from "./async-operator.ts";
import type { Circuit, CircuitNode } from "./circuit.ts";
import type { Operator } from "./operator.ts";
import { type Injection, type KeptState, Scheduler } from "./scheduler.ts";
import { StageEdge } from "./stages.ts";

/**
 * Runs a circuit that asynchronous operators cut into stages: each stage by a scheduler of its own, in time order, with
 * queues of owned batches between them (lib/dataflow/stages.ts). Every stage steps every time. A stage runs ahead of
 * the ones after it; but the last one, in which all outputs stand, steps only when `complete` asks for its next time,
 * so that what outputs have staged is always one commit.
 *
 * What a stage throws ends only its own time and later ones: times before are completed, and then `complete` throws it.
 */
export class StagedScheduler {
  readonly #stages: readonly StageParts[];
  readonly #sourcePositions: ReadonlyMap<number, number>;
  #failure: { readonly time: number; readonly error: unknown } | null = null;

  constructor(circuit: Circuit) {
    const builder = new StageBuilder(circuit);
    this.#stages = builder.stages;
    this.#sourcePositions = builder.positions;
    assert(this.#stages.length > 1, "a circuit without stages needs no stages");
  }

  get stateSize(): number {
    return this.#stages.reduce((size, { scheduler }) => size + scheduler.stateSize, 0);
  }

  get states(): readonly KeptState[] {
    return this.#stages.flatMap(({ scheduler }, stage) =>
      scheduler.states.map((state) => ({ ...state, stateName: `stage${stage}/${state.stateName}` })),
    );
  }

  /** Whether a time has failed: no further ones need be stepped. */
  get isFailing(): boolean {
    return this.#failure !== null;
  }

  /** Calls `answer` whenever a time may have become complete. */
  listen(answer: () => void): void {
    for (const { asyncs } of this.#stages) for (const { operator } of asyncs) operator.listen(answer);
  }

  /** Steps the first stage at `time`, and the others as far as they can go. */
  step(time: number, injection: Injection): void {
    if (this.#failure !== null) return;
    const [first, ...others] = this.#stages;
    const local = new Map(
      [...injection].map(([at, batch]) => [this.#sourcePositions.get(at) as number, batch]),
    );
    this.#attempt(time, () => {
      first.scheduler.step(time, local);
      seal(first, time);
    });
    for (const { times } of others) times.push(time);
    this.#advance();
  }

  /** Whether all stages have stepped `time`: the last one does so now, where it can. Times are completed in order. */
  complete(time: number): boolean {
    this.#advance();
    if (this.#failure !== null && time >= this.#failure.time) throw this.#failure.error;
    const last = this.#stages[this.#stages.length - 1];
    const [next] = last.times;
    if (next === undefined || next > time) return true;
    assert(next === time, `time ${time} was to be completed before ${next}`);
    return stepNext(last);
  }

  save(writer: StateWriter): void {
    assert(
      this.#stages.every(
        ({ times, asyncs }) =>
          times.length === 0 && asyncs.every(({ operator }) => operator.earliest === undefined),
      ),
      "a checkpoint was taken while a stage had work",
    );
    this.#stages.forEach(({ scheduler }, stage) => {
      scheduler.save(writer.scope(`stage${stage}`));
    });
  }

  load(reader: StateReader): void {
    this.#stages.forEach(({ scheduler }, stage) => {
      scheduler.load(reader.scope(`stage${stage}`));
    });
  }

  /** Steps all stages but the first and the last, and takes what asynchronous operators have answered. */
  #advance(): void {
    this.#stages.slice(0, -1).forEach((stage, number) => {
      let goesOn = number > 0;
      while (goesOn && this.#isSound(stage.times[0])) {
        this.#attempt(stage.times[0], () => {
          goesOn = stepNext(stage);
        });
      }
      for (const { operator, edges } of stage.asyncs) this.#take(operator, edges);
    });
  }

  #take(operator: AsyncOperator, edges: readonly StageEdge[]): void {
    let goesOn = true;
    while (goesOn && this.#isSound(operator.earliest)) {
      this.#attempt(operator.earliest as number, () => {
        const answer = operator.answered();
        goesOn = answer !== undefined;
        if (answer !== undefined) for (const edge of edges) edge.seal(answer.time, answer.batch);
      });
    }
  }

  /** Whether there is a next time, before any that has failed. */
  #isSound(time: number | undefined): boolean {
    return time !== undefined && (this.#failure === null || time < this.#failure.time);
  }

  #attempt(time: number, run: () => void): void {
    try {
      run();
    } catch (error) {
      if (this.#isSound(time)) this.#failure = { time, error };
    }
  }
}

/** One synchronous part of the circuit. */
interface StageParts {
  readonly scheduler: Scheduler;
  /** Where the edges into the stage enter it. */
  readonly entries: readonly { readonly position: number; readonly edge: StageEdge }[];
  /** Results that later stages read. */
  readonly exits: readonly { readonly exit: Exit; readonly edges: readonly StageEdge[] }[];
  readonly asyncs: readonly { readonly operator: AsyncOperator; readonly edges: readonly StageEdge[] }[];
  /** The times that the stage has still to step. */
  readonly times: number[];
}

/** Steps a stage's next time if all its edges have reached it. */
function stepNext(stage: StageParts): boolean {
  const [time] = stage.times;
  if (stage.entries.some(({ edge }) => edge.frontier < time)) return false;
  const injection = new Map<number, Batch>();
  for (const { position, edge } of stage.entries) {
    const batch = edge.take(time);
    if (batch !== null) injection.set(position, batch);
  }
  stage.scheduler.step(time, injection);
  stage.times.shift();
  seal(stage, time);
  return true;
}

function seal({ exits, asyncs }: StageParts, time: number): void {
  for (const { exit, edges } of exits) {
    const batch = exit.take(time);
    for (const edge of edges) edge.seal(time, batch);
  }
  for (const { operator } of asyncs) operator.close(time);
}

/** Copies what a node gives, in both visits of a time, for a later stage. */
class Exit implements Operator {
  readonly stateSize = 0;
  readonly #batches: Batch[] = [];

  step([batch]: readonly (Batch | null)[]): null {
    if (batch !== null) this.#batches.push(ownBatch(batch));
    return null;
  }

  take(time: number): Batch | null {
    const batches = this.#batches.splice(0);
    if (batches.length < 2) return batches[0] ?? null;
    return consolidate(concatBatches(batches))?.at(time) ?? null;
  }

  save(): void {}

  load(): void {}
}

/** Where an edge's batches are injected. */
class Entry implements Operator {
  readonly stateSize = 0;

  step(): null {
    return null;
  }

  save(): void {}

  load(): void {}
}

/** Hands a circuit's nodes out to stages, and puts edges where one reads from an earlier stage. */
class StageBuilder {
  readonly stages: readonly StageParts[];
  /** Of each node of the circuit: its position within its stage. */
  readonly positions = new Map<number, number>();
  readonly #circuit: Circuit;
  readonly #nodes: CircuitNode[][];
  readonly #entries: Map<number, { position: number; edge: StageEdge }>[];

  constructor(circuit: Circuit) {
    this.#circuit = circuit;
    const count = 1 + Math.max(...circuit.nodes.map(({ stage }) => stage));
    this.#nodes = Array.from({ length: count }, () => []);
    this.#entries = Array.from({ length: count }, () => new Map());
    circuit.nodes.forEach((node, at) => {
      const inputs = node.inputs.map((input) => this.#inputOf(input, node.stage));
      this.positions.set(at, this.#nodes[node.stage].push({ ...node, inputs }) - 1);
    });
    const cuts = this.#nodes.map((_, stage) => this.#cutsOf(stage));
    this.stages = this.#nodes.map((nodes, stage) => ({
      scheduler: new Scheduler({ nodes }),
      entries: [...this.#entries[stage].values()],
      ...cuts[stage],
      times: [],
    }));
  }

  /** The position of an input within the stage that reads it. */
  #inputOf(input: number, stage: number): number {
    const from = this.#circuit.nodes[input];
    if (from.stage === stage && !isAsync(from.operator)) return this.positions.get(input) as number;
    assert(from.stage < stage, `${from.label} is not read by a later stage`);
    const known = this.#entries[stage].get(input);
    if (known !== undefined) return known.position;
    const node = { ...from, operator: new Entry(), inputs: [], label: `entry-${from.label}`, stage };
    const position = this.#nodes[stage].push(node) - 1;
    this.#entries[stage].set(input, { position, edge: new StageEdge() });
    return position;
  }

  /** What leaves a stage: by exits, which are nodes of it, or by asynchronous operators. */
  #cutsOf(stage: number): Pick<StageParts, "exits" | "asyncs"> {
    const exits: StageParts["exits"][number][] = [];
    const asyncs: StageParts["asyncs"][number][] = [];
    this.#circuit.nodes.forEach((node, at) => {
      if (node.stage !== stage) return;
      const edges = this.#entries.flatMap((entries) => entries.get(at)?.edge ?? []);
      if (isAsync(node.operator)) asyncs.push({ operator: node.operator, edges });
      else if (edges.length > 0) {
        const exit = new Exit();
        const inputs = [this.positions.get(at) as number];
        this.#nodes[stage].push({ ...node, operator: exit, inputs, label: `exit-${node.label}` });
        exits.push({ exit, edges });
      }
    });
    return { exits, asyncs };
  }
}
