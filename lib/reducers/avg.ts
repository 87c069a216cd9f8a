import { ExactTotal } from "./exact-total.ts";
import type { ReducerDefinition } from "./reducer.ts";
import { summable } from "./sum.ts";

/** The exact sum divided by the number of values, rounded once: the same whatever the order, and never too large. */
export const avg: ReducerDefinition = {
  name: "avg",
  kind: "linear",
  readsKeys: false,
  arity: [1, 1],
  result: ([type]) => {
    summable("avg", type, ["int", "float", "duration"]);
    return { name: type.name === "duration" ? "duration" : "float", optional: false };
  },
  create: () => new Avg(),
};

class Avg extends ExactTotal {
  protected readonly areInts = false;

  protected answers(slots: Uint32Array, n: number): Float64Array {
    return this.sums.finishQuotients(slots, n, this.valid.values);
  }
}
