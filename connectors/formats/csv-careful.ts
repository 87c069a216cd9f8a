/**
 * The careful path of reading csv: texts to lines to cells. Lines are found here, because a message may mix LF and
 * CRLF; a line with quotes is taken apart by papaparse. The scanner (lib/kernels/csv-scan.ts, which has the grammar)
 * takes a subset of what is taken here, with the same result.
 */
import Papa from "papaparse";
import { coerceText, Failed } from "../../lib/data/coerce.ts";
import { writeCell } from "../../lib/data/column-builder.ts";
import type { RowBuilder } from "../../lib/data/row-builder.ts";
import type { Columns } from "../../lib/data/schema.ts";
import type { PackedMessages } from "../../lib/io/parser.ts";
import { columnName, decodeMessage, encodingDetail, excerpt, startOf } from "./message.ts";

/** How lines are cut into cells. */
export interface CsvDialect {
  readonly delimiter: string;
  readonly quote: string;
}

/**
 * Where a line's cells go: `cells[i]` is the cell of the schema's column i, or -1 where the header lacks it; `width`
 * is the number of cells.
 */
export interface CsvLayout {
  readonly cells: Int32Array;
  readonly width: number;
}

/**
 * Appends the rows of one message, a line each, leaving out its first `skipLines` lines; returns what is wrong with
 * it, or null. After an error some rows may have been appended: the caller takes them back.
 */
export function readCsvMessage(
  columns: Columns,
  fallbacks: readonly unknown[],
  dialect: CsvDialect,
  layout: CsvLayout,
  messages: PackedMessages,
  message: number,
  skipLines: number,
  rows: RowBuilder,
): Failed | null {
  const start = startOf(messages, message);
  const end = messages.ends[message];
  const text = decodeMessage(messages.bytes, start, end);
  if (text === null) return new Failed(encodingDetail(messages.bytes, start, end), "TP_ROW_BAD_ENCODING");
  const lines = linesOf(text, dialect);
  for (let line = skipLines; line < lines.length; line++) {
    const where = lines.length > 1 ? `in line ${line + 1}, ` : "";
    const failed = readLine(columns, fallbacks, dialect, layout, lines[line], rows);
    if (failed !== null) return new Failed(`${where}${failed.detail}`, failed.code);
    rows.endRow(messages.partitions[message], messages.offsets[message], line - skipLines);
  }
  return null;
}

/** Writes the cells of the next row. */
function readLine(
  columns: Columns,
  fallbacks: readonly unknown[],
  dialect: CsvDialect,
  layout: CsvLayout,
  line: string,
  rows: RowBuilder,
): Failed | null {
  const cells = cellsOf(line, dialect);
  if (cells instanceof Failed) return cells;
  const { width } = layout;
  if (cells.length !== width) {
    const count = `${cells.length} ${cells.length === 1 ? "cell" : "cells"}`;
    return new Failed(
      `${count} where ${width} ${width === 1 ? "is" : "are"} expected: ${excerpt(line, 0)}`,
      "TP_ROW_BAD_CSV",
    );
  }
  for (let i = 0; i < columns.length; i++) {
    const builder = rows.columns[i];
    if (builder === null) continue;
    const { name, type } = columns[i];
    const cell = layout.cells[i];
    const value = cell < 0 ? fallbacks[i] : coerceText(cells[cell], type);
    if (value instanceof Failed) return new Failed(`${columnName(name)}: ${value.detail}`, value.code);
    writeCell(builder, type, rows.length, value);
  }
  return null;
}

/** The lines of a message, without their breaks. A break at the end ends the last line rather than beginning one. */
export function linesOf(text: string, dialect: CsvDialect): string[] {
  const lines: string[] = [];
  let at = 0;
  do {
    const end = lineEnd(text, at, dialect);
    const beforeBreak = end > at && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
    lines.push(text.slice(at, beforeBreak));
    at = end + 1;
  } while (at < text.length);
  return lines;
}

/** Where the LF stands that ends the line at `start`, or the end of the text. Breaks inside quotes are text. */
function lineEnd(text: string, start: number, { delimiter, quote }: CsvDialect): number {
  let at = start;
  let cellAt = start;
  for (; at < text.length; at++) {
    const unit = text[at];
    if (unit === "\n") return at;
    if (unit === delimiter) cellAt = at + 1;
    else if (unit === quote && at === cellAt) at = closingQuote(text, at, quote);
  }
  return text.length;
}

/** The quote that closes the one at `start`, or the end of the text. */
function closingQuote(text: string, start: number, quote: string): number {
  let at = text.indexOf(quote, start + 1);
  while (at >= 0 && text[at + 1] === quote) at = text.indexOf(quote, at + 2);
  return at < 0 ? text.length : at;
}

/** The cells of one line, or Failed where its quotes do not close. */
export function cellsOf(line: string, { delimiter, quote }: CsvDialect): readonly string[] | Failed {
  if (!line.includes(quote)) return line.split(delimiter);
  // papaparse drops a byte order mark; the message's own is gone already, so this one would be text.
  const whole = line.charCodeAt(0) === 0xfeff ? `\ufeff${line}` : line;
  const { data, errors } = Papa.parse<string[]>(whole, {
    delimiter,
    quoteChar: quote,
    newline: "\n",
    header: false,
  });
  if (errors.length === 0 && data.length === 1) return data[0];
  const what =
    errors[0]?.code === "MissingQuotes" ? "a quote is never closed" : "text follows a closing quote";
  return new Failed(`${what} in ${excerpt(line, errors[0]?.index ?? 0)}`, "TP_ROW_BAD_CSV");
}
