/** The headers that a row's columns give its message. */
import type { Batch } from "../../../lib/data/batch.ts";
import { decodeText } from "../../../lib/data/cell.ts";
import { type Column, NULL, type TextColumn } from "../../../lib/data/column.ts";
import type { ColumnType } from "../../../lib/data/type.ts";
import type { ByteSink } from "../../../lib/io/formatter.ts";
import { writeCellText, writeDynamic } from "../../formats/cell-text.ts";
import { closeValue, endNullHeader, openValue, startHeader } from "../produce/message-headers.ts";

/** Appends the headers of a row's message. Throws an Error whose message says what is wrong with a cell. */
export type WriteHeaders = (batch: Batch, row: number, out: ByteSink) => void;

/** A header whose value is a column's. */
export interface HeaderColumn {
  readonly name: string;
  readonly position: number;
  readonly type: ColumnType;
}

/** A header for each column, in order; null is a null value. */
export function headersOfColumns(columns: readonly HeaderColumn[]): WriteHeaders {
  const named = columns.map(({ name, position, type }) => ({ name: Buffer.from(name), position, type }));
  return (batch, row, out) => {
    for (const { name, position, type } of named) {
      startHeader(name, out);
      const start = openValue(out);
      if (writeCellText(batch.columns[position], type.name, row, out)) closeValue(out, start);
      else {
        out.used = start - 4;
        endNullHeader(out);
      }
    }
  };
}

/**
 * The headers that a json column lists: `[{ "name", "value" }, …]`, as in the column `_metadata`, `[[name, value], …]`, or an
 * object of values by name. null has none.
 */
export function headersOfJson(position: number): WriteHeaders {
  return (batch, row, out) => {
    for (const [name, value] of listed(cellOf(batch.columns[position], row))) {
      startHeader(Buffer.from(name), out);
      const start = openValue(out);
      if (writeDynamic(value, out)) closeValue(out, start);
      else {
        out.used = start - 4;
        endNullHeader(out);
      }
    }
  };
}

function cellOf(column: Column, row: number): unknown {
  if (column.tags !== null && column.tags[row] === NULL) return null;
  if (column.layout === "value") return column.values[row];
  const { bytes, starts, ends } = column as TextColumn;
  return JSON.parse(decodeText(bytes, starts[row], ends[row]));
}

function listed(given: unknown): (readonly [string, unknown])[] {
  if (given === null || given === undefined) return [];
  if (typeof given !== "object")
    throw new Error(`its headers are ${typeof given}, not an array or an object`);
  if (!Array.isArray(given)) return Object.entries(given);
  return given.map((header: unknown) => {
    if (Array.isArray(header) && header.length === 2 && typeof header[0] === "string") {
      return [header[0], header[1]] as const;
    }
    const { name, value } = (header ?? {}) as { readonly name?: unknown; readonly value?: unknown };
    if (typeof name !== "string") throw new Error("one of its headers has no name that is a text");
    return [name, value] as const;
  });
}
