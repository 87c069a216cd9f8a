import { pointerText } from "../../../lib/data/cell.ts";
import { keysOfValues } from "../../../lib/data/row-key.ts";
import { formatType } from "../../../lib/data/type.ts";
import { ERROR_VALUE as ERROR } from "../../../lib/data/value.ts";
import type { FunctionName } from "../../../lib/expressions/functions/index.ts";
import type { CallNode, ExpressionNode } from "../../../lib/expressions/node.ts";
import { nearestDouble, unitsOf } from "../../oracle/exact.ts";
import { isEqual, order } from "../../oracle/value.ts";
import { cellsOf, ROW_KEY } from "./cells.ts";
import { castValue, fitted, toText } from "./reference-casts.ts";
import { type Strict, texts } from "./reference-texts.ts";
import { elements, numbers, times } from "./reference-times.ts";

/** What an expression is worth for one row, in plain JS. Slow, and as close to the documentation's words as it gets. */
export function reference(node: ExpressionNode, row: readonly unknown[]): unknown {
  switch (node.kind) {
    case "column":
      return row[node.position];
    case "key":
      return ROW_KEY;
    case "literal":
      return node.value;
    case "call":
      return referenceCall(node, row);
    default:
      throw new Error(`no reference for ${node.kind}`);
  }
}

function referenceCall(node: CallNode, row: readonly unknown[]): unknown {
  const at = (i: number) => reference(node.args[i] as ExpressionNode, row);
  const all = () => node.args.map((_, i) => at(i));
  switch (node.name) {
    case "ifElse":
      return at(0) === ERROR ? ERROR : at(0) === true ? at(1) : at(2);
    case "coalesce":
      return all().find((value) => value !== null) ?? null;
    case "num.fillNull":
      return at(0) === null || Number.isNaN(at(0)) ? at(1) : at(0);
    case "fillError":
      return at(0) === ERROR ? at(1) : at(0);
    case "require": {
      const others = all().slice(1);
      return others.includes(ERROR) ? ERROR : others.includes(null) ? null : at(0);
    }
    default: {
      const values = all();
      if (values.includes(ERROR)) return ERROR;
      const name = node.name as Exclude<FunctionName, Lazy>;
      const value = strict[name](values, node);
      // -0 is 0, also for what is computed from it.
      return value === 0 ? 0 : value;
    }
  }
}

type Lazy = "ifElse" | "coalesce" | "fillError" | "require" | "num.fillNull";

const strict: Record<Exclude<FunctionName, Lazy>, Strict> = {
  ...texts,
  ...times,
  ...numbers,
  ...elements,
  pointerFrom: (values, { args }) => {
    const columns = values.map((value, i) => cellsOf(formatType((args[i] as ExpressionNode).type), [value]));
    const words = keysOfValues(
      columns,
      args.map(({ type }) => type),
      1,
    );
    return pointerText(new Uint8Array(words.buffer));
  },
  add: arithmetic(
    (a, b) => a + b,
    (a, b) => a + b,
  ),
  sub: arithmetic(
    (a, b) => a - b,
    (a, b) => a - b,
  ),
  mul: arithmetic(
    (a, b) => a * b,
    (a, b) => a * b,
  ),
  div: arithmetic(
    (a, b) => (b === 0 ? ERROR : a / b),
    () => ERROR,
  ),
  floorDiv: arithmetic(floorQuotient, (a, b) => (b === 0n ? ERROR : floorBig(a, b))),
  mod: arithmetic(
    (a, b) => (b === 0 ? ERROR : a % b !== 0 && a % b < 0 !== b < 0 ? (a % b) + b : a % b),
    (a, b) => (b === 0n ? ERROR : a - b * floorBig(a, b)),
  ),
  pow: arithmetic((a, b) => a ** b, bigPower),
  neg: ([a]) => (typeof a === "bigint" ? -a : typeof a === "number" ? -a : ERROR),
  eq: ([a, b]) => same(a, b),
  ne: ([a, b]) => !same(a, b),
  lt: (values) => ordered(values, (sign) => sign < 0),
  le: (values) => ordered(values, (sign) => sign <= 0),
  gt: (values) => ordered(values, (sign) => sign > 0),
  ge: (values) => ordered(values, (sign) => sign >= 0),
  and: ([a, b]) => a === true && b === true,
  or: ([a, b]) => a === true || b === true,
  xor: ([a, b]) => a !== b,
  not: ([a]) => a === false,
  isNull: ([a]) => a === null,
  isNotNull: ([a]) => a !== null,
  unwrap: ([a]) => (a === null ? ERROR : a),
  cast: ([a], { args, type }) => castValue(a, (args[0] as ExpressionNode).type, type),
  toStr: ([a], { args }) => toText(a, (args[0] as ExpressionNode).type),
};

