/** What a row must have to be a message, and how its parts are written. */
import { decodeText } from "../../../lib/data/cell.ts";
import { type Column, NULL, type TextColumn } from "../../../lib/data/column.ts";
import type { ColumnSchema, Columns } from "../../../lib/data/schema.ts";
import { positionOf } from "../../../lib/data/schema.ts";
import { formatType, type TypeName } from "../../../lib/data/type.ts";
import { TowpathError } from "../../../lib/errors.ts";
import type { ByteWriter } from "../../../lib/io/byte-writer.ts";
import { writeBytes } from "../../../lib/kernels/json-write.ts";
import { writeCellText } from "../../formats/cell-text.ts";

/** Where the parts of messages stand among a table's columns; -1 where they have none. */
export interface MessageParts {
  readonly key: number;
  readonly value: number;
  readonly topic: number;
  readonly headers: number;
  readonly partition: number;
  readonly timestamp: number;
  /** Where rows tell of errors: headers say what went wrong, and with what. */
  readonly error: ErrorParts | null;
}

/** Positions of what a dead letter's headers say. */
export interface ErrorParts {
  readonly code: number;
  readonly reason: number;
  readonly stage: number;
  readonly topic: number;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
}

const takes: Readonly<Record<string, readonly TypeName[]>> = {
  key: ["bytes", "str", "any"],
  value: ["bytes", "str", "any"],
  topic: ["str", "any"],
  headers: ["any", "json"],
  partition: ["int", "any"],
  timestamp: ["datetime", "int", "float", "any"],
};

const said: Readonly<Record<string, string>> = {
  key: "bytes or a text",
  value: "bytes or a text",
  topic: "a text",
  headers: "json, or an array of [name, value]",
  partition: "an int",
  timestamp: "a datetime",
};

/**
 * The parts of a table's rows. Rows of a table with a column `offset` were received: key and value are all that is sent
 * on, with `keepsHeaders` the headers too. Throws TP_BAD_SCHEMA.
 */
export function messageParts(columns: Columns, keepsHeaders: boolean): MessageParts {
  const at = (name: string): number => positionOf(columns, name);
  if (at("key") < 0 && at("value") < 0) {
    throw new TowpathError(
      "TP_BAD_SCHEMA",
      "a table of messages has a column key or value, and this has neither",
      {
        where: "pw.kafka.output",
        hint: "Make messages of its rows: .select((c) => pw.kafka.message({ key: c.id, value: c.text })).",
      },
    );
  }
  const isReceived = at("offset") >= 0;
  const error = errorParts(at);
  const parts: MessageParts = {
    key: at("key"),
    value: at("value"),
    topic: isReceived ? -1 : at("topic"),
    headers: isReceived && !keepsHeaders && error === null ? -1 : at("headers"),
    partition: isReceived ? -1 : at("partition"),
    timestamp: isReceived ? -1 : at("timestamp"),
    error,
  };
  // What could not be serialized is shown as it can be.
  for (const [name, types] of Object.entries(takes)) {
    const position = parts[name as keyof typeof takes & keyof MessageParts] as number;
    if (position >= 0 && (error === null || name === "headers")) checkType(columns[position], types);
  }
  return parts;
}

function errorParts(at: (name: string) => number): ErrorParts | null {
  if (at("code") < 0 || at("reason") < 0 || at("stage") < 0 || at("offset") < 0) return null;
  return {
    code: at("code"),
    reason: at("reason"),
    stage: at("stage"),
    topic: at("topic"),
    partition: at("partition"),
    offset: at("offset"),
    timestamp: at("timestamp"),
  };
}

function checkType({ name, type }: ColumnSchema, types: readonly TypeName[]): void {
  if (types.includes(type.name)) return;
  const isPayload = name === "key" || name === "value";
  const how = isPayload
    ? `Serialize it: pw.kafka.serialize${name === "key" ? "Key" : "Value"}(table, pw.serde.json()).oks.`
    : `Cast it, or give it another name: a column ${name} is the message's.`;
  throw new TowpathError("TP_BAD_SCHEMA", `a message's ${name} is ${said[name]}, not ${formatType(type)}`, {
    where: `pw.kafka.output, column ${name}`,
    hint: how,
  });
}

/**
 * Appends a key or a value; false where it is null, and nothing is appended. Throws an Error that says what else it is:
 * bytes and texts are sent as they are, anything else says nothing of how.
 */
export function writePayload(column: Column, row: number, out: ByteWriter): boolean {
  if (column.tags !== null && column.tags[row] === NULL) return false;
  if (column.layout !== "value") {
    const { bytes, starts, ends } = column as TextColumn;
    out.reserve(ends[row] - starts[row]);
    out.used = writeBytes(out.bytes, out.used, bytes, starts[row], ends[row]);
    return true;
  }
  const given = column.values[row];
  if (given === null || given === undefined) return false;
  if (given instanceof Uint8Array) out.append(given);
  else if (typeof given === "string") out.append(Buffer.from(given));
  else
    throw new Error(
      `neither bytes nor a text, but ${Array.isArray(given) ? "an array" : `a ${typeof given}`}`,
    );
  return true;
}

/** The same for what could not be serialized: as json where it is neither bytes nor a text. */
export function writeShown(column: Column, type: TypeName, row: number, out: ByteWriter): boolean {
  return writeCellText(column, type, row, out);
}

/** A cell's text; null for null and for what is no text. */
export function textAt(column: Column, row: number): string | null {
  if (column.tags !== null && column.tags[row] === NULL) return null;
  if (column.layout === "value") {
    const given = column.values[row];
    return typeof given === "string" ? given : null;
  }
  const { bytes, starts, ends } = column as TextColumn;
  return decodeText(bytes, starts[row], ends[row]);
}

/** A cell's number; null for null. Throws an Error where it is no whole number from 0. */
export function countAt(column: Column, row: number): number | null {
  if (column.tags !== null && column.tags[row] === NULL) return null;
  const given = column.layout === "text" ? Number.NaN : column.values[row];
  if (given === null || given === undefined) return null;
  if (Number.isSafeInteger(given) && Number(given) >= 0) return Number(given);
  throw new Error(
    `${typeof given === "number" ? given : `a ${typeof given}`}, which is no whole number from 0`,
  );
}
