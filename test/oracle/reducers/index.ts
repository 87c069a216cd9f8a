import type { ColumnType } from "../../../lib/data/type.ts";
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
import type { RowOrigin } from "./origin.ts";
import { sortedTuple } from "./sorted-tuple.ts";
import { sum } from "./sum.ts";
import { tuple } from "./tuple.ts";
import { unique } from "./unique.ts";

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
  avg,
  count,
  countDistinct,
  earliest: (rows, types, _options, origins) => earliest(rows, origins(), types),
  latest: (rows, types, _options, origins) => latest(rows, origins(), types),
  max,
  min,
  sortedTuple: (rows, _types, options) => sortedTuple(rows, options),
  sum: (rows, [type]) => sum(rows, type?.name === "int"),
  tuple: (rows, types, options, origins) => tuple(rows, options, origins(), types),
  unique,
} as const satisfies Record<string, ReducerOracle>;
