import { any } from "./any.ts";
import { argMax } from "./arg-max.ts";
import { argMin } from "./arg-min.ts";
import { avg } from "./avg.ts";
import { count } from "./count.ts";
import { countDistinct } from "./count-distinct.ts";
import { earliest } from "./earliest.ts";
import { latest } from "./latest.ts";
import { max } from "./max.ts";
import { min } from "./min.ts";
import type { ReducerDefinition } from "./reducer.ts";
import { sortedTuple } from "./sorted-tuple.ts";
import { sum } from "./sum.ts";
import { tuple } from "./tuple.ts";
import { unique } from "./unique.ts";

/** Every reducer, one line each. */
export const reducers = {
  any,
  argMax,
  argMin,
  avg,
  count,
  countDistinct,
  earliest,
  latest,
  max,
  min,
  sortedTuple,
  sum,
  tuple,
  unique,
} as const satisfies Record<string, ReducerDefinition>;
