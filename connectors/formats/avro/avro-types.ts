/** The TypeScript types of the columns that a literal Avro schema makes. */

/** The types that need no more than their name. */
export interface AvroPrimitives {
  null: null;
  boolean: boolean;
  int: number;
  long: number;
  float: number;
  double: number;
  string: string;
  bytes: Buffer;
}

type Named<T> = T extends keyof AvroPrimitives ? AvroPrimitives[T] : unknown;

type Logical<T extends { readonly type: unknown; readonly logicalType: unknown }> = T["logicalType"] extends
  | "decimal"
  | "uuid"
  ? string
  : T["logicalType"] extends "duration" | "towpath-json"
    ? unknown
    : Value<T["type"]>;

type Complex<T> = T extends { readonly type: "enum" }
  ? string
  : T extends { readonly type: unknown; readonly logicalType: unknown }
    ? Logical<T>
    : T extends { readonly type: "fixed" }
      ? Buffer
      : T extends { readonly type: keyof AvroPrimitives }
        ? Named<T["type"]>
        : unknown;

/** A union of several types beside null is json, unless all are numbers. */
type Union<T> = [Exclude<T, null>] extends [number]
  ? T
  : [Exclude<T, null>] extends [string]
    ? T
    : [Exclude<T, null>] extends [boolean]
      ? T
      : [Exclude<T, null>] extends [Buffer]
        ? T
        : unknown;

type Value<T> = T extends string
  ? Named<T>
  : T extends readonly unknown[]
    ? Union<{ [K in keyof T]: Value<T[K]> }[number]>
    : Complex<T>;

interface Field {
  readonly name: string;
  readonly type: unknown;
}

/** The columns of a record's literal schema; of a schema that is known as text only, any names with unknown types. */
export type AvroColumns<S> = S extends { readonly fields: infer F extends readonly Field[] }
  ? { [E in F[number] as E["name"]]: Value<E["type"]> }
  : Record<string, unknown>;
