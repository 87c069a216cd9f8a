/**
 * From a reader's numbering of partitions to the source's: `out[i] = slots[toppars[i]]` for n messages, noting the
 * offset after each message in `positions[slot]`. Messages of a partition come in order.
 */
export function placeMessages(
  toppars: Int32Array,
  slots: Int32Array,
  offsets: Float64Array,
  positions: Float64Array,
  out: Int32Array,
  n: number,
): void {
  for (let i = 0; i < n; i++) {
    const slot = slots[toppars[i]];
    out[i] = slot;
    positions[slot] = offsets[i] + 1;
  }
}

/** `out[i] = 1` where `flags[i]` has `bit`, else 0; whether any of the n has it. */
export function takeFlag(flags: Uint8Array, bit: number, out: Uint8Array, n: number): boolean {
  let any = 0;
  for (let i = 0; i < n; i++) {
    const has = (flags[i] & bit) === 0 ? 0 : 1;
    out[i] = has;
    any |= has;
  }
  return any !== 0;
}

/** Adds to `sizes[partition]` the payload bytes of each of n messages, and `overhead` for the message itself. */
export function addSizes(
  partitions: Int32Array,
  ends: Uint32Array,
  overhead: number,
  sizes: Float64Array,
  n: number,
): void {
  let start = 0;
  for (let i = 0; i < n; i++) {
    sizes[partitions[i]] += ends[i] - start + overhead;
    start = ends[i];
  }
}
