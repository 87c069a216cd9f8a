import type { Batch } from "../../lib/data/batch.ts";
import { consolidate } from "../../lib/data/consolidate.ts";
import type { StateReader, StateWriter } from "../../lib/data/state.ts";
import type { CellFailure } from "../../lib/dataflow/errors.ts";
import type { PlanNode } from "../../lib/plan/node.ts";
import { Engine } from "../../lib/runtime/engine.ts";
import { batchOf, type KeyedChange, poison } from "./batches.ts";
import { type CapturedChange, CaptureSink } from "./capture.ts";
import { Checkpoint } from "./checkpoint.ts";

/** Changes of each source, in the order of the plan's sources. */
export type SourceChanges = readonly (readonly KeyedChange[])[];

/**
 * The engine, fed by hand: one step a commit, with the changes of all sources together. Batches are lent and taken
 * back, as the contract says: after each step they are overwritten.
 */
export class EngineRun {
  readonly #outputs: readonly PlanNode[];
  readonly #sources: readonly PlanNode[];
  #engine: Engine;
  readonly #sinks: readonly CaptureSink[];
  readonly failures: CellFailure[] = [];

  constructor(outputs: readonly PlanNode[], sources: readonly PlanNode[]) {
    this.#outputs = outputs;
    this.#sources = sources;
    this.#engine = this.#create();
    this.#sinks = outputs.map(({ inputs }) => new CaptureSink((inputs[0] as PlanNode).columns));
  }

  get stateSize(): number {
    return this.#engine.stateSize;
  }

  /** One commit; returns what each output wrote. */
  step(time: number, changes: SourceChanges): CapturedChange[][] {
    const lent: Batch[] = [];
    const deltas = new Map<number, Batch>();
    for (const { node, needed } of this.#engine.sources) {
      const rows = changes[this.#sources.indexOf(node)] ?? [];
      const batch = batchOf(time, node.columns, rows, needed);
      const delta = consolidate(batch);
      lent.push(batch);
      if (delta === null) continue;
      lent.push(delta);
      deltas.set(node.id, delta);
    }
    this.#engine.step(time, deltas);
    this.#engine.release(time, this.#sinks);
    lent.forEach(poison);
    return this.#sinks.map((sink) => sink.take());
  }

  /** Saves everything and goes on in a fresh engine that has loaded it. */
  restart(): void {
    const checkpoint = new Checkpoint();
    this.#engine.save(checkpoint.writer());
    this.#engine = this.#create();
    this.#engine.load(checkpoint.reader());
  }

  save(writer: StateWriter): void {
    this.#engine.save(writer);
  }

  /** Before the first step. */
  load(reader: StateReader): void {
    this.#engine.load(reader);
  }

  #create(): Engine {
    return new Engine(this.#outputs, (failure) => this.failures.push(failure));
  }
}
