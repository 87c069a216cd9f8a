import { coerce, coerceText, Failed } from "../../data/coerce.ts";
import { type ColumnType, parseType, type TypeName } from "../../data/type.ts";
import type { Compute } from "../frame.ts";
import {
  floatsToInts,
  numbersToBools,
  numbersToDatetimes,
  numbersToDurations,
  sameNumbers,
} from "./cast-numbers.ts";
import { bytesToTexts, sameTexts, textsToNumbers } from "./cast-texts.ts";
import type { Call, FunctionDefinition } from "./function-definition.ts";
import { toStr } from "./to-str.ts";
import { mapValues } from "./values.ts";

/** `value.cast(type)`; options `{ to }`, a type as text. What each conversion does is said at `Expression.cast`. */
export const cast: FunctionDefinition = {
  type: ([from], options) => {
    const to = parseType((options as { to: string }).to);
    if (to === undefined) return "There is no such type.";
    if (conversion(from.name, to.name) === undefined) return hintFor(from.name, to.name);
    return { name: to.name, optional: optionalResult(from, to) };
  },
  compile: (call) => {
    const [{ type: from }] = call.args;
    const convert = conversion(from.name, call.type.name);
    return (convert ?? same)(call);
  },
};

/** Dynamic values become exactly what is said, so that null is checked too; `any` itself takes null. */
function optionalResult(from: ColumnType, to: ColumnType): boolean {
  const dynamic = from.name === "any" || from.name === "json";
  if (dynamic && from.name !== to.name) return to.optional || to.name === "any";
  return to.optional || from.optional;
}

type Conversion = (call: Call) => Compute;

const same: Conversion = ({ args: [operand] }) => operand.compute;
const readText: Conversion = (call) =>
  mapValues(call, (value) => coerceText(value as string, { name: call.type.name, optional: false }));
const checkValue: Conversion = (call) => mapValues(call, (value) => coerce(value, call.type));
const asText: Conversion = (call) => toStr.compile(call);
const keepValue: Conversion = (call) => mapValues(call, (value) => value);

/** By source and target; `json` and `any` to anything are checks, anything to `any` keeps the value. */
const conversions: Partial<Record<TypeName, Partial<Record<TypeName, Conversion>>>> = {
  int: {
    float: sameNumbers,
    bool: numbersToBools,
    str: asText,
    bigint: (call) => mapValues(call, (value) => BigInt(value as number)),
    datetime: numbersToDatetimes,
    duration: sameNumbers,
    json: checkValue,
  },
  float: {
    int: floatsToInts,
    bool: numbersToBools,
    str: asText,
    bigint: (call) => mapValues(call, bigintOf),
    datetime: numbersToDatetimes,
    duration: numbersToDurations,
    json: checkValue,
  },
  bool: { int: sameNumbers, float: sameNumbers, str: asText, json: checkValue },
  str: {
    int: (call) => textsToNumbers(call),
    float: (call) => textsToNumbers(call),
    bool: readText,
    bytes: sameTexts,
    json: readText,
    bigint: readText,
    datetime: readText,
    duration: readText,
    pointer: readText,
  },
  bytes: { str: bytesToTexts },
  bigint: {
    int: (call) => mapValues(call, intOfBig),
    float: (call) => mapValues(call, (value) => Number(value)),
    str: asText,
  },
  datetime: { int: sameNumbers, float: sameNumbers, str: asText },
  duration: { int: floatsToInts, float: sameNumbers, str: asText },
  pointer: { str: asText },
};

function conversion(from: TypeName, to: TypeName): Conversion | undefined {
  if (from === to) return same;
  if (from === "any" || from === "json") return checkValue;
  return to === "any" ? keepValue : conversions[from]?.[to];
}

function bigintOf(value: unknown): bigint | Failed {
  return Number.isFinite(value)
    ? BigInt(Math.trunc(value as number))
    : new Failed(`${value} is not a bigint`);
}

function intOfBig(value: unknown): number | Failed {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : new Failed(`${value} is not within the safe integers`);
}

function hintFor(from: TypeName, to: TypeName): string {
  const targets = [...Object.keys(conversions[from] ?? {}), "any"].join(", ");
  return `There is no way from ${from} to ${to}; from ${from} there is one to ${targets}.`;
}
