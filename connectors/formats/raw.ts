import { isUtf8 } from "node:buffer";
import { NULL } from "../../lib/data/column.ts";
import type { TextBuilder } from "../../lib/data/column-builder.ts";
import type { RowBuilder } from "../../lib/data/row-builder.ts";
import type { Columns } from "../../lib/data/schema.ts";
import { formatType } from "../../lib/data/type.ts";
import { TowpathError } from "../../lib/errors.ts";
import type { Formatter, RecordOptions } from "../../lib/io/formatter.ts";
import type { PackedMessages, Parser, Reject } from "../../lib/io/parser.ts";
import type { FormatDefinition } from "./format.ts";
import { encodingDetail, isNull, startOf } from "./message.ts";
import { RawFormatter } from "./raw-formatter.ts";

/**
 * Messages as they are: one column, `bytes`, or `str` where the messages are UTF-8 (a byte order mark is kept; what
 * is not UTF-8 is a bad row). A null payload is null where the column is optional, else a bad row, and null is written
 * as one.
 */
export const raw = {
  name: "raw",
  parser: { create: (columns: Columns): Parser => new RawParser(columns) },
  formatter: {
    create: (columns: Columns, options?: RecordOptions): Formatter => new RawFormatter(columns, options),
  },
} as const satisfies FormatDefinition;

class RawParser implements Parser {
  readonly trimsMarker = false;
  readonly #text: boolean;
  readonly #optional: boolean;

  constructor(columns: Columns) {
    const type = columns[0]?.type;
    if (columns.length !== 1 || (type.name !== "bytes" && type.name !== "str")) {
      const given = columns.map((column) => `${column.name}: ${formatType(column.type)}`).join(", ");
      throw new TowpathError("TP_BAD_SCHEMA", `the format raw fills one column, not (${given})`, {
        hint: 'Give one column of type "bytes" or "str".',
      });
    }
    this.#text = type.name === "str";
    this.#optional = type.optional;
  }

  parseInto(messages: PackedMessages, from: number, to: number, rows: RowBuilder, reject: Reject): void {
    rows.reserve(to - from);
    const builder = rows.columns[0] as TextBuilder | null;
    for (let i = from; i < to; i++) {
      const start = startOf(messages, i);
      const end = messages.ends[i];
      if (isNull(messages, i)) {
        if (!this.#optional) {
          reject(i, "TP_ROW_NULL", "the message has no payload");
          continue;
        }
        builder?.setEmpty(rows.length, NULL);
      } else if (this.#text && !isUtf8(messages.bytes.subarray(start, end))) {
        reject(i, "TP_ROW_BAD_ENCODING", encodingDetail(messages.bytes, start, end));
        continue;
      } else builder?.set(rows.length, messages.bytes, start, end);
      rows.endRow(messages.partitions[i], messages.offsets[i], 0);
    }
  }
}
