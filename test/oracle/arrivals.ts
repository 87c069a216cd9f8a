import type { PlanNode } from "../../lib/plan/node.ts";

/**
 * What the tables of a moment do not tell: when what is there came, and what a node whose answer depends on history has
 * accepted. Each node that asks is told at every time, and says what is there by names of its own.
 */
export class Arrivals {
  now = 0;
  readonly #memories = new Map<PlanNode, unknown>();
  readonly #times = new Map<PlanNode, ReadonlyMap<string, readonly number[]>>();

  /**
   * The times of `present`, by name as many as it stands there. What was there at the time before keeps its own, and
   * what is not there is forgotten: of several of a name, what came last.
   */
  settle(node: PlanNode, present: readonly string[]): ReadonlyMap<string, readonly number[]> {
    const before = this.#times.get(node);
    const after = new Map<string, number[]>();
    for (const name of present) {
      const times = after.get(name) ?? [];
      after.set(name, times);
      times.push(before?.get(name)?.[times.length] ?? this.now);
    }
    this.#times.set(node, after);
    return after;
  }

  /** What a node has seen up to now. */
  memoryOf<M>(node: PlanNode, create: () => M): M {
    const memory = (this.#memories.get(node) as M | undefined) ?? create();
    this.#memories.set(node, memory);
    return memory;
  }
}
