import type { Batch } from "./batch.ts";
import { readCell } from "./cell.ts";
import { type Column, type TextColumn, VALUE } from "./column.ts";
import { putCell } from "./row-object.ts";
import type { ColumnSchema, Columns } from "./schema.ts";
import { TextMemo } from "./text-memo.ts";
import type { Row } from "./value.ts";

/** So many rows are made at once at most: few enough that a large commit does not hold them all. */
export const ROWS_AT_ONCE = 256;

/**
 * Makes the rows of one table as users see them (see `rowObject`), many at a time and column by column, because the
 * cells of one column are read in one way.
 */
export class RowFactory {
  readonly #columns: Columns;
  readonly #readers: readonly CellReader[];

  constructor(columns: Columns) {
    this.#columns = columns;
    this.#readers = columns.map((column) => new CellReader(column));
  }

  /** The rows `rows[from, to)` of a batch, at most ROWS_AT_ONCE. */
  make(batch: Batch, rows: Uint32Array, from: number, to: number): Row[] {
    const results: Record<string, unknown>[] = [];
    for (let i = from; i < to; i++) results.push({});
    for (let i = 0; i < this.#columns.length; i++) {
      const cells = this.#readers[i].read(batch.columns[i], rows, from, to);
      putCells(results, this.#columns[i].name, cells);
    }
    return results;
  }
}

function putCells(rows: Record<string, unknown>[], name: string, cells: ArrayLike<unknown>): void {
  if (name === "__proto__") rows.forEach((row, i) => putCell(row, name, cells[i]));
  else for (let i = 0; i < rows.length; i++) rows[i][name] = cells[i];
}

/** Reads cells of a column into arrays that are used again. */
class CellReader {
  readonly #column: ColumnSchema;
  readonly #numbers = new Float64Array(ROWS_AT_ONCE);
  readonly #values: unknown[] = new Array(ROWS_AT_ONCE).fill(null);
  readonly #texts = new TextMemo();

  constructor(column: ColumnSchema) {
    this.#column = column;
  }

  /** The cells `column[rows[from, to)]`, valid until the next call. */
  read(column: Column, rows: Uint32Array, from: number, to: number): ArrayLike<unknown> {
    const { type } = this.#column;
    if (column.layout === "number" && column.tags === null && type.name !== "bool") {
      const { values } = column;
      const numbers = this.#numbers;
      for (let i = from; i < to; i++) numbers[i - from] = values[rows[i]];
      return numbers;
    }
    const values = this.#values;
    if (column.layout === "text" && type.name === "str" && column.isLasting) {
      this.#readTexts(column, rows, from, to);
    } else for (let i = from; i < to; i++) values[i - from] = readCell(column, type, rows[i]);
    return values;
  }

  #readTexts(column: TextColumn, rows: Uint32Array, from: number, to: number): void {
    const { bytes, starts, ends, tags } = column;
    const { type } = this.#column;
    const texts = this.#texts;
    texts.open(bytes);
    for (let i = from; i < to; i++) {
      const row = rows[i];
      const isValue = tags === null || tags[row] === VALUE;
      this.#values[i - from] = isValue ? texts.read(starts[row], ends[row]) : readCell(column, type, row);
    }
  }
}
