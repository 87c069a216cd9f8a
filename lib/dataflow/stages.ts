import { assert } from "../base/assert.ts";
import type { Batch } from "../data/batch.ts";

/**
 * Stages: how asynchronous work fits into a synchronous engine.
 *
 * An asynchronous operator cuts the circuit. Each part is a stage, run by a scheduler of its own, in time order; the
 * edges between stages are queues of sealed (owned) batches. A stage may run ahead of the ones after it. An edge's
 * *frontier* is the time up to which it is complete; a stage may step time t when every edge into it has reached t,
 * so a merge of two edges waits for the same time on both, while stages that share no edge never wait for each other.
 * A checkpoint waits until every edge is drained.
 */
export class StageEdge {
  readonly #queue: { time: number; batch: Batch }[] = [];
  #frontier = Number.NEGATIVE_INFINITY;

  /** All times up to this one are in the queue, or were. */
  get frontier(): number {
    return this.#frontier;
  }

  get drained(): boolean {
    return this.#queue.length === 0;
  }

  /** The earliest time that waits, or undefined. */
  get head(): number | undefined {
    return this.#queue[0]?.time;
  }

  /** Seals `time`: its batch (owned by the edge from now on) or nothing, and nothing earlier will come. */
  seal(time: number, batch: Batch | null): void {
    assert(time > this.#frontier, `edge sealed at ${time}, which is not above ${this.#frontier}`);
    this.#frontier = time;
    if (batch !== null) this.#queue.push({ time, batch });
  }

  /** Takes the batch of exactly this time; null where the time had none. */
  take(time: number): Batch | null {
    assert(this.#frontier >= time, `edge read at ${time} before it was sealed`);
    return this.#queue[0]?.time === time ? ((this.#queue.shift() as { batch: Batch }).batch ?? null) : null;
  }
}

/** One synchronous part of the circuit with the edges that feed it. */
export interface Stage {
  readonly edges: readonly StageEdge[];
  /** Steps the part at `time` with one batch (or null) an edge. */
  step(time: number, batches: readonly (Batch | null)[]): void;
}

/**
 * Steps a stage through every time that all its edges have reached. Returns the times stepped.
 * Call it whenever one of the edges was sealed.
 */
export function advanceStage(stage: Stage): number[] {
  const stepped: number[] = [];
  for (;;) {
    const frontier = Math.min(...stage.edges.map((edge) => edge.frontier));
    const next = Math.min(...stage.edges.map((edge) => edge.head ?? Number.POSITIVE_INFINITY));
    if (next > frontier) return stepped;
    stage.step(
      next,
      stage.edges.map((edge) => edge.take(next)),
    );
    stepped.push(next);
  }
}
