import type { Rng } from "../support/rng.ts";
import type { Named } from "./spec.ts";

/** Names that a column may have although something else has them too. */
export const names = [
  "a",
  "b",
  "c",
  "d",
  "e",
  "f",
  "g",
  "h",
  "diff",
  "time",
  "select",
  "count",
  "constructor",
  "__proto__",
  "é",
];

/** Names that no column has, as many as there are up to `count`. */
export function freshNames(rng: Rng, columns: Named<unknown>, count: number): string[] {
  return rng.shuffled(names.filter((name) => columns.every(([other]) => other !== name))).slice(0, count);
}
