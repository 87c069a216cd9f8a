import { assert } from "../../lib/base/assert.ts";
import type { Batch } from "../../lib/data/batch.ts";
import { pointerText } from "../../lib/data/cell.ts";
import { type Column, NULL, type TextColumn, VALUE } from "../../lib/data/column.ts";
import type { Columns } from "../../lib/data/schema.ts";
import type { TypeName } from "../../lib/data/type.ts";
import { stableJson } from "../../lib/data/value.ts";
import type { ByteSink, Formatter, RecordOptions } from "../../lib/io/formatter.ts";
import { writeCsvText } from "../../lib/kernels/csv-write.ts";
import { ISO_DATETIME_BYTES_MAX } from "../../lib/kernels/iso-datetime.ts";
import { NUMBER_BYTES_MAX, writeAscii, writeInteger } from "../../lib/kernels/number-write.ts";
import { writeNumberText } from "./cell-text.ts";
import { encodable, writeRowKey } from "./json-formatter.ts";
import { refuseReserved } from "./reserved-columns.ts";

const COMMA = 44;
/** Room for any cell but texts and bytes. */
const CELL_BYTES = Math.max(NUMBER_BYTES_MAX, ISO_DATETIME_BYTES_MAX, 36) + 2;

/**
 * Writes a line of csv a record, without its break: the columns in the table's order, then `key` where the row's key is
 * written, then `diff` and `time`, as the header names them. Cells are encoded as docs/output.md says and quoted as
 * RFC 4180 says; null is the empty cell, the empty text `""`. Throws TP_COLUMN_RESERVED as JsonFormatter does.
 */
export class CsvFormatter implements Formatter {
  readonly #columns: Columns;
  readonly #positions: readonly number[];
  readonly #changes: boolean;
  readonly #includeKey: boolean;

  constructor(columns: Columns, options: RecordOptions = {}) {
    refuseReserved(columns, options);
    this.#columns = columns;
    this.#positions = options.positions ?? columns.map((_, i) => i);
    this.#changes = options.changes ?? true;
    this.#includeKey = options.includeKey ?? false;
  }

  writeHeader(out: ByteSink): void {
    this.#columns.forEach(({ name }, i) => {
      if (i > 0) comma(out);
      writeText(name, out);
    });
    out.reserve(CELL_BYTES);
    if (this.#includeKey) out.used = writeAscii(out.bytes, out.used, ",key");
    if (this.#changes) out.used = writeAscii(out.bytes, out.used, ",diff,time");
  }

  formatInto(batch: Batch, row: number, diff: number, out: ByteSink): void {
    const columns = this.#columns;
    for (let i = 0; i < columns.length; i++) {
      if (i > 0) comma(out);
      writeCell(batch.columns[this.#positions[i]], columns[i].type.name, row, out);
    }
    if (this.#includeKey) {
      comma(out);
      const start = out.used;
      writeRowKey(batch, row, out);
      // The quotes are JSON's.
      out.bytes.copyWithin(start, start + 1, out.used - 1);
      out.used -= 2;
    }
    if (!this.#changes) return;
    out.reserve(2 * NUMBER_BYTES_MAX);
    out.bytes[out.used++] = COMMA;
    out.used = writeInteger(out.bytes, out.used, diff);
    out.bytes[out.used++] = COMMA;
    out.used = writeInteger(out.bytes, out.used, batch.time);
  }
}

function comma(out: ByteSink): void {
  out.reserve(1);
  out.bytes[out.used++] = COMMA;
}

function writeCell(column: Column, type: TypeName, row: number, out: ByteSink): void {
  const tag = column.tags === null ? VALUE : column.tags[row];
  if (tag !== VALUE) {
    assert(tag === NULL, "a failed cell reached an output");
    return;
  }
  out.reserve(CELL_BYTES);
  if (column.layout === "number") writeNumberText(column.values[row], type, out);
  else if (column.layout === "text") writeTextCell(column, type, row, out);
  else writeDynamic(column.values[row], out);
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
