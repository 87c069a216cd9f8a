import type { ColumnType } from "../../../lib/data/type.ts";
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
import type { RowOrigin } from "./origin.ts";
import { quantile } from "./quantile.ts";
import { sortedTuple } from "./sorted-tuple.ts";
import { statefulMany } from "./stateful-many.ts";
import { statefulSingle } from "./stateful-single.ts";
import { stddev } from "./stddev.ts";
import { sum } from "./sum.ts";
import { topK } from "./top-k.ts";
import { tuple } from "./tuple.ts";
import { unique } from "./unique.ts";
import { variance } from "./variance.ts";

/** A reducer's answer over the arguments of a group's rows, of which there is at least one. */
export type ReducerOracle = (
  rows: readonly (readonly unknown[])[],
  types: readonly ColumnType[],
  options: unknown,
  /** The rows' origins, in the same order; only some reducers ask. */
  origins: () => readonly RowOrigin[],
) => unknown;

/** Every reducer the oracle knows; test/conformance/reducers.test.ts fails where the engine knows one more. */
export const reducerOracles = {
  any: (rows, types, _options, origins) => any(rows, origins(), types),
  argMax: (rows, types, _options, origins) => argMax(rows, origins(), types),
  argMin: (rows, types, _options, origins) => argMin(rows, origins(), types),
  array: (rows, types, options, origins) => array(rows, options, origins(), types),
  avg,
  count,
  countDistinct,
  countDistinctApproximate,
  custom: (rows, types, options, origins) => custom(rows, options, origins(), types),
  earliest: (rows, types, _options, origins) => earliest(rows, origins(), types),
  first: (rows, types, _options, origins) => first(rows, origins(), types),
  last: (rows, types, _options, origins) => last(rows, origins(), types),
  latest: (rows, types, _options, origins) => latest(rows, origins(), types),
  max,
  median,
  min,
  mode,
  quantile: (rows, types, options) => quantile(rows, types, (options as { p: number }).p),
  sortedTuple: (rows, _types, options) => sortedTuple(rows, options),
  statefulMany: (rows, _types, options) => statefulMany(rows, options),
  statefulSingle: (rows, types, options, origins) => statefulSingle(rows, options, origins(), types),
  stddev: (rows, _types, options) => stddev(rows, options),
  sum: (rows, [type]) => sum(rows, type?.name === "int"),
  topK: (rows, types, options, origins) => topK(rows, options, origins(), types),
  tuple: (rows, types, options, origins) => tuple(rows, options, origins(), types),
  unique,
  variance: (rows, _types, options) => variance(rows, options),
} as const satisfies Record<string, ReducerOracle>;
