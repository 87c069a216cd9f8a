/** Picks cells by row number: out[i] = from[rows[i]]. */
export function gatherNumbers(from: Float64Array, rows: Uint32Array, n: number, out: Float64Array): void {
  for (let i = 0; i < n; i++) out[i] = from[rows[i]];
}

export function gatherUints(from: Uint32Array, rows: Uint32Array, n: number, out: Uint32Array): void {
  for (let i = 0; i < n; i++) out[i] = from[rows[i]];
}

export function gatherInts(from: Int32Array, rows: Uint32Array, n: number, out: Int32Array): void {
  for (let i = 0; i < n; i++) out[i] = from[rows[i]];
}

export function gatherTags(from: Uint8Array, rows: Uint32Array, n: number, out: Uint8Array): void {
  for (let i = 0; i < n; i++) out[i] = from[rows[i]];
}

export function gatherValues(from: readonly unknown[], rows: Uint32Array, n: number, out: unknown[]): void {
  for (let i = 0; i < n; i++) out[i] = from[rows[i]];
}

/** Four words a row. */
export function gatherKeys(from: Uint32Array, rows: Uint32Array, n: number, out: Uint32Array): void {
  for (let i = 0; i < n; i++) {
    const source = 4 * rows[i];
    const target = 4 * i;
    out[target] = from[source];
    out[target + 1] = from[source + 1];
    out[target + 2] = from[source + 2];
    out[target + 3] = from[source + 3];
  }
}

/** Row numbers where a bool column is true (a value, not null or failed). Returns their count. */
export function selectTrue(
  values: Float64Array,
  tags: Uint8Array | null,
  n: number,
  out: Uint32Array,
): number {
  let kept = 0;
  for (let i = 0; i < n; i++) {
    out[kept] = i;
    if (values[i] !== 0 && (tags === null || tags[i] === 0)) kept++;
  }
  return kept;
}
