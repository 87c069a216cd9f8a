import type { JsType, TypeText } from "../data/js-type.ts";
import type { Column, Expression } from "../expressions/expression.ts";
import type { Literal, NamesRead, ValueOf } from "../expressions/types.ts";

/**
 * Computes a type, so that editors and messages show one object with its columns. (The detour over `infer` makes the
 * compiler forget the name of the alias, which it would show instead.)
 */
export type Simplify<T> = T extends infer O ? { -readonly [K in keyof O]: O[K] } : never;

export type NameOf<C> = keyof C & string;

/** What callbacks get: each column under its name, and nothing else. */
export type ColumnsOf<C> = { readonly [K in NameOf<C>]: Column<C[K], K> };

/** The callback's arguments for one table. */
export type Own<C> = [columns: ColumnsOf<C>];

/** An expression over the columns named N, or a plain value. */
export type Operand<N extends string> = Expression<unknown, N> | Literal;

/** New columns by name, made of the columns named N. */
export type Selection<N extends string> = Readonly<Record<string, Operand<N>>>;

/** The columns that a selection makes. */
export type Selected<E> = E extends infer O ? { -readonly [K in NameOf<O>]: ValueOf<O[K]> } : never;

/** Something said with the columns at hand, or as a function of them. */
export type Said<A extends readonly unknown[], R> = R | ((...columns: A) => R);

/** Whether columns may be taken from the table objects, or only from a callback's arguments. */
export type How = "direct" | "callback";

/** What `select`, `filter`, `reduce` take: R, directly where H allows it, or as a function of the columns. */
export type Given<H extends How, A extends readonly unknown[], R> = H extends "direct"
  ? Said<A, R>
  : (...columns: A) => R;

/** A column of a table with columns C: the column, or its name. */
export type ColumnRef<C> = NameOf<C> | Column<unknown, NameOf<C>>;

/** The name behind a column reference, or the names behind what a callback returns. */
export type NamesOf<A> = A extends string
  ? A
  : A extends Expression<unknown, infer N>
    ? N
    : A extends (...columns: never[]) => infer R
      ? R extends readonly (infer I)[]
        ? NamesOf<I>
        : NamesOf<R>
      : never;

/** Columns C with those of M renamed: M maps a new name to the old column. */
export type Renamed<C, M> = Simplify<
  { [K in Exclude<NameOf<C>, NamesOf<M[keyof M]>>]: C[K] } & {
    -readonly [K in NameOf<M>]: C[NamesOf<M[K]> & keyof C];
  }
>;

/** Values of a table with columns C, or a callback to them. */
export type OperandSaid<C> =
  | Operand<NameOf<C>>
  | ((columns: ColumnsOf<C>) => Operand<NameOf<C>> | readonly Operand<NameOf<C>>[]);

/** The names of the columns that values, or what a callback makes of the columns, read. */
export type NamesSaid<A> = A extends (...columns: never[]) => infer R
  ? NamesRead<R extends readonly (infer I)[] ? I : R>
  : NamesRead<A>;

/** Columns C with those that M names in another type; null stays null, but where the value is dynamic. */
export type Cast<C, M> = Simplify<{
  [K in keyof C]: K extends keyof M
    ? M[K] extends TypeText
      ? JsType<M[K]> | (unknown extends C[K] ? never : Extract<C[K], null>)
      : C[K]
    : C[K];
}>;

/** Columns C with the elements of K in its place. */
export type Flat<C, K> = Simplify<Omit<C, K & keyof C> & { [P in K & keyof C]: ElementOf<C[P]> }>;

/** A text's elements are texts. */
type ElementOf<T> = unknown extends T ? unknown : Exclude<T, null>;

/** Columns C where each may also be null: the side of an outer join that may have no match. */
export type Nullable<C> = C extends infer O ? { [K in keyof O]: O[K] | null } : never;

/** Which sides of a join have a row for every result. */
export type JoinMode = "inner" | "left" | "right" | "outer";

/** The columns of C as values that stand beside the columns of any table whose rows have the same keys. */
export type Beside<C> = { readonly [K in NameOf<C>]: Column<C[K], never> };

/** The columns of any table. */
export type AnyColumns = Readonly<Record<never, never>>;

/** Columns C with cells of columns P, which may bring null. */
export type Updated<C, P> = Simplify<{
  [K in keyof C]: K extends keyof P ? C[K] | Extract<P[K], null> : C[K];
}>;
