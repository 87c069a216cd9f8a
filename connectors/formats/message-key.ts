import { coerce, coerceText, Failed, isDeeper } from "../../lib/data/coerce.ts";
import { writeCell } from "../../lib/data/column-builder.ts";
import type { RowBuilder } from "../../lib/data/row-builder.ts";
import type { ColumnSchema, Columns } from "../../lib/data/schema.ts";
import { JSON_DEPTH_MAX } from "../../lib/data/value.ts";
import type { PackedMessages } from "../../lib/io/parser.ts";
import { fromJson, memberText } from "./json-careful.ts";
import { columnName, decodeMessage, excerpt, lossyText } from "./message.ts";

/** A key as it was sent, and what it is as JSON (undefined where it is none). */
interface MessageKey {
  readonly text: string;
  readonly json: unknown;
}

/**
 * Reads the key columns of a message without payload, which ends its key's row, from the message's key: a JSON object
 * of those columns (others are ignored, none may be missing); or for one column a JSON scalar, or its plain text as a
 * csv cell would hold it. What is a JSON scalar of the column's type counts as that, so that the text `"a"` is a, and
 * a text that looks like JSON has to be sent as JSON.
 */
export class MessageKeyReader {
  readonly #columns: Columns;
  readonly #primaryKey: readonly number[];

  constructor(columns: Columns, primaryKey: readonly number[]) {
    this.#columns = columns;
    this.#primaryKey = primaryKey;
  }

  /** Writes the key's columns of the next row, and does not end it; Failed where the key names no row. */
  read({ keys }: PackedMessages, i: number, rows: RowBuilder): Failed | null {
    if (keys === null || (keys.nulls !== null && keys.nulls[i] !== 0)) {
      return bad("there is none");
    }
    const start = i === 0 ? 0 : keys.ends[i - 1];
    const end = keys.ends[i];
    const text = decodeMessage(keys.bytes, start, end);
    if (text === null) return bad(`not UTF-8: ${excerpt(lossyText(keys.bytes, start, end), 0)}`);
    if (isDeeper(text, JSON_DEPTH_MAX)) return bad(`nested deeper than ${JSON_DEPTH_MAX} levels`);
    const key = { text, json: parsed(text) };
    for (const position of this.#primaryKey) {
      const column = this.#columns[position];
      const value = this.#valueOf(column, key);
      if (value instanceof Failed) return bad(`${columnName(column.name)}: ${value.detail}`);
      const builder = rows.columns[position];
      if (builder !== null) writeCell(builder, column.type, rows.length, value);
    }
    return null;
  }

  #valueOf(column: ColumnSchema, { text, json }: MessageKey): unknown {
    const isStructure = typeof json === "object" && json !== null;
    if (isStructure && !Array.isArray(json) && Object.hasOwn(json, column.name)) {
      const value = (json as Record<string, unknown>)[column.name];
      return fromJson(value, column.type, () => memberText(text, 0, column.name));
    }
    if (isStructure || this.#primaryKey.length > 1) return new Failed(`missing in ${excerpt(text, 0)}`);
    return scalarOf(column, { text, json });
  }
}

function scalarOf({ type }: ColumnSchema, { text, json }: MessageKey): unknown {
  if (json === undefined) return coerceText(text, type);
  const value = json === null ? coerce(null, type) : fromJson(json, type, () => text.trim());
  const isDynamic = type.name === "json" || type.name === "any";
  return value instanceof Failed && !isDynamic ? coerceText(text, type) : value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function bad(detail: string): Failed {
  return new Failed(`the message has no payload, and its key names no row: ${detail}`, "TP_ROW_BAD_KEY");
}
