import { Failed } from "../../data/coerce.ts";

/**
 * Rounding to a number of decimals (a negative one: to tens, hundreds …), halves to the even digit, of the value that
 * the double has: 2.675 is below its decimal text, so to two decimals it is 2.67. As Python's `round`.
 */

/** More decimals than toFixed has leave a number as it is. */
const DECIMALS_MAX = 100;

export function roundDecimal(value: number, decimals: number): number {
  if (!Number.isFinite(value)) return value;
  if (decimals < 0) return roundToPower(value, -decimals);
  // Doubles from 2^52 on have no fractions.
  if (Math.abs(value) >= 4503599627370496 || decimals > DECIMALS_MAX) return value;
  // toFixed is exact, but takes halves away from zero.
  const text = value.toFixed(decimals);
  return Number(isHalf(value, decimals) ? toEven(text) : text) + 0;
}

/** Whether value · 10^decimals lies in the middle of two integers: value · 2^(decimals + 1) is an odd integer then. */
function isHalf(value: number, decimals: number): boolean {
  return Math.abs(value * 2 ** (decimals + 1)) % 2 === 1;
}

/** Of the two candidates, this is the one further from zero: where its last digit is odd, the other one is even. */
function toEven(text: string): string {
  const last = Number(text.at(-1));
  return last % 2 === 0 ? text : text.slice(0, -1) + (last - 1);
}

/** A double rounded to a multiple of 10^power, as exactly as doubles can say. */
function roundToPower(value: number, power: number): number {
  if (power > 309) return 0;
  const whole = Math.trunc(value);
  // A fraction matters only where the integer part lies in the middle.
  return Number(roundBig(BigInt(whole), 10n ** BigInt(power), Math.sign(value - whole))) + 0;
}

/** A safe integer rounded to a multiple of 10^-decimals; what is then no safe integer fails. */
export function roundInteger(value: number, decimals: number): number | Failed {
  if (decimals >= 0) return value;
  if (decimals < -17) return 0;
  const rounded = Number(roundBig(BigInt(value), 10n ** BigInt(-decimals), 0));
  return Number.isSafeInteger(rounded) ? rounded : new Failed("int overflow");
}

/** The multiple of `unit` nearest to `value`, to which `rest` (-1, 0, 1) adds less than 1; halves to the even one. */
function roundBig(value: bigint, unit: bigint, rest: number): bigint {
  const above = ((value % unit) + unit) % unit;
  const floor = value - above;
  const twice = above * 2n;
  const isHalf = twice === unit;
  const up = isHalf && rest === 0 ? (floor / unit) % 2n !== 0n : isHalf ? rest > 0 : twice > unit;
  return up ? floor + unit : floor;
}
