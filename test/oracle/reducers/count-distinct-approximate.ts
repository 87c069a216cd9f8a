import type { ColumnType } from "../../../lib/data/type.ts";
import { EngineKeys } from "../../fuzz/engine-key.ts";
import { groupKey } from "../table.ts";
import { ERROR } from "../value.ts";

/**
 * HyperLogLog over the set of values that did not fail, with O. Ertl's estimator written as its sums (arXiv:1702.01284,
 * equations 5 to 8). Only the hash of a value is the engine's: it is part of the checkpoint format.
 */
export function countDistinctApproximate(
  rows: readonly (readonly unknown[])[],
  [type]: readonly ColumnType[],
  options: unknown,
): unknown {
  const { precision } = options as { precision: number };
  const keys = new EngineKeys();
  const highest = new Map<number, number>();
  for (const [value] of rows) {
    if (value === ERROR) continue;
    const words = keys.wordsOf(groupKey([value], [type as ColumnType]));
    const register = Math.floor((words[0] as number) / 2 ** (32 - precision));
    const rank = 33 - (words[3] === 0 ? 0 : (words[3] as number).toString(2).length);
    highest.set(register, Math.max(rank, highest.get(register) ?? 0));
  }
  return Math.round(estimate([...highest.values()], 2 ** precision));
}

const ranksMax = 33;

function estimate(ranks: readonly number[], registers: number): number {
  const share = (rank: number): number => ranks.filter((other) => other === rank).length / registers;
  let denominator = sigma(1 - ranks.length / registers);
  for (let rank = 1; rank < ranksMax; rank++) denominator += share(rank) * 2 ** -rank;
  denominator += tau(1 - share(ranksMax)) * 2 ** -(ranksMax - 1);
  return registers / (2 * Math.LN2 * denominator);
}

function sigma(x: number): number {
  if (x === 1) return Number.POSITIVE_INFINITY;
  let sum = x;
  for (let k = 1; k < 60; k++) sum += x ** (2 ** k) * 2 ** (k - 1);
  return sum;
}

function tau(x: number): number {
  if (x === 0 || x === 1) return 0;
  let sum = 1 - x;
  for (let k = 1; k < 60; k++) sum -= (1 - x ** (2 ** -k)) ** 2 * 2 ** -k;
  return sum / 3;
}
