import { avg } from "./avg.ts";
import { count } from "./count.ts";
import { max } from "./max.ts";
import { min } from "./min.ts";
import type { ReducerDefinition } from "./reducer.ts";
import { sum } from "./sum.ts";

/** Every reducer, one line each. */
export const reducers = { avg, count, max, min, sum } as const satisfies Record<string, ReducerDefinition>;
