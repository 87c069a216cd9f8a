import type { AvroSchemaInput } from "../../formats/avro/avro-schema.ts";
import type { AvroPrimitives } from "../../formats/avro/avro-types.ts";

interface Logicals {
  date: Date;
  "timestamp-millis": Date;
  "timestamp-micros": Date;
  "timestamp-nanos": Date;
  "local-timestamp-millis": Date;
  "local-timestamp-micros": Date;
  "local-timestamp-nanos": Date;
  "time-millis": number;
  "time-micros": number;
  decimal: string;
  uuid: string;
  duration: { readonly months: number; readonly days: number; readonly milliseconds: number };
  "towpath-json": unknown;
  "towpath-duration": number;
}

interface Field {
  readonly name: string;
  readonly type: unknown;
}

type Complex<T> = T extends { readonly logicalType: keyof Logicals }
  ? Logicals[T["logicalType"]]
  : T extends { readonly type: "record"; readonly fields: infer F extends readonly Field[] }
    ? { [E in F[number] as E["name"]]: Value<E["type"]> }
    : T extends { readonly type: "array"; readonly items: infer I }
      ? Value<I>[]
      : T extends { readonly type: "map"; readonly values: infer V }
        ? Record<string, Value<V>>
        : T extends { readonly type: "enum"; readonly symbols: infer S extends readonly string[] }
          ? S[number]
          : T extends { readonly type: "fixed" }
            ? Buffer
            : T extends { readonly type: infer I }
              ? Value<I>
              : unknown;

/** A long beyond the safe range is a bigint nevertheless. */
type Value<T> = T extends keyof AvroPrimitives
  ? AvroPrimitives[T]
  : T extends string
    ? unknown
    : T extends readonly unknown[]
      ? { [K in keyof T]: Value<T[K]> }[number]
      : Complex<T>;

/** A record of a channel, as its literal schema has it; of a schema that is a text, any fields of unknown types. */
export type ChannelRecord<Schema extends AvroSchemaInput> = Schema extends string
  ? Record<string, unknown>
  : string extends keyof Schema
    ? Record<string, unknown>
    : Value<Schema>;
