import type { TypeName } from "./type.ts";

interface JsTypes {
  int: number;
  float: number;
  str: string;
  bool: boolean;
  bytes: Buffer;
  json: unknown;
  bigint: bigint;
  datetime: number;
  duration: number;
  pointer: string;
  any: unknown;
}

/** `"int"`, `"str?"` …: a column's type as a schema writes it. */
export type TypeText = TypeName | `${TypeName}?`;

/** The type in JS of a column type's values: `"int"` → number, `"str?"` → string | null. */
export type JsType<T extends TypeText> = T extends `${infer N extends TypeName}?`
  ? JsTypes[N] | null
  : T extends TypeName
    ? JsTypes[T]
    : never;
