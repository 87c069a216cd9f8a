/**
 * The first message in [from, to) whose payload is the commit marker, or `to`.
 * With `trims`, ASCII whitespace around the payload is ignored. A null payload is no marker.
 */
export function findMarker(
  bytes: Uint8Array,
  ends: Uint32Array,
  nulls: Uint8Array | null,
  from: number,
  to: number,
  marker: Uint8Array,
  trims: boolean,
): number {
  const first = marker[0];
  const { length } = marker;
  let start = from === 0 ? 0 : ends[from - 1];
  for (let i = from; i < to; i++) {
    const end = ends[i];
    // Nearly every message is told apart by its first byte, whitespace only where it may be trimmed.
    if (end - start >= length && (bytes[start] === first || (trims && bytes[start] <= 32))) {
      if ((nulls === null || nulls[i] === 0) && isMarker(bytes, start, end, marker, trims)) return i;
    }
    start = end;
  }
  return to;
}

function isMarker(
  bytes: Uint8Array,
  start: number,
  end: number,
  marker: Uint8Array,
  trims: boolean,
): boolean {
  if (trims) {
    while (start < end && isSpace(bytes[start])) start++;
    while (end > start && isSpace(bytes[end - 1])) end--;
  }
  if (end - start !== marker.length) return false;
  for (let i = 0; i < marker.length; i++) if (bytes[start + i] !== marker[i]) return false;
  return true;
}

function isSpace(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}

/** The end of the run of messages of one partition that begins at `from`. */
export function partitionRun(partitions: Int32Array, from: number, to: number): number {
  const partition = partitions[from];
  let i = from + 1;
  while (i < to && partitions[i] === partition) i++;
  return i;
}
