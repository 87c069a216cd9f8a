import type { JsType, TypeText } from "../data/js-type.ts";
import type { Expression } from "./expression.ts";

/** Plain JS values that are accepted wherever an expression is. */
export type Literal = string | number | boolean | bigint | Uint8Array | null;

/** An expression, or a plain value in place of one. */
export type Operand = Expression<unknown, string> | Literal;

/** The type of an operand's values; a plain value stands for its whole type (`1` is a `number`). */
export type ValueOf<E> = E extends Expression<infer T, string> ? T : Widened<E>;

/** The values of operands, as a function's parameters. */
export type ValuesOf<E extends readonly Operand[]> = { -readonly [I in keyof E]: ValueOf<E[I]> };

/** The names of the columns that an operand, or any of a union of operands, reads outside of reducers. */
export type NamesRead<E> = E extends Expression<unknown, infer N> ? N : never;

/** What `get` gives for key K of a value of type T with the default D: exactly the element of a tuple, where K says it. */
export type ElementOf<T, K, D> = unknown extends T
  ? unknown
  : T extends readonly unknown[]
    ? number extends T["length"]
      ? T[number] | D
      : K extends number
        ? PlaceIn<T, K, D>
        : D
    : T extends null
      ? D
      : unknown;

type PlaceIn<T extends readonly unknown[], K extends number, D> = number extends K
  ? T[number] | D
  : `${K}` extends keyof T
    ? T[`${K}`]
    : `${K}` extends `-${string}`
      ? T[number] | D
      : D;

type Widened<T> = T extends string
  ? string
  : T extends number
    ? number
    : T extends boolean
      ? boolean
      : T extends bigint
        ? bigint
        : T extends Uint8Array
          ? Buffer
          : T;

/** What a function may return for a column of type K. */
export type Returned<K extends TypeText> =
  | JsType<K>
  | (K extends "bytes" | "bytes?" ? Uint8Array : never)
  | (K extends "datetime" | "datetime?" ? Date | string : never)
  | (K extends "duration" | "duration?" ? string : never)
  | (K extends `${string}?` ? undefined : never);

/** undefined becomes null; nothing else changes, as nothing is declared. */
export type Dynamic<R> = R extends undefined ? null : R;
