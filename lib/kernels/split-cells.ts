/**
 * Splits cells into their elements' slices. Writes (row, position in the cell, start, end) from 0 on as far as the
 * arrays reach and returns how many elements there are: where that is more, the caller tries again with the room.
 */
import { skipJsonValue } from "./json-skip.ts";

/** Texts by code point. Cells with a tag other than 0 have no elements. */
export function splitTexts(
  bytes: Uint8Array,
  starts: Uint32Array,
  ends: Uint32Array,
  tags: Uint8Array | null,
  n: number,
  outRows: Uint32Array,
  outItems: Uint32Array,
  outStarts: Uint32Array,
  outEnds: Uint32Array,
): number {
  let count = 0;
  for (let row = 0; row < n; row++) {
    if (tags !== null && tags[row] !== 0) continue;
    const end = ends[row];
    for (let at = starts[row], item = 0; at < end; item++, count++) {
      const first = bytes[at];
      const next = at + (first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4);
      outRows[count] = row;
      outItems[count] = item;
      outStarts[count] = at;
      outEnds[count] = next;
      at = next;
    }
  }
  return count;
}

/** Stable JSON texts by the elements of their arrays. Cells without a value, and those that are no array, have none. */
export function splitJsonArrays(
  bytes: Uint8Array,
  starts: Uint32Array,
  ends: Uint32Array,
  tags: Uint8Array | null,
  n: number,
  depthMax: number,
  outRows: Uint32Array,
  outItems: Uint32Array,
  outStarts: Uint32Array,
  outEnds: Uint32Array,
): number {
  let count = 0;
  for (let row = 0; row < n; row++) {
    if ((tags !== null && tags[row] !== 0) || bytes[starts[row]] !== 91) continue;
    const end = ends[row] - 1;
    // Between elements stands one comma: a stable text has no space.
    for (let at = starts[row] + 1, item = 0; at < end; item++, count++) {
      const next = skipJsonValue(bytes, at, end, depthMax);
      if (next < 0) break;
      outRows[count] = row;
      outItems[count] = item;
      outStarts[count] = at;
      outEnds[count] = next;
      at = next + 1;
    }
  }
  return count;
}
