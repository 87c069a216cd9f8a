/**
 * Squares without an error: x² = product + error (T. J. Dekker, Numer. Math. 18, 1971, with Veltkamp's splitting).
 * Within [SQUARE_LOW, SQUARE_HIGH) neither the product nor the error leaves the range of doubles.
 */
const SQUARE_LOW = 2 ** -480;
export const SQUARE_HIGH = 2 ** 480;

const SPLIT = 2 ** 27 + 1;
const SKIPPED = 1;

/**
 * Writes product and error of each value that is 0 or within the range; other rows get `skipped[i] = 1`, as do those
 * whose tag is not VALUE. Returns how many values were skipped for their size.
 */
export function squareExact(
  values: Float64Array,
  tags: Uint8Array | null,
  n: number,
  products: Float64Array,
  errors: Float64Array,
  skipped: Uint8Array,
): number {
  let outside = 0;
  for (let i = 0; i < n; i++) {
    if (tags !== null && tags[i] !== 0) {
      skipped[i] = SKIPPED;
      continue;
    }
    const value = values[i];
    const size = Math.abs(value);
    if (size !== 0 && !(size >= SQUARE_LOW && size < SQUARE_HIGH)) {
      skipped[i] = SKIPPED;
      outside++;
      continue;
    }
    const split = SPLIT * value;
    const high = split - (split - value);
    const low = value - high;
    const product = value * value;
    products[i] = product;
    errors[i] = low * low - (product - high * high - 2 * (high * low));
  }
  return outside;
}
