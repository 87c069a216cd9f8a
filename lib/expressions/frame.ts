import type { SourceSite } from "../base/source-site.ts";
import { ABSENT, type Column } from "../data/column.ts";
import { concatColumns, gatherColumn } from "../data/rows.ts";
import type { ExpressionNode } from "./node.ts";

/** The rows over which an expression is evaluated. Borrowed, like the batch that it is made from. */
export interface Frame {
  readonly length: number;
  /** By input, then by position. */
  readonly columns: readonly (readonly Column[])[];
  /** The rows' keys as a pointer column, made when somebody asks. */
  keys(): Column;
  /**
   * Told once of each cell that newly fails: the row of the batch, the line of the script, what happened, and what a
   * function of the script threw (else undefined). May throw, which ends the evaluation.
   */
  failed(row: number, site: SourceSite | null, detail: string, cause: unknown): void;
  /** Columns already computed over these rows, for parts that stand in several places. Internal. */
  readonly results?: Map<ExpressionNode, Column>;
}

/** Computes a column of `frame.length` cells. */
export type Compute = (frame: Frame) => Column;

/** The same rows, with results to be remembered. */
export function wholeFrame(frame: Frame): Frame {
  return {
    length: frame.length,
    columns: frame.columns,
    keys: () => frame.keys(),
    failed: (row, site, detail, cause) => frame.failed(row, site, detail, cause),
    results: new Map(),
  };
}

/** The rows `rows[0, n)` of a frame with the columns that `reads` names; failures are reported under the old rows. */
export function subFrame(
  frame: Frame,
  rows: Uint32Array,
  n: number,
  reads: readonly ReadonlySet<number>[],
): Frame {
  const columns = frame.columns.map((input, i) => {
    const picked: Column[] = new Array(input.length).fill(ABSENT);
    for (const position of reads[i] ?? []) picked[position] = gatherColumn(input[position], rows, n);
    return picked;
  });
  return {
    length: n,
    columns,
    keys: () => gatherColumn(frame.keys(), rows, n),
    failed: (row, site, detail, cause) => frame.failed(rows[row], site, detail, cause),
    results: new Map(),
  };
}

/** The same rows; failures are not reported. */
export function silentFrame(frame: Frame): Frame {
  const { length, columns } = frame;
  return { length, columns, keys: () => frame.keys(), failed: () => {}, results: new Map() };
}

/** `column` with the cells of `rows[0, k)` replaced by those of `replacement`, in order. */
export function replaceRows(
  column: Column,
  n: number,
  replacement: Column,
  rows: Uint32Array,
  k: number,
): Column {
  const places = new Uint32Array(n);
  for (let i = 0; i < n; i++) places[i] = i;
  for (let i = 0; i < k; i++) places[rows[i]] = n + i;
  return gatherColumn(concatColumns([column, replacement], [n, k]), places, n);
}
