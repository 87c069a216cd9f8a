/*
 * Rounding of columns of doubles. `+ 0` makes -0 a 0, as everywhere in columns.
 */

export function absoluteNumbers(a: Float64Array, n: number, out: Float64Array): void {
  for (let i = 0; i < n; i++) out[i] = Math.abs(a[i]);
}

export function ceilNumbers(a: Float64Array, n: number, out: Float64Array): void {
  for (let i = 0; i < n; i++) out[i] = Math.ceil(a[i]) + 0;
}

/** To the nearest integer, halves to the even one; NaN and the infinities stay. The distance to the floor is exact. */
export function roundNumbers(a: Float64Array, n: number, out: Float64Array): void {
  for (let i = 0; i < n; i++) {
    const floor = Math.floor(a[i]);
    const above = a[i] - floor;
    // Of an infinity the distance is NaN, which is neither.
    const up = above > 0.5 || (above === 0.5 && floor % 2 !== 0);
    out[i] = up ? floor + 1 : floor + 0;
  }
}

/** The greatest multiple of `units[i & mask]` that is not above a[i]; NaN where the unit is not positive. */
export function floorToMultiples(
  a: Float64Array,
  units: Float64Array,
  mask: number,
  n: number,
  out: Float64Array,
): void {
  for (let i = 0; i < n; i++) {
    const unit = units[i & mask];
    // The rest is exact and has the sign of a[i], so a[i] - rest is the multiple next to it towards 0.
    const rest = a[i] % unit;
    const multiple = a[i] - rest;
    out[i] = unit > 0 ? (rest < 0 ? multiple - unit : multiple) + 0 : Number.NaN;
  }
}

/** The nearest multiple of `units[i & mask]`, halves to the greater one; NaN where the unit is not positive. */
export function roundToMultiples(
  a: Float64Array,
  units: Float64Array,
  mask: number,
  n: number,
  out: Float64Array,
): void {
  for (let i = 0; i < n; i++) {
    const unit = units[i & mask];
    const rest = a[i] % unit;
    const multiple = a[i] - rest;
    const nearest = rest >= unit / 2 ? multiple + unit : rest < -unit / 2 ? multiple - unit : multiple;
    out[i] = unit > 0 ? nearest + 0 : Number.NaN;
  }
}

/** The tags with NaN as null; null where there is neither. */
export function tagNaN(values: Float64Array, tags: Uint8Array | null, n: number): Uint8Array | null {
  let result = tags;
  for (let i = 0; i < n; i++) {
    if (values[i] === values[i]) continue;
    if (result === tags) result = tags === null ? new Uint8Array(n) : tags.slice(0, n);
    (result as Uint8Array)[i] = 1;
  }
  return result;
}