/** Ints and bigints in exact integers; the rest in doubles. */
function arithmetic(
  doubles: (a: number, b: number) => unknown,
  integers: (a: bigint, b: bigint) => unknown,
): Strict {
  return ([a, b], { name, type, args }) => {
    if (typeof a === "string" && typeof b === "string") return name === "add" ? a + b : ERROR;
    if (typeof a === "bigint" && typeof b === "bigint") return integers(a, b);
    if (typeof a !== "number" || typeof b !== "number") return ERROR;
    // No int but 0, 1 and -1 has such a power, and computing it takes a second.
    if (name === "pow" && type.name === "int" && Math.abs(a) > 1 && b > 53) return ERROR;
    const ints = args.every((arg) => arg.type.name === "int") && type.name === "int";
    const result = ints ? integers(BigInt(a), BigInt(b)) : doubles(a, b);
    return result === ERROR ? ERROR : fitted(Number(result), type);
  };
}

/** Powers that may have more than 2^20 bits are refused. */
function bigPower(a: bigint, b: bigint): unknown {
  if (b < 0n) return ERROR;
  if (a === 0n || a === 1n) return b === 0n ? 1n : a;
  if (a === -1n) return b % 2n === 0n ? 1n : -1n;
  return BigInt(4 * a.toString(16).length) * b > 2n ** 20n ? ERROR : a ** b;
}

function floorBig(a: bigint, b: bigint): bigint {
  return a % b !== 0n && a < 0n !== b < 0n ? a / b - 1n : a / b;
}

function floorQuotient(a: number, b: number): unknown {
  if (b === 0) return ERROR;
  if (!Number.isFinite(a) || Number.isNaN(b)) return a / b;
  if (!Number.isFinite(b)) return a !== 0 && a < 0 !== b < 0 ? -1 : 0;
  const exact = floorBig(unitsOf(a), unitsOf(b));
  // Beyond 2^52 the answer is the double nearest to the quotient itself.
  return Math.abs(a / b) < 2 ** 52 ? Number(exact) : nearestQuotient(a, b);
}

function nearestQuotient(a: number, b: number): number {
  const divisor = unitsOf(b);
  return nearestDouble((divisor < 0n ? -unitsOf(a) : unitsOf(a)) << 1074n, divisor < 0n ? -divisor : divisor);
}

/** Equal by value. Bigints are compared as such: writing out those of a million bits takes seconds. */
export function same(a: unknown, b: unknown): boolean {
  return typeof a === "bigint" && typeof b === "bigint" ? a === b : isEqual(a, b);
}

/** The first pair of elements that is not equal decides, null being below all; else the length. */
function orderedTuples(a: unknown[], b: unknown[], test: (sign: number) => boolean): unknown {
  const isDecisive = (i: number): boolean => !same(a[i] ?? null, b[i] ?? null) || Number.isNaN(a[i]);
  const at = a.slice(0, b.length).findIndex((_, i) => isDecisive(i));
  if (at < 0) return test(a.length - b.length);
  const [x, y] = [a[at] ?? null, b[at] ?? null];
  return x === null || y === null ? test(x === null ? -1 : 1) : ordered([x, y], test);
}

function ordered([a, b]: readonly unknown[], test: (sign: number) => boolean): unknown {
  if (Array.isArray(a) && Array.isArray(b)) return orderedTuples(a, b, test);
  const kind = (value: unknown) => (value instanceof Uint8Array ? "bytes" : typeof value);
  const known = ["number", "string", "bigint", "bytes"];
  if (kind(a) !== kind(b) || !known.includes(kind(a))) return ERROR;
  if (typeof a === "bigint" && typeof b === "bigint") return test(a < b ? -1 : a > b ? 1 : 0);
  return !Number.isNaN(a) && !Number.isNaN(b) && test(order(a, b));
}
