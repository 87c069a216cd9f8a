/**
 * HyperLogLog (P. Flajolet and others, AofA 2007) without its bias tables: registers are summed up as a histogram, from
 * which O. Ertl's improved raw estimator makes the estimate ("New cardinality estimation algorithms for HyperLogLog
 * sketches", arXiv:1702.01284, 2017, algorithm 6). It needs no corrections for small or large numbers.
 */

/** Ranks are 1 to MAX_RANK; 0 is a register that nothing has reached. */
export const MAX_RANK = 33;

/** The register of a value, by one word of its hash. */
export function registerOf(word: number, precision: number): number {
  return word >>> (32 - precision);
}

/** The position of the first 1 in another word, from 1; one more than it has bits where there is none. */
export function rankOf(word: number): number {
  return 1 + Math.clz32(word);
}

/** How many different values have reached `2^precision` registers, of which `histogram[from + rank]` have each rank. */
export function estimateDistinct(histogram: Float64Array, from: number, precision: number): number {
  const registers = 2 ** precision;
  let z = registers * tau(1 - histogram[from + MAX_RANK] / registers);
  for (let rank = MAX_RANK - 1; rank >= 1; rank--) z = 0.5 * (z + histogram[from + rank]);
  z += registers * sigma(histogram[from] / registers);
  return registers ** 2 / (2 * Math.LN2 * z);
}

function sigma(share: number): number {
  if (share === 1) return Number.POSITIVE_INFINITY;
  let x = share;
  let y = 1;
  let z = share;
  for (let before = Number.NaN; z !== before; ) {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  }
  return z;
}

function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let x = share;
  let y = 1;
  let z = 1 - share;
  for (let before = Number.NaN; z !== before; ) {
    x = Math.sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) ** 2 * y;
  }
  return z / 3;
}
