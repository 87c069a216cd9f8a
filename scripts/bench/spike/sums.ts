/**
 * Float sums per group, order-free and exact, against plain and compensated ones. Kernels take (state, groups, values,
 * diffs); a value with diff -1 is added negated, so a retraction is the same code.
 *
 * Sources: R. M. Neal, "Fast exact summation using small and large superaccumulators", arXiv:1505.05571 (2015);
 * J. R. Shewchuk, "Adaptive precision floating-point arithmetic", Discrete Comput. Geom. 18 (1997), two-sum and
 * grow-expansion; A. Neumaier, ZAMM 54 (1974).
 */

/** Chunks of 32 bits over the whole double range, 2^-1074 at chunk 0, with head room for carries. */
export const CHUNKS = 68;

const bits = new Float64Array(1);
const words = new Uint32Array(bits.buffer);

/**
 * Adds a finite double to one group's chunks: mantissa << (exponent & 31) falls into three chunks. A chunk is an
 * integer held in a double: 2^21 additions of less than 2^32 stay below 2^53, then `carry` must run.
 */
export function addToChunks(chunks: Float64Array, base: number, value: number): void {
  bits[0] = value;
  const low = words[0];
  const high = words[1];
  let exponent = (high >>> 20) & 0x7ff;
  let top = high & 0xfffff;
  if (exponent === 0) exponent = 1;
  else top |= 0x100000;
  exponent -= 1;
  const shift = exponent & 31;
  const at = base + (exponent >> 5);
  const piece0 = (low << shift) >>> 0;
  const piece1 = ((top << shift) | ((low >>> 1) >>> (31 - shift))) >>> 0;
  const piece2 = (top >>> 1) >>> (31 - shift);
  if (high >>> 31 === 0) {
    chunks[at] += piece0;
    chunks[at + 1] += piece1;
    chunks[at + 2] += piece2;
  } else {
    chunks[at] -= piece0;
    chunks[at + 1] -= piece1;
    chunks[at + 2] -= piece2;
  }
}

/** Makes every chunk but the last a digit in [0, 2^32): the canonical form of the same number. */
export function carry(chunks: Float64Array, base: number): void {
  for (let i = base; i < base + CHUNKS - 1; i++) {
    const over = Math.floor(chunks[i] / 4294967296);
    chunks[i] -= over * 4294967296;
    chunks[i + 1] += over;
  }
}

/** Rounds one group's chunks to the nearest double, ties to even. */
export function roundChunks(chunks: Float64Array, base: number): number {
  const digits = chunks.slice(base, base + CHUNKS);
  carry(digits, 0);
  const negative = digits[CHUNKS - 1] < 0;
  if (negative) {
    for (let i = 0; i < CHUNKS; i++) digits[i] = -digits[i];
    carry(digits, 0);
  }
  let top = CHUNKS - 1;
  while (top >= 0 && digits[top] === 0) top--;
  if (top < 0) return 0;
  // Two digits hold 33..64 significant bits, a third makes at least 65; what is below only breaks ties (sticky).
  let sticky = false;
  for (let i = 0; i < top - 2; i++) if (digits[i] !== 0) sticky = true;
  let mantissa = (BigInt(digits[top]) << 64n) | (BigInt(top > 0 ? digits[top - 1] : 0) << 32n);
  mantissa |= BigInt(top > 1 ? digits[top - 2] : 0);
  const scale = 32 * (top - 2) - 1074;
  const result = roundBig(mantissa, sticky, scale);
  return negative ? -result : result;
}

function roundBig(mantissa: bigint, sticky: boolean, scale: number): number {
  const width = mantissa.toString(2).length;
  // Subnormals have fewer bits: the last kept bit is never below 2^-1074.
  const drop = Math.max(width - 53, -1074 - scale);
  if (drop <= 0) return Number(mantissa) * 2 ** scale;
  const shift = BigInt(drop);
  let kept = mantissa >> shift;
  const rest = mantissa - (kept << shift);
  const half = 1n << (shift - 1n);
  if (rest > half || (rest === half && (sticky || (kept & 1n) === 1n))) kept += 1n;
  const exponent = scale + drop;
  return exponent > -1000 ? Number(kept) * 2 ** exponent : Number(kept) * 2 ** (exponent + 200) * 2 ** -200;
}

export function sumPlain(
  state: Float64Array,
  groups: Int32Array,
  values: Float64Array,
  diffs: Int32Array,
  n: number,
): void {
  for (let i = 0; i < n; i++) state[groups[i]] += values[i] * diffs[i];
}

