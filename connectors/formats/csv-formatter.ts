import { assert } from "../../lib/base/assert.ts";
import type { Batch } from "../../lib/data/batch.ts";
import { pointerText } from "../../lib/data/cell.ts";
import { type Column, NULL, type TextColumn, VALUE } from "../../lib/data/column.ts";
import type { Columns } from "../../lib/data/schema.ts";
import type { TypeName } from "../../lib/data/type.ts";
import { stableJson } from "../../lib/data/value.ts";
import type { ByteSink, Formatter } from "../../lib/io/formatter.ts";
import { writeCsvText } from "../../lib/kernels/csv-write.ts";
import { ISO_DATETIME_BYTES_MAX, writeIsoDatetime } from "../../lib/kernels/iso-datetime.ts";
import { NUMBER_BYTES_MAX, writeAscii, writeInteger, writeNumber } from "../../lib/kernels/number-write.ts";
import { encodable } from "./json-formatter.ts";
import { refuseReserved } from "./reserved-columns.ts";

const COMMA = 44;
/** Room for any cell but texts and bytes. */
const CELL_BYTES = Math.max(NUMBER_BYTES_MAX, ISO_DATETIME_BYTES_MAX, 36) + 2;

/**
 * Writes a line of csv a record, without its break: the columns in the table's order, then `diff` and `time`, as the
 * header names them. Cells are encoded as design.md, section 2, "Output" says and quoted as RFC 4180 says; null is the
 * empty cell, the empty text `""`. Throws TP_COLUMN_RESERVED for columns called `diff` or `time`.
 */
export class CsvFormatter implements Formatter {
  readonly #columns: Columns;

  constructor(columns: Columns) {
    refuseReserved(columns);
    this.#columns = columns;
  }

  writeHeader(out: ByteSink): void {
    for (const { name } of this.#columns) {
      writeText(name, out);
      out.reserve(1);
      out.bytes[out.used++] = COMMA;
    }
    out.reserve(CELL_BYTES);
    out.used = writeAscii(out.bytes, out.used, "diff,time");
  }

  formatInto(batch: Batch, row: number, diff: number, out: ByteSink): void {
    const columns = this.#columns;
    for (let i = 0; i < columns.length; i++) {
      writeCell(batch.columns[i], columns[i].type.name, row, out);
      out.reserve(1);
      out.bytes[out.used++] = COMMA;
    }
    out.reserve(2 * NUMBER_BYTES_MAX);
    out.used = writeInteger(out.bytes, out.used, diff);
    out.bytes[out.used++] = COMMA;
    out.used = writeInteger(out.bytes, out.used, batch.time);
  }
}

function writeCell(column: Column, type: TypeName, row: number, out: ByteSink): void {
  const tag = column.tags === null ? VALUE : column.tags[row];
  if (tag !== VALUE) {
    assert(tag === NULL, "a failed cell reached an output");
    return;
  }
  out.reserve(CELL_BYTES);
  if (column.layout === "number") writeNumberCell(column.values[row], type, out);
  else if (column.layout === "text") writeTextCell(column, type, row, out);
  else writeDynamic(column.values[row], out);
}

function writeNumberCell(value: number, type: TypeName, out: ByteSink): void {
  if (type === "bool") out.used = writeAscii(out.bytes, out.used, value === 0 ? "false" : "true");
  else if (!Number.isFinite(value)) out.used = writeAscii(out.bytes, out.used, String(value));
  else if (type === "datetime") out.used = writeIsoDatetime(out.bytes, out.used, value);
  else out.used = writeNumber(out.bytes, out.used, value);
}

function writeTextCell(
  { bytes, starts, ends }: TextColumn,
  type: TypeName,
  row: number,
  out: ByteSink,
): void {
  const start = starts[row];
  const end = ends[row];
  if (type === "pointer") out.used = writeAscii(out.bytes, out.used, pointerText(bytes, start));
  else if (type === "bytes") writeText(Buffer.from(bytes.subarray(start, end)).toString("base64"), out);
  else {
    out.reserve(2 * (end - start) + 2);
    out.used = writeCsvText(out.bytes, out.used, bytes, start, end);
  }
}

/** bigint and any: a text as it is, everything else as JSON. */
function writeDynamic(value: unknown, out: ByteSink): void {
  const plain = encodable(value, 0);
  writeText(typeof plain === "string" ? plain : stableJson(plain), out);
}

function writeText(text: string, out: ByteSink): void {
  const bytes = Buffer.from(text);
  out.reserve(2 * bytes.length + 2);
  out.used = writeCsvText(out.bytes, out.used, bytes, 0, bytes.length);
}
