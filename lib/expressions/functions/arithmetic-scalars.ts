import { Failed } from "../../data/coerce.ts";
import { floorDivide, floorMod } from "../../kernels/arithmetic.ts";
import type { Operation } from "./arithmetic-types.ts";
import { kindOf } from "./values.ts";

type Scalar = (...operands: unknown[]) => unknown;

/** A power of more bits than this would stop the engine for seconds. */
const BIGINT_BITS_MAX = 1 << 20;

/** Arithmetic on bigints and on dynamic values, row by row: both numbers, both bigints, or both texts to add. */
export const scalarOperations: Record<Operation, Scalar> = {
  add: scalar(
    "added",
    (a, b) => a + b,
    (a, b) => a + b,
    (a, b) => a + b,
  ),
  sub: scalar(
    "subtracted",
    (a, b) => a - b,
    (a, b) => a - b,
  ),
  mul: scalar(
    "multiplied",
    (a, b) => a * b,
    (a, b) => a * b,
  ),
  div: scalar("divided", (a, b) => (b === 0 ? byZero() : a / b)),
  floorDiv: scalar(
    "divided",
    (a, b) => (b === 0 ? byZero() : floorDivide(a, b)),
    (a, b) => (b === 0n ? byZero() : (a - floorModBig(a, b)) / b),
  ),
  mod: scalar(
    "divided",
    (a, b) => (b === 0 ? byZero() : floorMod(a, b)),
    (a, b) => (b === 0n ? byZero() : floorModBig(a, b)),
  ),
  pow: scalar("raised", (a, b) => a ** b, powerOfBig),
};

/** -x of a number or a bigint. */
export function scalarNegation(value: unknown): unknown {
  if (typeof value === "number") return 0 - value;
  return typeof value === "bigint" ? -value : new Failed(`${kindOf(value)} has no negative`);
}

function scalar(
  done: string,
  numbers: (a: number, b: number) => number | Failed,
  bigints?: (a: bigint, b: bigint) => bigint | Failed,
  texts?: (a: string, b: string) => string,
): Scalar {
  return (a: unknown, b: unknown) => {
    if (typeof a === "number" && typeof b === "number") {
      const result = numbers(a, b);
      return typeof result === "number" ? result + 0 : result;
    }
    if (typeof a === "bigint" && typeof b === "bigint" && bigints !== undefined) return bigints(a, b);
    if (typeof a === "string" && typeof b === "string" && texts !== undefined) return texts(a, b);
    return new Failed(`${kindOf(a)} and ${kindOf(b)} cannot be ${done}`);
  };
}

function byZero(): Failed {
  return new Failed("division by zero");
}

function floorModBig(a: bigint, b: bigint): bigint {
  const rest = a % b;
  return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest;
}

function powerOfBig(a: bigint, b: bigint): bigint | Failed {
  if (b < 0n) return new Failed("a bigint to a negative exponent");
  if (a === 0n || a === 1n) return b === 0n ? 1n : a;
  if (a === -1n) return b % 2n === 0n ? 1n : a;
  const bits = BigInt(a.toString(16).length * 4) * b;
  return bits > BIGINT_BITS_MAX ? new Failed("bigint overflow: a power of more than 1,000,000 bits") : a ** b;
}
