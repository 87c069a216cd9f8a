import { Failed } from "../../../lib/data/coerce.ts";
import { writeCell } from "../../../lib/data/column-builder.ts";
import type { RowBuilder } from "../../../lib/data/row-builder.ts";
import type { Columns } from "../../../lib/data/schema.ts";
import type { PackedMessages } from "../../../lib/io/parser.ts";
import { FRAME_BYTES, frameId } from "../confluent-frame.ts";
import type { KnownSchemas } from "../known-schemas.ts";
import { MessageKeyReader } from "../message-key.ts";
import { readAvroCells } from "./avro-careful.ts";
import { type AvroLayout, layOut } from "./avro-layout.ts";
import type { AvroRecord, AvroType } from "./avro-schema.ts";

/**
 * Reads the key columns of a message without payload from its key: framed Avro, a record with fields of their names
 * or, for one column, its value by itself; else the forms of MessageKeyReader.
 */
export class AvroKeyReader {
  /** Those of the primary key, in its order. */
  readonly #columns: Columns;
  readonly #positions: readonly number[];
  readonly #writers: KnownSchemas<AvroType>;
  readonly #others: MessageKeyReader;
  readonly #layouts = new Map<AvroType, AvroLayout>();

  constructor(columns: Columns, primaryKey: readonly number[], writers: KnownSchemas<AvroType>) {
    this.#columns = primaryKey.map((position) => columns[position]);
    this.#positions = primaryKey;
    this.#writers = writers;
    this.#others = new MessageKeyReader(columns, primaryKey);
  }

  /** Writes the key's columns of the next row, and does not end it; Failed where the key names no row. */
  read(messages: PackedMessages, message: number, rows: RowBuilder): Failed | null {
    const { keys } = messages;
    const start = keys === null || message === 0 ? 0 : keys.ends[message - 1];
    const end = keys === null ? 0 : keys.ends[message];
    const id = keys === null ? -1 : frameId(keys.bytes, start, end);
    if (keys === null || id < 0) return this.#others.read(messages, message, rows);
    const writer = this.#writers.of(id);
    if (writer instanceof Failed) return writer;
    const layout = this.#layoutOf(writer);
    const cells = isWhole(layout)
      ? readAvroCells(layout, keys.bytes, start + FRAME_BYTES, end, () => true)
      : new Failed(`its schema ${id} lacks a column of the primary key`);
    if (cells instanceof Failed)
      return new Failed(
        `the message has no payload, and its key names no row: ${cells.detail}`,
        "TP_ROW_BAD_KEY",
      );
    for (let i = 0; i < cells.length; i++) {
      const builder = rows.columns[this.#positions[i]];
      if (builder !== null && builder !== undefined)
        writeCell(builder, this.#columns[i].type, rows.length, cells[i]);
    }
    return null;
  }

  #layoutOf(writer: AvroType): AvroLayout {
    let layout = this.#layouts.get(writer);
    if (layout === undefined) {
      layout = layOut(keyRecord(writer, this.#columns), null, this.#columns);
      this.#layouts.set(writer, layout);
    }
    return layout;
  }
}

/** A column that a key lacks is not null: the key names no row. */
function isWhole({ columns, fields }: AvroLayout): boolean {
  return columns.every((_, i) => fields.some(({ column }) => column === i));
}

/** A value by itself is the one column's, whatever its schema calls it. */
function keyRecord(writer: AvroType, [column, ...more]: Columns): AvroType {
  if (writer.kind === "record" || more.length > 0) return writer;
  const record: AvroRecord = {
    kind: "record",
    name: "",
    aliases: [],
    fields: [{ name: column.name, aliases: [], type: writer, default: undefined }],
  };
  return record;
}
