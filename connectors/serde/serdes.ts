/** One function for each kind of serializer and deserializer. */
import { isUtf8 } from "node:buffer";
import { TowpathError } from "../../lib/errors.ts";
import type { Serde } from "../../lib/io/serde.ts";
import { type AvroSchemaInput, parseAvroSchema } from "../formats/avro/avro-schema.ts";
import { schemaText } from "../formats/json-schema/json-schema-parser.ts";
import { JsonValidator } from "../formats/json-schema/json-validator.ts";
import { encodingDetail } from "../formats/message.ts";
import { messageNamed, type ProtoSource, resolveGiven } from "../formats/protobuf/resolve-proto.ts";
import { lookupOf, type RegistryOption } from "../registry/index.ts";
import { avroCodec, jsonCodec, parseJson, protobufCodec, writeJson } from "./codecs.ts";
import { PlainSerde } from "./plain-serde.ts";
import { RegisteredSerde, type RegisteredSerdeOptions } from "./registered-serde.ts";

export interface AvroSerdeOptions extends RegisteredSerdeOptions {
  /** Settings, a client of `pw.schemaRegistry`, or a lookup of the script. */
  readonly registry: RegistryOption;
  /**
   * What values are written with, and read as, whatever they were written with. Default: each is read by its own schema,
   * and written by the subject's newest.
   */
  readonly schema?: AvroSchemaInput;
}

/**
 * Avro in Confluent's framing, keys and values. Integers that are not safe are bigints, bytes are Buffers, and logical
 * types what docs/formats.md says of columns.
 *
 * @throws TowpathError TP_BAD_SCHEMA, TP_BAD_ARGUMENT; when used TP_ROW_… for bytes that cannot be read, TP_OUTPUT_VALUE
 *   for values that do not fit, TP_REGISTRY_….
 * @example
 * const orders = pw.serde.avro({ registry: { url: "http://localhost:8081" } });
 * const messages = pw.kafka.input({ brokers: "localhost:9092", topics: ["orders"] });
 * const { oks, errs } = pw.kafka.deserializeValue(messages.oks, orders);
 */
export function avro<T = unknown>(options: AvroSerdeOptions): Serde<T> {
  const { registry, schema } = options;
  const reader = schema === undefined ? null : parseAvroSchema(schema);
  const text = schema === undefined ? null : schemaText(schema);
  return new RegisteredSerde(avroCodec(reader), lookupOf(registry), text, options);
}

/**
 * Avro without a frame, by a schema that both sides know; `readAs` is the schema that values are to have where they are
 * read, by Avro's rules for schema resolution.
 *
 * @example pw.serde.plainAvro({ schema: { type: "record", name: "Sensor", fields: [{ name: "id", type: "long" }] } });
 */
export function plainAvro<T = unknown>(options: {
  readonly schema: AvroSchemaInput;
  readonly readAs?: AvroSchemaInput;
}): Serde<T> {
  const reader = options.readAs === undefined ? null : parseAvroSchema(options.readAs);
  return new PlainSerde(avroCodec(reader), parseAvroSchema(options.schema));
}

export interface ProtobufSerdeOptions extends RegisteredSerdeOptions {
  /** Settings, a client of `pw.schemaRegistry`, or a lookup of the script. */
  readonly registry: RegistryOption;
  /** The text of the .proto file that is written with. Default: the subject's newest. What is read names its own. */
  readonly proto?: string;
  /** The message that is written; default: the first. */
  readonly message?: string;
}

/**
 * Protobuf in Confluent's framing: objects by the names of fields. Enums are names, Timestamps dates, Durations
 * milliseconds, wrappers their values, Struct and Value plain JSON, bytes Buffers; what is not set is null, or where
 * the schema makes no difference 0, "", false.
 *
 * @example pw.serde.protobuf({ registry: { url: "http://localhost:8081" }, proto, message: "shop.Order" });
 */
export function protobuf<T = unknown>(options: ProtobufSerdeOptions): Serde<T> {
  const { registry, proto = null, message } = options;
  const codec = protobufCodec(message);
  if (proto !== null) messageNamed(resolveGiven({ proto }), message);
  return new RegisteredSerde(codec, lookupOf(registry), proto, options);
}

/**
 * Protobuf without a frame: `proto`, the text of a .proto file (or of several, each before those that use it), or
 * `descriptor`, a FileDescriptorSet; `message` is the name of the message, default the first.
 *
 * @example pw.serde.plainProtobuf({ proto: 'syntax = "proto3"; message Sensor { int64 id = 1; }' });
 */
export function plainProtobuf<T = unknown>(
  options: ProtoSource & { readonly message?: string | undefined },
): Serde<T> {
  const schema = resolveGiven(options);
  messageNamed(schema, options.message);
  return new PlainSerde(protobufCodec(options.message), schema);
}

export interface JsonSchemaSerdeOptions extends RegisteredSerdeOptions {
  /** Settings, a client of `pw.schemaRegistry`, or a lookup of the script. */
  readonly registry: RegistryOption;
  /** What is written with, as JSON text or object. Default: the subject's newest. What is read names its own. */
  readonly schema?: string | object;
  /** Default true; false: nothing is checked. */
  readonly validate?: boolean;
}

/**
 * JSON in Confluent's framing, checked against its schema both ways.
 *
 * @example pw.serde.jsonSchema({ registry: { url: "http://localhost:8081" }, schema: { type: "object" } });
 */
export function jsonSchema<T = unknown>(options: JsonSchemaSerdeOptions): Serde<T> {
  const { registry, schema, validate = true } = options;
  const text = schema === undefined ? null : schemaText(schema);
  if (text !== null) new JsonValidator(text);
  return new RegisteredSerde(jsonCodec(validate), lookupOf(registry), text, options);
}

/**
 * JSON. A bigint is written as decimal text, bytes and dates as JSON.stringify has them.
 *
 * @example pw.serde.json();
 */
export function json<T = unknown>(): Serde<T> {
  return {
    deserialize: (bytes) => (bytes === null ? null : (parseJson(bytes) as T)),
    serialize: (value) => (value === null ? null : writeJson(value)),
  };
}

/**
 * Text as UTF-8; bytes that are not are an error.
 *
 * @example pw.serde.string();
 */
export function string(): Serde<string> {
  return {
    deserialize(bytes) {
      if (bytes === null) return null;
      if (isUtf8(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
      throw new TowpathError("TP_ROW_BAD_ENCODING", encodingDetail(bytes, 0, bytes.length));
    },
    serialize(value) {
      if (value === null) return null;
      if (typeof value === "string") return Buffer.from(value);
      throw new TowpathError("TP_OUTPUT_VALUE", `the value is no text but ${typeof value}`);
    },
  };
}

/**
 * Bytes as they are.
 *
 * @example pw.serde.bytes();
 */
export function bytes(): Serde<Buffer> {
  return {
    deserialize: (given) => (given === null ? null : Buffer.from(given)),
    serialize(value) {
      if (value === null || value instanceof Uint8Array) return value;
      throw new TowpathError("TP_OUTPUT_VALUE", `the value is no bytes but ${typeof value}`);
    },
  };
}
