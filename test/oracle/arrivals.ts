import type { PlanNode } from "../../lib/plan/node.ts";

/**
 * When what is there came: the one thing that the tables of a moment do not tell. Each node that asks is told at every
 * time, and says what is there by names of its own.
 */
export class Arrivals {
  now = 0;
  readonly #times = new Map<PlanNode, ReadonlyMap<string, number>>();

  /** The times of `present`. What was there at the time before keeps its own, and what is not there is forgotten. */
  settle(node: PlanNode, present: readonly string[]): ReadonlyMap<string, number> {
    const before = this.#times.get(node);
    const after = new Map(present.map((name) => [name, before?.get(name) ?? this.now]));
    this.#times.set(node, after);
    return after;
  }
}
