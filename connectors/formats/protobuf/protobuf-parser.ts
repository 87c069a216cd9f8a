import { Failed } from "../../../lib/data/coerce.ts";
import type { RowBuilder } from "../../../lib/data/row-builder.ts";
import type { Columns } from "../../../lib/data/schema.ts";
import type { PackedMessages, Parser, Reject } from "../../../lib/io/parser.ts";
import type { SchemaLookup } from "../../../lib/io/schema-lookup.ts";
import { chunkEnd } from "../cells.ts";
import { FRAME_BYTES, frameFailure, frameId } from "../confluent-frame.ts";
import { KnownSchemas } from "../known-schemas.ts";
import { isNull, startOf } from "../message.ts";
import { MessageKeyReader } from "../message-key.ts";
import { type MessagePlan, planColumns, readColumns } from "./column-plan.ts";
import { firstMessage, indexesEnd, readIndexes } from "./message-indexes.ts";
import { protoOfColumns } from "./proto-of-columns.ts";
import type { ProtoMessage, ProtoSchema } from "./proto-schema.ts";
import { messageAt, messageNamed, type ProtoSource, resolveGiven, resolveSchema } from "./resolve-proto.ts";

export interface ProtobufParserOptions extends ProtoSource {
  /**
   * Where the schemas are that messages name. Absent: messages are bare, and `proto` or `descriptor` says what; without
   * them they are what the formatter makes of the columns.
   */
  readonly lookup?: SchemaLookup | undefined;
  /** The name of the message; default: the first. */
  readonly message?: string | undefined;
  /** The positions of the columns that a message without payload names in its key. */
  readonly primaryKey?: readonly number[] | null;
}

/**
 * Reads Protobuf: a message is one row, straight from bytes to columns; fields that no column wants are skipped.
 *
 * Columns are found by the names of fields, as the schema spells them or in lowerCamelCase.
 */
export class ProtobufParser implements Parser {
  readonly trimsMarker = false;
  readonly #columns: Columns;
  readonly #schemas: KnownSchemas<ProtoSchema> | null;
  readonly #bare: ProtoMessage | null;
  readonly #primaryKey: readonly number[] | null;
  readonly #plans = new WeakMap<RowBuilder, Map<ProtoMessage, MessagePlan>>();
  readonly #keyPlans = new WeakMap<RowBuilder, Map<ProtoMessage, MessagePlan>>();
  /** The message read last, and what named it: nearly always that of the next one too. */
  #lastId = -1;
  #lastMessage: ProtoMessage | null = null;

