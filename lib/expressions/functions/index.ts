import { add, div, floorDiv, mod, mul, neg, pow, sub } from "./arithmetic.ts";
import { cast } from "./cast.ts";
import { eq, ge, gt, le, lt, ne } from "./comparison.ts";
import { fillError, ifElse } from "./conditional.ts";
import type { FunctionDefinition } from "./function-definition.ts";
import { and, not, or, xor } from "./logic.ts";
import { coalesce, isNotNull, isNull, require, unwrap } from "./nulls.ts";
import { pointerFrom } from "./pointer-from.ts";
import { toStr } from "./to-str.ts";

/** Every function of expressions, by the name that `CallNode.name` holds. A new function is a line here. */
export const functions = {
  add,
  and,
  cast,
  coalesce,
  div,
  eq,
  fillError,
  floorDiv,
  ge,
  gt,
  ifElse,
  isNotNull,
  isNull,
  le,
  lt,
  mod,
  mul,
  ne,
  neg,
  not,
  or,
  pointerFrom,
  pow,
  require,
  sub,
  toStr,
  unwrap,
  xor,
} as const satisfies Record<string, FunctionDefinition>;

export type FunctionName = keyof typeof functions;
