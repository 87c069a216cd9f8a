import { compareBytes } from "./compare-bytes.ts";

/** The slots among `touched[0, n)` whose group has rows. Returns their count. */
export function selectLive(touched: Uint32Array, n: number, counts: Float64Array, out: Uint32Array): number {
  let live = 0;
  for (let i = 0; i < n; i++) {
    out[live] = touched[i];
    if (counts[touched[i]] > 0) live++;
  }
  return live;
}

/**
 * Lines up the groups that had rows before with those that have rows now. Both lists are subsequences of `touched`.
 * For each group in both, `pairedOld` and `pairedNew` get its positions in the two lists; positions of groups that
 * came or went are written to `appeared` and `vanished`. Returns the number of pairs; the other two counts follow.
 */
export function pairGroups(
  before: Uint32Array,
  beforeCount: number,
  after: Uint32Array,
  afterCount: number,
  touched: Uint32Array,
  n: number,
  pairedOld: Uint32Array,
  pairedNew: Uint32Array,
  appeared: Uint32Array,
  vanished: Uint32Array,
): number {
  let b = 0;
  let a = 0;
  let pairs = 0;
  let came = 0;
  let went = 0;
  for (let i = 0; i < n; i++) {
    const slot = touched[i];
    const was = b < beforeCount && before[b] === slot;
    const is = a < afterCount && after[a] === slot;
    if (was && is) {
      pairedOld[pairs] = b;
      pairedNew[pairs++] = a;
    } else if (was) vanished[went++] = b;
    else if (is) appeared[came++] = a;
    if (was) b++;
    if (is) a++;
  }
  return pairs;
}

/** Sets changed[i] where the two answers of pair i differ; NaN equals NaN. */
export function markChangedNumbers(
  old: Float64Array,
  oldTags: Uint8Array | null,
  oldRows: Uint32Array,
  fresh: Float64Array,
  freshTags: Uint8Array | null,
  freshRows: Uint32Array,
  n: number,
  changed: Uint8Array,
): void {
  for (let i = 0; i < n; i++) {
    const a = old[oldRows[i]];
    const b = fresh[freshRows[i]];
    const tagA = oldTags === null ? 0 : oldTags[oldRows[i]];
    const tagB = freshTags === null ? 0 : freshTags[freshRows[i]];
    if (tagA !== tagB || (a !== b && (a === a || b === b))) changed[i] = 1;
  }
}

/** Appends to `out`, from `at` on, the rows whose pair has changed; returns the new end. */
export function appendChanged(
  rows: Uint32Array,
  changed: Uint8Array,
  n: number,
  out: Uint32Array,
  at: number,
): number {
  let end = at;
  for (let i = 0; i < n; i++) if (changed[i] === 1) out[end++] = rows[i];
  return end;
}

export function markChangedTexts(
  oldBytes: Uint8Array,
  oldStarts: Uint32Array,
  oldEnds: Uint32Array,
  oldTags: Uint8Array | null,
  oldRows: Uint32Array,
  freshBytes: Uint8Array,
  freshStarts: Uint32Array,
  freshEnds: Uint32Array,
  freshTags: Uint8Array | null,
  freshRows: Uint32Array,
  n: number,
  changed: Uint8Array,
): void {
  for (let i = 0; i < n; i++) {
    const a = oldRows[i];
    const b = freshRows[i];
    const tagA = oldTags === null ? 0 : oldTags[a];
    const tagB = freshTags === null ? 0 : freshTags[b];
    const equal =
      tagA === tagB &&
      compareBytes(oldBytes, oldStarts[a], oldEnds[a], freshBytes, freshStarts[b], freshEnds[b]) === 0;
    if (!equal) changed[i] = 1;
  }
}
