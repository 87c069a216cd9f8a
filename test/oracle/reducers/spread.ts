import { unitsOf } from "../exact.ts";
import { ERROR } from "../value.ts";

/** Σ (x − mean)² in units of 2^-2148 over a divisor, or the answer where there is none. */
export function spreadOf(
  rows: readonly (readonly unknown[])[],
  options: unknown,
): { readonly units: bigint; readonly divisor: bigint } | null | number | symbol {
  const values = rows.map(([value]) => value).filter((value) => value !== ERROR) as number[];
  const isPopulation = (options as { population?: boolean } | null)?.population === true;
  if (values.length === 0) return ERROR;
  if (values.length === 1 && !isPopulation) return null;
  if (values.some((value) => !Number.isFinite(value))) return Number.NaN;
  const n = BigInt(values.length);
  const units = values.map((value) => unitsOf(value));
  const sum = units.reduce((total, value) => total + value, 0n);
  // Distances from the mean times n, so that they are whole.
  const squares = units.reduce((total, value) => total + (n * value - sum) ** 2n, 0n);
  return { units: squares, divisor: n * n * (isPopulation ? n : n - 1n) };
}
