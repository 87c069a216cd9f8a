/** out[i] becomes the graver of out[i] and tags[i & mask]: value (0) < null (1) < failed (2). */
export function mergeTags(tags: Uint8Array, mask: number, n: number, out: Uint8Array): void {
  for (let i = 0; i < n; i++) {
    const tag = tags[i & mask];
    if (tag > out[i]) out[i] = tag;
  }
}

/** Puts the 0 that belongs under a cell without a value. */
export function zeroTagged(tags: Uint8Array, n: number, values: Float64Array): void {
  for (let i = 0; i < n; i++) if (tags[i] !== 0) values[i] = 0;
}

/** Row numbers of the cells with this tag. Returns their count. */
export function selectTagged(tags: Uint8Array, tag: number, n: number, out: Uint32Array): number {
  let count = 0;
  for (let i = 0; i < n; i++) if (tags[i] === tag) out[count++] = i;
  return count;
}

/** Gives out[i] the tag `tag` where tags[i] is it. Returns how many were. */
export function markTagged(tags: Uint8Array, tag: number, n: number, out: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < n; i++) {
    if (tags[i] !== tag) continue;
    out[i] = tag;
    count++;
  }
  return count;
}

/** out[i] = 1 where the tag is `tag`, else 0; failed cells (tag 2) are 0. */
export function testTags(tags: Uint8Array, tag: number, n: number, out: Float64Array): void {
  for (let i = 0; i < n; i++) out[i] = tags[i] === tag ? 1 : 0;
}

/**
 * Finishes an equality where cells may lack a value: two nulls are equal, a null and a value are not, and a failed
 * cell makes the result failed. `outTags` starts as all 0; `equal` holds the answers for pairs of values.
 */
export function equalTagged(
  a: Uint8Array,
  aMask: number,
  b: Uint8Array,
  bMask: number,
  n: number,
  equal: Float64Array,
  outTags: Uint8Array,
): void {
  for (let i = 0; i < n; i++) {
    const tagA = a[i & aMask];
    const tagB = b[i & bMask];
    if ((tagA | tagB) === 0) continue;
    outTags[i] = (tagA | tagB) & 2;
    equal[i] = tagA === 1 && tagB === 1 ? 1 : 0;
  }
}
