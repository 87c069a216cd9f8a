import { Failed, isDeeper } from "../../../lib/data/coerce.ts";
import type { RowBuilder } from "../../../lib/data/row-builder.ts";
import type { Columns } from "../../../lib/data/schema.ts";
import { JSON_DEPTH_MAX } from "../../../lib/data/value.ts";
import type { PackedMessages, Parser, Reject } from "../../../lib/io/parser.ts";
import type { SchemaLookup } from "../../../lib/io/schema-lookup.ts";
import { FRAME_BYTES, frameFailure, frameId } from "../confluent-frame.ts";
import { JsonParser } from "../json-parser.ts";
import { KnownSchemas } from "../known-schemas.ts";
import { decodeMessage, isNull, startOf } from "../message.ts";
import { MessageKeyReader } from "../message-key.ts";
import { JsonValidator, resolveJsonSchema } from "./json-validator.ts";

export interface JsonSchemaParserOptions {
  /** Where the schemas are that messages name. Absent: messages are plain JSON. */
  readonly lookup?: SchemaLookup;
  /** What plain messages must be, as JSON text or object; with `lookup`, what all must be in place of their own schemas. */
  readonly schema?: string | object;
  /** Default true; false: messages are read like json's, whatever their schemas say. */
  readonly validate?: boolean;
  /** The positions of the columns that a message without payload names in its key. */
  readonly primaryKey?: readonly number[] | null;
}

/** Reads JSON whose messages are checked against their schemas first; what is valid becomes rows as json's does. */
export class JsonSchemaParser implements Parser {
  readonly trimsMarker = true;
  readonly #rows: JsonParser;
  readonly #schemas: KnownSchemas<JsonValidator> | null;
  readonly #given: JsonValidator | null;
  readonly #validates: boolean;

  /** Throws TP_BAD_SCHEMA. */
  constructor(
    columns: Columns,
    { lookup, schema, validate = true, primaryKey = null }: JsonSchemaParserOptions = {},
  ) {
    this.#rows = new JsonParser(columns);
    this.#schemas = lookup === undefined ? null : new KnownSchemas(lookup, "JSON", resolveJsonSchema);
    this.#given = schema === undefined ? null : new JsonValidator(schemaText(schema));
    this.#validates = validate;
    if (lookup === undefined || primaryKey === null) return;
    const keys = new MessageKeyReader(columns, primaryKey);
    this.readKey = (messages, message, rows) => keys.read(keyWithoutFrame(messages, message), 0, rows);
  }

  /** Absent where message keys have no schemas. A framed key is JSON behind its frame. */
  readonly readKey?: NonNullable<Parser["readKey"]>;

  prepare(messages: PackedMessages, from: number, to: number): Promise<void> | null {
    const isAsked = this.#schemas !== null && this.#validates && this.#given === null;
    return isAsked ? this.#schemas.prepare(messages, from, to) : null;
  }

  parseInto(messages: PackedMessages, from: number, to: number, rows: RowBuilder, reject: Reject): void {
    const failures = new Map<number, Failed>();
    for (let i = from; i < to; i++) {
      const failed = this.#check(messages, i);
      if (failed !== null) failures.set(i, failed);
    }
    const plain = this.#schemas === null ? messages : withoutFrames(messages, from, to);
    const shift = plain === messages ? 0 : from;
    const rejectPlain: Reject = (message, code, detail) => reject(message + shift, code, detail);
    let start = from;
    for (const [message, { code, detail }] of failures) {
      this.#rows.parseInto(plain, start - shift, message - shift, rows, rejectPlain);
      reject(message, code, detail);
      start = message + 1;
    }
    this.#rows.parseInto(plain, start - shift, to - shift, rows, rejectPlain);
  }

  /** What the schema has against a message. What is not JSON at all is left to the reader of json. */
  #check(messages: PackedMessages, message: number): Failed | null {
    if (isNull(messages, message)) return null;
    const { bytes } = messages;
    let start = startOf(messages, message);
    const end = messages.ends[message];
    let validator = this.#given;
    if (this.#schemas !== null) {
      const id = frameId(bytes, start, end);
      if (id < 0) return frameFailure(bytes, start, end);
      start += FRAME_BYTES;
      if (this.#validates && validator === null) {
        const named = this.#schemas.of(id);
        if (named instanceof Failed) return named;
        validator = named;
      }
    }
    if (!this.#validates || validator === null) return null;
    const failure = failureOf(validator, bytes, start, end);
    return failure === null ? null : new Failed(`the message is not valid: ${failure}`, "TP_ROW_INVALID");
  }
}

/** A schema as its text. */
export function schemaText(schema: string | object): string {
  return typeof schema === "string" ? schema : JSON.stringify(schema);
}

function failureOf(validator: JsonValidator, bytes: Uint8Array, start: number, end: number): string | null {
  const text = decodeMessage(bytes, start, end);
  if (text === null || isDeeper(text, JSON_DEPTH_MAX)) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return validator.failure(value);
}

/** The one message, its key without what stands before its JSON. */
function keyWithoutFrame(messages: PackedMessages, message: number): PackedMessages {
  const { keys } = messages;
  if (keys === null) return messages;
  const start = message === 0 ? 0 : keys.ends[message - 1];
  const end = keys.ends[message];
  const isFramed = frameId(keys.bytes, start, end) >= 0;
  const bytes = keys.bytes.subarray(isFramed ? start + FRAME_BYTES : start, end);
  const nulls = keys.nulls?.subarray(message, message + 1) ?? null;
  return { ...messages, keys: { bytes, ends: Uint32Array.of(bytes.length), nulls } };
}

/** Messages [from, to) from 0 on, without what stands before their JSON. */
function withoutFrames(messages: PackedMessages, from: number, to: number): PackedMessages {
  const start = startOf(messages, from);
  const bytes = new Uint8Array(to > from ? messages.ends[to - 1] - start : 0);
  const ends = new Uint32Array(to - from);
  let used = 0;
  for (let i = from; i < to; i++) {
    const end = messages.ends[i];
    const contentStart = Math.min(startOf(messages, i) + FRAME_BYTES, end);
    bytes.set(messages.bytes.subarray(contentStart, end), used);
    used += end - contentStart;
    ends[i - from] = used;
  }
  return {
    ...messages,
    length: to - from,
    bytes,
    ends,
    nulls: messages.nulls?.subarray(from, to) ?? null,
    partitions: messages.partitions.subarray(from, to),
    offsets: messages.offsets.subarray(from, to),
  };
}
