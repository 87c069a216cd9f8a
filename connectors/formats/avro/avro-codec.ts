/** Whole values and their bytes: what serializers and deserializers of single messages need. */
import { TowpathError } from "../../../lib/errors.ts";
import { ByteWriter } from "../../../lib/io/byte-writer.ts";
import type { ByteSink } from "../../../lib/io/formatter.ts";
import { startAvro } from "../../../lib/kernels/avro-wire.ts";
import { AvroMisfit, writeAvroValue } from "./avro-encode.ts";
import { AvroFault } from "./avro-fault.ts";
import { type AvroReading, AvroResolver } from "./avro-reading.ts";
import type { AvroType } from "./avro-schema.ts";
import { type AvroCursor, readAvroValue } from "./avro-value.ts";

/**
 * How values written with one schema are read as another says; the same schema twice reads them as they are. Make it
 * once for a pair of schemas. Two records need not have the same name, as two types within them must.
 */
export function avroReading(writer: AvroType, reader: AvroType): AvroReading {
  const resolver = new AvroResolver();
  return writer.kind === "record" && reader.kind === "record"
    ? resolver.record(writer, reader)
    : resolver.resolve(writer, reader);
}

/**
 * The value that `bytes[start, end)` is, as `readAvroValue` describes it. Throws TowpathError with a code TP_ROW_… and
 * the position where something is wrong.
 */
export function decodeAvro(reading: AvroReading, bytes: Uint8Array, start = 0, end = bytes.length): unknown {
  const cursor: AvroCursor = { bytes, at: start, end };
  startAvro(end - start);
  try {
    const value = readAvroValue(reading, cursor, 0);
    if (cursor.at === end) return value;
  } catch (error) {
    if (!(error instanceof AvroFault)) throw error;
    throw new TowpathError(error.code, `${error.detail} (byte ${error.at} of ${end})`);
  }
  throw new TowpathError("TP_ROW_BAD_AVRO", `${end - cursor.at} bytes are left behind the value`);
}

/** The bytes of a value, which may have any form that `writeAvroValue` takes. Throws TP_OUTPUT_VALUE. */
export function encodeAvro(type: AvroType, value: unknown): Uint8Array {
  const out = new ByteWriter(256);
  appendAvro(type, value, out);
  return out.view();
}

/** Appends the bytes of a value. Throws likewise, and may then have appended some. */
export function appendAvro(type: AvroType, value: unknown, out: ByteSink): void {
  try {
    writeAvroValue(type, value, out);
  } catch (error) {
    if (!(error instanceof AvroMisfit)) throw error;
    const place = error.path === "" ? "" : `${error.path}: `;
    throw new TowpathError("TP_OUTPUT_VALUE", `${place}${error.detail}`, {
      hint: "Change the value, or the Avro schema.",
    });
  }
}
