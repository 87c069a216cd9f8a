import type { ColumnType } from "../../lib/data/type.ts";
import { castValue, fitted } from "../lib/expressions/reference-casts.ts";
import { texts } from "../lib/expressions/reference-texts.ts";
import { times } from "../lib/expressions/reference-times.ts";
import { unitsOf } from "./exact.ts";
import { ERROR, isEqual, order } from "./value.ts";

/** What a call knows beside its values. */
export interface CallTypes {
  readonly types: readonly ColumnType[];
  readonly result: ColumnType;
  readonly options: unknown;
}

/** A function of values of which none failed. */
export type FunctionOracle = (values: readonly unknown[], call: CallTypes) => unknown;

/** Every function the oracle knows, but for the lazy ones (expression.ts). */
export const functionOracles = {
  add: (values, call) =>
    arithmetic(
      values,
      call,
      (a, b) => a + b,
      (a, b) => a + b,
    ),
  sub: (values, call) =>
    arithmetic(
      values,
      call,
      (a, b) => a - b,
      (a, b) => a - b,
    ),
  mul: (values, call) =>
    arithmetic(
      values,
      call,
      (a, b) => a * b,
      (a, b) => a * b,
    ),
  div: ([a, b]) => (b === 0 ? ERROR : (a as number) / (b as number)),
  floorDiv: (values, call) => divided(values, call, floorQuotient, floatFloorQuotient),
  mod: (values, call) => divided(values, call, (a, b) => a - b * floorQuotient(a, b), floatMod),
  pow: ([a, b], { result }) =>
    result.name === "int" ? intPower(a as number, b as number) : (a as number) ** (b as number),
  neg: ([a]) => (typeof a === "bigint" ? -a : -(a as number)),
  eq: ([a, b]) => isEqual(a, b),
  ne: ([a, b]) => !isEqual(a, b),
  lt: ([a, b]) => compares(a, b) && order(a, b) < 0,
  le: ([a, b]) => compares(a, b) && order(a, b) <= 0,
  gt: ([a, b]) => compares(a, b) && order(a, b) > 0,
  ge: ([a, b]) => compares(a, b) && order(a, b) >= 0,
  and: ([a, b]) => a === true && b === true,
  or: ([a, b]) => a === true || b === true,
  xor: ([a, b]) => a !== b,
  not: ([a]) => a !== true,
  isNull: ([a]) => a === null,
  isNotNull: ([a]) => a !== null,
  cast: ([a], { types: [from], result }) => castValue(a, from as ColumnType, result),
  toStr: ([a]) => (a === null ? null : String(a)),
  "dt.floor": referred("dt.floor"),
  "dt.fromTimestamp": referred("dt.fromTimestamp"),
  "dt.round": referred("dt.round"),
  "dt.strftime": referred("dt.strftime"),
  "dt.strptime": referred("dt.strptime"),
  "dt.timestamp": referred("dt.timestamp"),
  "dt.toNaiveInTimezone": referred("dt.toNaiveInTimezone"),
  "dt.toUtc": referred("dt.toUtc"),
  "dt.year": referred("dt.year"),
  "dt.month": referred("dt.month"),
  "dt.day": referred("dt.day"),
  "dt.hour": referred("dt.hour"),
  "dt.minute": referred("dt.minute"),
  "dt.second": referred("dt.second"),
  "dt.millisecond": referred("dt.millisecond"),
  "dt.weekday": referred("dt.weekday"),
  "dt.days": referred("dt.days"),
  "dt.hours": referred("dt.hours"),
  "dt.minutes": referred("dt.minutes"),
  "dt.seconds": referred("dt.seconds"),
  "dt.milliseconds": referred("dt.milliseconds"),
  "dt.weeks": referred("dt.weeks"),
  "str.endsWith": referred("str.endsWith"),
  "str.find": referred("str.find"),
  "str.len": referred("str.len"),
  "str.lower": referred("str.lower"),
  "str.reverse": referred("str.reverse"),
  "str.startsWith": referred("str.startsWith"),
  "str.strip": referred("str.strip"),
  "str.upper": referred("str.upper"),
} as const satisfies Record<string, FunctionOracle>;

/** As the tests of expressions say it. */
function referred(name: keyof typeof times | keyof typeof texts): FunctionOracle {
  const said: (values: readonly unknown[], node: never) => unknown = { ...times, ...texts }[name];
  return (values, call) => said(values, call as never);
}

/** int in exact integers, so that an overflow is seen; text is joined. */
function arithmetic(
  [a, b]: readonly unknown[],
  { result }: CallTypes,
  exact: (a: bigint, b: bigint) => bigint,
  rounded: (a: number, b: number) => number,
): unknown {
  if (result.name === "str") return `${a}${b}`;
  if (result.name === "bigint") return exact(a as bigint, b as bigint);
  if (result.name === "int") return safe(exact(BigInt(a as number), BigInt(b as number)));
  return fitted(rounded(a as number, b as number), result);
}

function divided(
  [a, b]: readonly unknown[],
  { result }: CallTypes,
  exact: (a: bigint, b: bigint) => bigint,
  rounded: (a: number, b: number) => number,
): unknown {
  if (b === 0 || b === 0n) return ERROR;
  if (result.name === "bigint") return exact(a as bigint, b as bigint);
  if (result.name === "int") return safe(exact(BigInt(a as number), BigInt(b as number)));
  return rounded(a as number, b as number);
}

function safe(value: bigint): unknown {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(value)
    : ERROR;
}

/** Rounded towards minus infinity; BigInt division rounds towards zero. */
function floorQuotient(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

/** The exact quotient, rounded down; where it is no double then, the nearest one. */
function floatFloorQuotient(a: number, b: number): number {
  if (!Number.isFinite(a) || Number.isNaN(b)) return a / b;
  if (!Number.isFinite(b)) return a !== 0 && a < 0 !== b < 0 ? -1 : 0;
  return Number(floorQuotient(unitsOf(a), unitsOf(b)));
}

/** Takes the divisor's sign. */
function floatMod(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

function intPower(a: number, b: number): unknown {
  return b < 0 ? ERROR : safe(BigInt(a) ** BigInt(b));
}

/** NaN is neither below nor above anything. */
function compares(a: unknown, b: unknown): boolean {
  return !Number.isNaN(a) && !Number.isNaN(b);
}