  /** Throws TP_BAD_SCHEMA. */
  constructor(
    columns: Columns,
    { lookup, message, primaryKey = null, ...source }: ProtobufParserOptions = {},
  ) {
    this.#columns = columns;
    this.#schemas = lookup === undefined ? null : new KnownSchemas(lookup, "PROTOBUF", resolveSchema);
    const isGiven = source.proto !== undefined || source.descriptor !== undefined;
    const bare = (): ProtoSource =>
      isGiven ? source : { proto: protoOfColumns(columns, message ?? "Row", { changes: false }) };
    this.#bare = lookup === undefined ? messageNamed(resolveGiven(bare()), message) : null;
    this.#primaryKey = lookup === undefined ? null : primaryKey;
    if (this.#primaryKey !== null) {
      const others = new MessageKeyReader(columns, this.#primaryKey);
      this.readKey = (...place) => this.#readKey(others, ...place);
    }
  }

  /** Absent where message keys have no schemas. */
  readonly readKey?: NonNullable<Parser["readKey"]>;

  prepare(messages: PackedMessages, from: number, to: number): Promise<void> | null {
    return this.#schemas === null
      ? null
      : this.#schemas.prepare(messages, from, to, this.#primaryKey !== null);
  }

  parseInto(messages: PackedMessages, from: number, to: number, rows: RowBuilder, reject: Reject): void {
    for (let i = from; i < to; ) {
      const until = chunkEnd(messages.ends, i, to);
      rows.reserve(until - i);
      for (; i < until; i++) {
        const before = rows.length;
        const failed = this.#read(messages, i, rows);
        if (failed === null) rows.endRow(messages.partitions[i], messages.offsets[i], 0);
        else {
          rows.truncate(before);
          reject(i, failed.code, failed.detail);
        }
      }
    }
  }

  #read(messages: PackedMessages, message: number, rows: RowBuilder): Failed | null {
    if (isNull(messages, message)) return new Failed("the message has no payload", "TP_ROW_NULL");
    const { bytes } = messages;
    const start = startOf(messages, message);
    const end = messages.ends[message];
    let bodyStart = start;
    let type = this.#bare;
    if (type === null) {
      const named = this.#named(bytes, start, end);
      if (named instanceof Failed) return named;
      type = named;
      bodyStart = indexesEnd;
    }
    return readColumns(this.#planFor(rows, type), bytes, start, bodyStart, end, rows.length);
  }

  /** A framed key is a message with fields of the key's columns; others have the forms of MessageKeyReader. */
  #readKey(
    others: MessageKeyReader,
    messages: PackedMessages,
    message: number,
    rows: RowBuilder,
  ): Failed | null {
    const { keys } = messages;
    const start = keys === null || message === 0 ? 0 : keys.ends[message - 1];
    const end = keys === null ? 0 : keys.ends[message];
    if (keys === null || frameId(keys.bytes, start, end) < 0) return others.read(messages, message, rows);
    const type = this.#named(keys.bytes, start, end);
    if (type instanceof Failed) return type;
    const bodyStart = indexesEnd;
    const plan = planOf(this.#keyPlans, rows, type, () =>
      planColumns(type, this.#columns, rows, this.#primaryKey ?? []),
    );
    const failed = readColumns(plan, keys.bytes, start, bodyStart, end, rows.length);
    if (failed === null) return null;
    return new Failed(
      `the message has no payload, and its key names no row: ${failed.detail}`,
      "TP_ROW_BAD_KEY",
    );
  }

  /** The type that a framed message names; it begins at `indexesEnd`. */
  #named(bytes: Uint8Array, start: number, end: number): ProtoMessage | Failed {
    const id = frameId(bytes, start, end);
    if (id < 0) return frameFailure(bytes, start, end);
    const indexes = readIndexes(bytes, start + FRAME_BYTES, end);
    if (indexes instanceof Failed) return indexes;
    if (indexes === firstMessage && id === this.#lastId && this.#lastMessage !== null)
      return this.#lastMessage;
    const schema = (this.#schemas as KnownSchemas<ProtoSchema>).of(id);
    if (schema instanceof Failed) return schema;
    const message = messageAt(schema, indexes);
    if (message === undefined) {
      const place = indexes.join(", ");
      return new Failed(
        `schema ${id} has no message at the place [${place}] that the message names`,
        "TP_ROW_BAD_FRAME",
      );
    }
    if (indexes === firstMessage) {
      this.#lastId = id;
      this.#lastMessage = message;
    }
    return message;
  }

  #planFor(rows: RowBuilder, message: ProtoMessage): MessagePlan {
    return planOf(this.#plans, rows, message, (isFirst) => {
      // Whichever schema comes first: all of them hash the texts that they copy.
      if (isFirst) {
        this.#columns.forEach(({ type }, i) => {
          const builder = rows.columns[i];
          if (builder?.layout === "text" && type.name === "str") builder.hash();
        });
      }
      return planColumns(message, this.#columns, rows);
    });
  }
}

function planOf(
  plans: WeakMap<RowBuilder, Map<ProtoMessage, MessagePlan>>,
  rows: RowBuilder,
  message: ProtoMessage,
  make: (isFirst: boolean) => MessagePlan,
): MessagePlan {
  let ofRows = plans.get(rows);
  const isFirst = ofRows === undefined;
  if (ofRows === undefined) {
    ofRows = new Map();
    plans.set(rows, ofRows);
  }
  let plan = ofRows.get(message);
  if (plan === undefined) {
    plan = make(isFirst);
    ofRows.set(message, plan);
  }
  return plan;
}
