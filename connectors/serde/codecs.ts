/** One codec a kind of schema. */
import { Failed } from "../../lib/data/coerce.ts";
import { TowpathError } from "../../lib/errors.ts";
import { avroReading, decodeAvro, encodeAvro } from "../formats/avro/avro-codec.ts";
import type { AvroReading } from "../formats/avro/avro-reading.ts";
import { type AvroType, resolveAvroSchema } from "../formats/avro/avro-schema.ts";
import { type JsonValidator, resolveJsonSchema } from "../formats/json-schema/json-validator.ts";
import { decodeMessage, encodingDetail } from "../formats/message.ts";
import { indexesEnd, readIndexes, writeIndexes } from "../formats/protobuf/message-indexes.ts";
import type { ProtoMessage, ProtoSchema } from "../formats/protobuf/proto-schema.ts";
import { ProtobufFault } from "../formats/protobuf/protobuf-fault.ts";
import { ValueReader } from "../formats/protobuf/protobuf-value.ts";
import { writeMessage } from "../formats/protobuf/protobuf-writer.ts";
import { indexesOf, messageAt, messageNamed, resolveSchema } from "../formats/protobuf/resolve-proto.ts";
import { type Codec, errorOf } from "./codec.ts";

/** With a reader's schema values are read as it says, whatever they were written with. */
export function avroCodec(reader: AvroType | null): Codec<AvroType> {
  const readings = new Map<AvroType, AvroReading>();
  return {
    type: "AVRO",
    resolve: resolveAvroSchema,
    nameOf: (schema) => ("name" in schema ? schema.name : undefined),
    decode(schema, bytes, start) {
      let reading = readings.get(schema);
      if (reading === undefined) {
        reading = avroReading(schema, reader ?? schema);
        readings.set(schema, reading);
      }
      return decodeAvro(reading, bytes, start, bytes.length);
    },
    encode: (schema, value, out) => out.append(encodeAvro(schema, value)),
  };
}

/** `name`: the message; default: the one that a frame names, else the first. */
export function protobufCodec(name: string | undefined): Codec<ProtoSchema> {
  const read = (message: ProtoMessage, bytes: Uint8Array, start: number): unknown => {
    try {
      return new ValueReader(bytes, bytes.length - start, "value").message(message, start, bytes.length);
    } catch (error) {
      if (!(error instanceof ProtobufFault)) throw error;
      throw errorOf(error.failed(0));
    }
  };
  return {
    type: "PROTOBUF",
    resolve: resolveSchema,
    nameOf: (schema) => messageNamed(schema, name).fullName,
    decode(schema, bytes, start, isFramed) {
      if (!isFramed) return read(messageNamed(schema, name), bytes, start);
      const indexes = readIndexes(bytes, start, bytes.length);
      if (indexes instanceof Failed) throw errorOf(indexes);
      const message = messageAt(schema, indexes);
      if (message !== undefined) return read(message, bytes, indexesEnd);
      throw new TowpathError(
        "TP_ROW_BAD_FRAME",
        `the schema has no message at the place [${indexes.join(", ")}] that the bytes name`,
      );
    },
    encode(schema, value, out, isFramed) {
      const message = messageNamed(schema, name);
      if (isFramed) writeIndexes(indexesOf(schema, message), out);
      writeMessage(message, value, out);
    },
  };
}

/** Without `validates`, values are any JSON. */
export function jsonCodec(validates: boolean): Codec<JsonValidator> {
  return {
    type: "JSON",
    resolve: (schema) => resolveJsonSchema(schema),
    nameOf: (schema) => schema.title,
    decode(schema, bytes, start) {
      const value = parseJson(bytes, start);
      const failure = validates ? schema.failure(value) : null;
      if (failure === null) return value;
      throw new TowpathError("TP_ROW_INVALID", `the value is not valid: ${failure}`);
    },
    encode(schema, value, out) {
      const bytes = writeJson(value);
      const failure = validates ? schema.failure(JSON.parse(bytes.toString())) : null;
      if (failure === null) out.append(bytes);
      else throw new TowpathError("TP_OUTPUT_VALUE", `the value is not valid by its JSON Schema: ${failure}`);
    },
  };
}

/** Throws TP_ROW_BAD_ENCODING, TP_ROW_BAD_JSON. */
export function parseJson(bytes: Uint8Array, start = 0): unknown {
  const text = decodeMessage(bytes, start, bytes.length);
  if (text === null)
    throw new TowpathError("TP_ROW_BAD_ENCODING", encodingDetail(bytes, start, bytes.length));
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TowpathError("TP_ROW_BAD_JSON", `the bytes are not JSON: ${why}`, { cause });
  }
}

/** Throws TP_OUTPUT_VALUE for what has no JSON: functions, undefined, circles. A bigint is decimal text. */
export function writeJson(value: unknown): Buffer {
  let text: string | undefined;
  let cause: unknown;
  try {
    text = JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? part.toString() : part));
  } catch (error) {
    cause = error;
  }
  if (text !== undefined) return Buffer.from(text);
  throw new TowpathError("TP_OUTPUT_VALUE", `the value has no JSON: it is ${describe(value, cause)}`, {
    cause,
  });
}

function describe(value: unknown, cause: unknown): string {
  return cause instanceof Error ? cause.message.split("\n")[0] : typeof value;
}
