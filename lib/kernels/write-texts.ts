import { writeIsoDatetime } from "./iso-datetime.ts";
import { NUMBER_BYTES_MAX, writeAscii, writeNumber } from "./number-write.ts";

/** Bytes that a number or a datetime may need as text. */
export const TEXT_BYTES_MAX = NUMBER_BYTES_MAX;

/** Writes numbers as JS does, NaN and the infinities too; cells with a tag become empty. */
export function writeNumberTexts(
  values: Float64Array,
  tags: Uint8Array | null,
  n: number,
  out: Uint8Array,
  starts: Uint32Array,
  ends: Uint32Array,
): void {
  let at = 0;
  for (let i = 0; i < n; i++) {
    if (tags !== null && tags[i] !== 0) continue;
    starts[i] = at;
    const value = values[i];
    at = value - value === 0 ? writeNumber(out, at, value) : writeAscii(out, at, String(value));
    ends[i] = at;
  }
}

/** Writes milliseconds since 1970 as ISO 8601; cells with a tag become empty. */
export function writeDatetimeTexts(
  values: Float64Array,
  tags: Uint8Array | null,
  n: number,
  out: Uint8Array,
  starts: Uint32Array,
  ends: Uint32Array,
): void {
  let at = 0;
  for (let i = 0; i < n; i++) {
    if (tags !== null && tags[i] !== 0) continue;
    starts[i] = at;
    at = writeIsoDatetime(out, at, values[i]);
    ends[i] = at;
  }
}

/** Slices for bools over the bytes "truefalse"; cells with a tag become empty. */
export function writeBoolTexts(
  values: Float64Array,
  tags: Uint8Array | null,
  n: number,
  starts: Uint32Array,
  ends: Uint32Array,
): void {
  for (let i = 0; i < n; i++) {
    if (tags !== null && tags[i] !== 0) continue;
    starts[i] = values[i] !== 0 ? 0 : 4;
    ends[i] = values[i] !== 0 ? 4 : 9;
  }
}
