import type { Failed } from "../../lib/data/coerce.ts";
import { TowpathError } from "../../lib/errors.ts";
import type { ByteWriter } from "../../lib/io/byte-writer.ts";
import type { RegisteredSchema, SchemaType } from "../../lib/io/schema-lookup.ts";

/** Whole values and their bytes, by schemas of the type S. */
export interface Codec<S> {
  readonly type: SchemaType;
  /** Throws TP_BAD_SCHEMA. */
  resolve(schema: Pick<RegisteredSchema, "text" | "references">): S;
  /** The full name of what is written; undefined where the schema has none. */
  nameOf(schema: S): string | undefined;
  /** The value of `bytes` from `start` on; with `isFramed` the frame's id stands before. Throws TP_ROW_…. */
  decode(schema: S, bytes: Uint8Array, start: number, isFramed: boolean): unknown;
  /** Appends the value; with `isFramed` the frame's id has been written. Throws TP_OUTPUT_VALUE. */
  encode(schema: S, value: unknown, out: ByteWriter, isFramed: boolean): void;
}

/** What is wrong with bytes, as an error. */
export function errorOf({ code, detail }: Failed): TowpathError {
  return new TowpathError(code, detail);
}
