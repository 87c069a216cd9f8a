/**
 * The careful path of reading Avro: what a message means and what is wrong with it, a value at a time. The scanner
 * (lib/kernels/avro-scan.ts) takes a subset of it, with the same result.
 */
import { Failed } from "../../../lib/data/coerce.ts";
import { writeCell } from "../../../lib/data/column-builder.ts";
import type { RowBuilder } from "../../../lib/data/row-builder.ts";
import type { ColumnType } from "../../../lib/data/type.ts";
import type { PackedMessages } from "../../../lib/io/parser.ts";
import { startAvro } from "../../../lib/kernels/avro-wire.ts";
import { columnName, startOf } from "../message.ts";
import { AvroFault } from "./avro-fault.ts";
import { type AvroLayout, cellOf } from "./avro-layout.ts";
import type { AvroReading } from "./avro-reading.ts";
import { type AvroCursor, readAvroValue, skipAvroValue } from "./avro-value.ts";

/**
 * Appends the row of one message, whose record stands behind its first `skip` bytes; returns what is wrong with it, or
 * null. After an error cells may have been written: the caller takes them back.
 */
export function readAvroMessage(
  layout: AvroLayout,
  messages: PackedMessages,
  message: number,
  skip: number,
  rows: RowBuilder,
): Failed | null {
  const start = startOf(messages, message) + skip;
  const cells = readAvroCells(layout, messages.bytes, start, messages.ends[message], (column) => {
    return rows.columns[column] !== null;
  });
  if (cells instanceof Failed) return cells;
  for (let i = 0; i < cells.length; i++) {
    const builder = rows.columns[i];
    if (builder !== null && builder !== undefined)
      writeCell(builder, layout.columns[i].type, rows.length, cells[i]);
  }
  rows.endRow(messages.partitions[message], messages.offsets[message], 0);
  return null;
}

/** The cells of a record that is `bytes[start, end)`, by column; those that are not needed are undefined. */
export function readAvroCells(
  { fields, columns, fallbacks, failures }: AvroLayout,
  bytes: Uint8Array,
  start: number,
  end: number,
  isNeeded: (column: number) => boolean,
): unknown[] | Failed {
  const cells: unknown[] = fallbacks.map((fallback, i) => (isNeeded(i) ? fallback : undefined));
  const failure = failures.find((failed, i) => failed !== null && isNeeded(i));
  if (failure !== undefined && failure !== null) return failure;
  const cursor: AvroCursor = { bytes, at: start, end };
  startAvro(end - start);
  for (const { column, reading } of fields) {
    const isRead = column >= 0 && isNeeded(column);
    const read = faultless(cursor, start, () => {
      if (isRead) return cellOf(readAvroValue(reading, cursor, 1), columns[column].type);
      skipAvroValue(reading, cursor, 1);
      return null;
    });
    if (read instanceof Failed) {
      const name = isRead ? `${columnName(columns[column].name)}: ` : "";
      return new Failed(`${name}${read.detail}`, read.code);
    }
    if (isRead) cells[column] = read;
  }
  if (cursor.at === end) return cells;
  const left = end - cursor.at;
  return new Failed(
    `${left} ${left === 1 ? "byte is" : "bytes are"} left behind the record`,
    "TP_ROW_BAD_AVRO",
  );
}

/** The cell that `bytes[start, end)`, a whole value, is in a column of a type. */
export function readAvroCell(
  reading: AvroReading,
  bytes: Uint8Array,
  start: number,
  end: number,
  type: ColumnType,
): unknown {
  const cursor: AvroCursor = { bytes, at: start, end };
  const cell = faultless(cursor, start, () => cellOf(readAvroValue(reading, cursor, 1), type));
  return cursor.at === end ? cell : new Failed("a value ends too early", "TP_ROW_BAD_AVRO");
}

function faultless(cursor: AvroCursor, start: number, read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof AvroFault)) throw error;
    return new Failed(
      `${error.detail} (byte ${Math.max(0, error.at - start)} of ${cursor.end - start})`,
      error.code,
    );
  }
}
