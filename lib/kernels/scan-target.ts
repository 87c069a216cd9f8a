/** Where the scanners of json and csv put cells: needed columns only, by their position among the needed ones. */
export interface ScanTarget {
  /** Needed columns. */
  readonly count: number;
  /** A SCAN_ kind for each. */
  readonly kinds: Uint8Array;
  /** 1 where null is allowed. */
  readonly optional: Uint8Array;
  /** 1 where a row that lacks an optional column has null there. */
  readonly lackable: Uint8Array;
  /** 1 where somebody else fills in a column that a row lacks. */
  readonly filled: Uint8Array;
  /** By column and row; arrays of length 0 where the layout has none. There must be room for the rows scanned. */
  readonly values: Float64Array[];
  readonly starts: Uint32Array[];
  readonly ends: Uint32Array[];
  /** `hashText` of text cells; of length 0 for columns of other kinds. */
  readonly hashes: Uint32Array[];
  /** The slice that holds the last row's cell, for SCAN_RAW columns; NO_SLICE where it is null. */
  readonly rawStarts: Uint32Array;
  readonly rawEnds: Uint32Array;
  /** `seen[column] === stamp` where the last row held the column. */
  readonly seen: Uint32Array;
  stamp: number;
  /** Texts are copied here, from `used` on. There must be room for all bytes scanned, and SCAN_SLACK more. */
  arena: Uint8Array;
  arenaWords: DataView;
  used: number;
  /** The null cells found since the caller set `nullCount` to 0: rows and columns. Room for every cell scanned. */
  nullRows: Uint32Array;
  nullColumns: Uint32Array;
  nullCount: number;
}

/** Texts are copied in words, the last of which may reach beyond the text. */
export const SCAN_SLACK = 4;

/** How a cell is read: as an integer, a double, true or false, text, an instant; or left to the caller as a slice. */
export const SCAN_INT = 0;
export const SCAN_FLOAT = 1;
export const SCAN_BOOL = 2;
export const SCAN_TEXT = 3;
export const SCAN_DATETIME = 4;
export const SCAN_RAW = 5;

/** Stands in `rawStarts` for a null. */
export const NO_SLICE = 0xffffffff;

/** Begins a row: no column has been seen. */
export function startScanRow(target: ScanTarget): number {
  if (target.stamp === 0xffffffff) {
    target.seen.fill(0);
    target.stamp = 0;
  }
  return ++target.stamp;
}

/** Makes a null cell; false where the column does not allow it. */
export function scanNull(target: ScanTarget, column: number, row: number): boolean {
  if (target.optional[column] === 0) return false;
  const kind = target.kinds[column];
  if (kind === SCAN_RAW) {
    target.rawStarts[column] = NO_SLICE;
    return true;
  }
  if (kind === SCAN_TEXT) {
    target.starts[column][row] = 0;
    target.ends[column][row] = 0;
  } else target.values[column][row] = 0;
  const at = target.nullCount++;
  target.nullRows[at] = row;
  target.nullColumns[at] = column;
  return true;
}

/** Ends a row: columns that it lacked become null, or are left to be filled; false where neither is allowed. */
export function finishScanRow(target: ScanTarget, row: number): boolean {
  const { count, seen, stamp, filled, lackable } = target;
  for (let column = 0; column < count; column++) {
    if (seen[column] === stamp || filled[column] !== 0) continue;
    seen[column] = stamp;
    if (lackable[column] === 0 || !scanNull(target, column, row)) return false;
  }
  return true;
}
