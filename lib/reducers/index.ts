import { any } from "./any.ts";
import { argMax } from "./arg-max.ts";
import { argMin } from "./arg-min.ts";
import { array } from "./array.ts";
import { avg } from "./avg.ts";
import { count } from "./count.ts";
import { countDistinct } from "./count-distinct.ts";
import { countDistinctApproximate } from "./count-distinct-approximate.ts";
import { custom } from "./custom.ts";
import { earliest } from "./earliest.ts";
import { first } from "./first.ts";
import { last } from "./last.ts";
import { latest } from "./latest.ts";
import { max } from "./max.ts";
import { median } from "./median.ts";
import { min } from "./min.ts";
import { mode } from "./mode.ts";
import { quantile } from "./quantile.ts";
import type { ReducerDefinition } from "./reducer.ts";
import { sortedTuple } from "./sorted-tuple.ts";
import { statefulMany } from "./stateful-many.ts";
import { statefulSingle } from "./stateful-single.ts";
import { stddev } from "./stddev.ts";
import { sum } from "./sum.ts";
import { topK } from "./top-k.ts";
import { tuple } from "./tuple.ts";
import { unique } from "./unique.ts";
import { variance } from "./variance.ts";

/** Every reducer, one line each. */
export const reducers = {
  any,
  argMax,
  argMin,
  array,
  avg,
  count,
  countDistinct,
  countDistinctApproximate,
  custom,
  earliest,
  first,
  last,
  latest,
  max,
  median,
  min,
  mode,
  quantile,
  sortedTuple,
  statefulMany,
  statefulSingle,
  stddev,
  sum,
  topK,
  tuple,
  unique,
  variance,
} as const satisfies Record<string, ReducerDefinition>;
