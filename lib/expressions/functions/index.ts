import { add, div, floorDiv, mod, mul, neg, pow, sub } from "./arithmetic.ts";
import { cast } from "./cast.ts";
import { eq, ge, gt, le, lt, ne } from "./comparison.ts";
import { fillError, ifElse } from "./conditional.ts";
import { get, makeTuple } from "./elements.ts";
import type { FunctionDefinition } from "./function-definition.ts";
import { and, not, or, xor } from "./logic.ts";
import { coalesce, isNotNull, isNull, require, unwrap } from "./nulls.ts";
import * as numbers from "./numbers.ts";
import { pointerFrom } from "./pointer-from.ts";
import { strftime } from "./strftime.ts";
import { strptime } from "./strptime.ts";
import { lower, swapcase, title, upper } from "./text-case.ts";
import { replace, split } from "./text-changes.ts";
import { count, endsWith, find, len, rfind, startsWith } from "./text-measures.ts";
import { boolOfText, floatOfText, intOfText } from "./text-parsing.ts";
import { removePrefix, removeSuffix, reverse, slice, strip } from "./text-parts.ts";
import * as times from "./time-parts.ts";
import { toNaiveInTimezone, toUtc } from "./time-zones.ts";
import { toStr } from "./to-str.ts";

/**
 * Every function of expressions, by the name that `CallNode.name` holds: as it is called, with its
 * namespace. A new function is a line here.
 */
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
  get,
  gt,
  ifElse,
  isNotNull,
  isNull,
  le,
  lt,
  makeTuple,
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
  "dt.day": times.day,
  "dt.days": times.days,
  "dt.floor": times.floor,
  "dt.fromTimestamp": times.fromTimestamp,
  "dt.hour": times.hour,
  "dt.hours": times.hours,
  "dt.millisecond": times.millisecond,
  "dt.milliseconds": times.milliseconds,
  "dt.minute": times.minute,
  "dt.minutes": times.minutes,
  "dt.month": times.month,
  "dt.round": times.round,
  "dt.second": times.second,
  "dt.seconds": times.seconds,
  "dt.strftime": strftime,
  "dt.strptime": strptime,
  "dt.timestamp": times.timestamp,
  "dt.toNaiveInTimezone": toNaiveInTimezone,
  "dt.toUtc": toUtc,
  "dt.weekday": times.weekday,
  "dt.weeks": times.weeks,
  "dt.year": times.year,
  "num.abs": numbers.abs,
  "num.ceil": numbers.ceil,
  "num.fillNull": numbers.fillNull,
  "num.floor": numbers.floor,
  "num.round": numbers.round,
  "str.count": count,
  "str.endsWith": endsWith,
  "str.find": find,
  "str.len": len,
  "str.lower": lower,
  "str.parseBool": boolOfText,
  "str.parseFloat": floatOfText,
  "str.parseInt": intOfText,
  "str.removePrefix": removePrefix,
  "str.removeSuffix": removeSuffix,
  "str.replace": replace,
  "str.reverse": reverse,
  "str.rfind": rfind,
  "str.slice": slice,
  "str.split": split,
  "str.startsWith": startsWith,
  "str.strip": strip,
  "str.swapcase": swapcase,
  "str.title": title,
  "str.upper": upper,
} as const satisfies Record<string, FunctionDefinition>;

export type FunctionName = keyof typeof functions;
