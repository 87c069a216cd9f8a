/** A source of numbers in [0, 1) that a seed determines. */
export type Random = () => number;

/**
 * The generator sfc32 (Chris Doty-Humphrey, PractRand): 128 bits of state, of which `stream` keeps several generators of
 * one seed apart.
 */
export function seededRandom(seed: number, stream: number): Random {
  let a = Math.floor(seed / 2 ** 32) | 0;
  let b = seed | 0;
  let c = stream | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
  // The seed is in all of the state only after some rounds.
  for (let i = 0; i < 15; i++) next();
  return next;
}

/** Standard normal deviates, by Marsaglia's polar method. */
export function normalDeviates(random: Random): () => number {
  let spare: number | null = null;
  return () => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    for (;;) {
      const u = 2 * random() - 1;
      const v = 2 * random() - 1;
      const s = u * u + v * v;
      if (s === 0 || s >= 1) continue;
      const factor = Math.sqrt((-2 * Math.log(s)) / s);
      spare = v * factor;
      return u * factor;
    }
  };
}

/** Positions 0, 1, … with probabilities in proportion to these weights, none of which is negative. */
export function weightedPositions(weights: Float64Array, random: Random): () => number {
  const ends = new Float64Array(weights.length);
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    total += weights[i];
    ends[i] = total;
  }
  return () => {
    const at = random() * total;
    let low = 0;
    let high = ends.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ends[middle] > at) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
