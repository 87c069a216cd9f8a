/**
 * Growth of typed arrays: doubling, so that n appends cost O(n) copies. Contents are kept; the rest is zero.
 * The old array stays valid for whoever still holds it.
 */
type Numeric = Float64Array | Uint32Array | Int32Array | Uint8Array;

export function grown<T extends Numeric>(array: T, needed: number): T {
  if (needed <= array.length) return array;
  const Type = array.constructor as new (length: number) => T;
  const bigger = new Type(Math.max(needed, array.length * 2, 16));
  bigger.set(array);
  return bigger;
}
