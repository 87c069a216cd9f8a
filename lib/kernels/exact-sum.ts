/**
 * Exact, order-free sums by group: a Shewchuk expansion of two components (J. R. Shewchuk, Discrete Comput. Geom. 18,
 * 1997, two-sum and grow-expansion). `state[2g] + state[2g + 1]`, taken exactly, is the group's exact sum, so its one
 * rounded addition is the correctly rounded answer.
 *
 * Three two-sums add a value and leave three components; while the third is 0 the group stays inline. A group whose
 * sum needs more (or overflows) is SPILT: `state[2g]` is NaN and the rest is the caller's (lib/trace/exact-sums.ts).
 * docs/decisions/0003-exact-float-sums.md has the alternatives and figures.
 *
 * Adds `values[i]` with weight +1 or -1 to group `slots[i]`, for rows [from, n) whose tag is VALUE. Returns the first
 * row that it could not add (a spilt group, a value that is not finite, another weight), or n.
 */
export function addExact(
  state: Float64Array,
  slots: Int32Array,
  values: Float64Array,
  tags: Uint8Array | null,
  diffs: Int32Array | null,
  from: number,
  n: number,
): number {
  for (let i = from; i < n; i++) {
    if (tags !== null && tags[i] !== 0) continue;
    const diff = diffs === null ? 1 : diffs[i];
    if (diff !== 1 && diff !== -1) return i;
    const at = slots[i] * 2;
    const value = diff === 1 ? values[i] : -values[i];
    const large = state[at];
    const small = state[at + 1];
    const s1 = small + value;
    const v1 = s1 - small;
    const e1 = small - (s1 - v1) + (value - v1);
    const s2 = large + s1;
    const v2 = s2 - large;
    const e2 = large - (s2 - v2) + (s1 - v2);
    const low = e2 + e1;
    const v3 = low - e2;
    const e3 = e2 - (low - v3) + (e1 - v3);
    // False for NaN too: a value that is not finite, an overflow, a spilt group.
    if (e3 !== 0) return i;
    state[at] = s2;
    state[at + 1] = low;
  }
  return n;
}

/** The rounded sums of groups; NaN for spilt ones. */
export function roundExact(state: Float64Array, slots: Uint32Array, n: number, out: Float64Array): void {
  for (let i = 0; i < n; i++) out[i] = state[2 * slots[i]] + state[2 * slots[i] + 1];
}