/** Neumaier's compensated sum: two doubles a group, not order-free. */
export function sumNeumaier(
  state: Float64Array,
  groups: Int32Array,
  values: Float64Array,
  diffs: Int32Array,
  n: number,
): void {
  for (let i = 0; i < n; i++) {
    const at = groups[i] * 2;
    const value = values[i] * diffs[i];
    const sum = state[at];
    const next = sum + value;
    state[at] = next;
    state[at + 1] += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
  }
}

/** Neal's small superaccumulator, whole: 68 chunks a group. */
export function sumNeal(
  state: Float64Array,
  groups: Int32Array,
  values: Float64Array,
  diffs: Int32Array,
  n: number,
): void {
  for (let i = 0; i < n; i++) addToChunks(state, groups[i] * CHUNKS, values[i] * diffs[i]);
}

/** Groups that left the two inline components: a superaccumulator each, found by the group. */
export class Spill {
  chunks = new Float64Array(CHUNKS * 16);
  adds = new Int32Array(16);
  count = 0;

  /** Opens a slot holding the given exact parts. */
  open(first: number, second: number, third: number): number {
    if (this.count === this.adds.length) {
      const chunks = new Float64Array(this.chunks.length * 2);
      chunks.set(this.chunks);
      this.chunks = chunks;
      const adds = new Int32Array(this.adds.length * 2);
      adds.set(this.adds);
      this.adds = adds;
    }
    const slot = this.count++;
    this.add(slot, first);
    this.add(slot, second);
    this.add(slot, third);
    return slot;
  }

  add(slot: number, value: number): void {
    addToChunks(this.chunks, slot * CHUNKS, value);
    if (++this.adds[slot] === 1 << 20) {
      carry(this.chunks, slot * CHUNKS);
      this.adds[slot] = 0;
    }
  }
}

/**
 * Shewchuk expansion of two inline components (large, small): their exact sum is the group's exact sum. Adding a
 * value by three two-sums leaves three components; when the third is zero the group stays inline, else it spills.
 * A spilt group has NaN in `large` and its slot in `small`.
 */
export function sumExpansion(
  state: Float64Array,
  groups: Int32Array,
  values: Float64Array,
  diffs: Int32Array,
  n: number,
  spill: Spill,
  stride = 2,
): void {
  for (let i = 0; i < n; i++) {
    const at = groups[i] * stride;
    const value = values[i] * diffs[i];
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
    if (e3 === 0) {
      state[at] = s2;
      state[at + 1] = low;
    } else addSpilt(state, at, value, spill);
  }
}

function addSpilt(state: Float64Array, at: number, value: number, spill: Spill): void {
  if (Number.isNaN(state[at])) spill.add(state[at + 1], value);
  else {
    state[at + 1] = spill.open(state[at], state[at + 1], value);
    state[at] = Number.NaN;
  }
}

/** Spacing of the bins' units: 2^27, so that a bin takes 2^25 additions before its integer passes 2^53. */
const UNIT_LOW = 2 ** -66;
const ROUND_HIGH = 1.5 * 2 ** 52 * 2 ** -12;
const ROUND_MIDDLE = 1.5 * 2 ** 52 * 2 ** -39;
const ROUND_LOW = 1.5 * 2 ** 52 * UNIT_LOW;
const LIMIT_HIGH = 2 ** 38;

/**
 * A window of a superaccumulator in three doubles: multiples of 2^-12, 2^-39 and 2^-66. Adding and subtracting
 * 1.5·2^52·unit rounds to the unit; a value over the window or with bits below it spills.
 */
export function sumBins(
  state: Float64Array,
  groups: Int32Array,
  values: Float64Array,
  diffs: Int32Array,
  n: number,
  spill: Spill,
): void {
  for (let i = 0; i < n; i++) {
    const at = groups[i] * 3;
    const value = values[i] * diffs[i];
    const high = value + ROUND_HIGH - ROUND_HIGH;
    const rest = value - high;
    const middle = rest + ROUND_MIDDLE - ROUND_MIDDLE;
    const rest2 = rest - middle;
    const low = rest2 + ROUND_LOW - ROUND_LOW;
    if (rest2 === low && value < LIMIT_HIGH && value > -LIMIT_HIGH) {
      state[at] += high;
      state[at + 1] += middle;
      state[at + 2] += low;
    } else spillBins(groups[i], value, spill);
  }
}

/** One spill slot per group, opened on first need: the bins stay, the result is their exact sum with the slot. */
const binSlots = new Map<Spill, Map<number, number>>();
function spillBins(group: number, value: number, spill: Spill): void {
  const slots = binSlots.get(spill) ?? new Map<number, number>();
  binSlots.set(spill, slots);
  const slot = slots.get(group);
  if (slot === undefined) slots.set(group, spill.open(value, 0, 0));
  else spill.add(slot, value);
}
export function binSpillSlot(group: number, spill: Spill): number | undefined {
  return binSlots.get(spill)?.get(group);
}
