/** What type tests say with. They are checked by tsc and never run. */
import type { Expression } from "../../lib/expressions/expression.ts";

export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

type Parts<E> = E extends Expression<infer T, infer N> ? [T, N] : never;

/** Whether an expression has values T and reads the columns named N. */
export type Is<E, T, N extends string> = Equal<Parts<E>, [T, N]>;

/** Compiles only for `true`: `expect<Equal<A, B>>()`. */
export declare function expect<_ extends true>(): void;

/** The names of T's functions. */
export type FunctionName<T> = {
  [K in keyof T]: T[K] extends (...args: never[]) => unknown ? K : never;
}[keyof T] &
  string;

/** Compiles only where each of these functions has a test, and nothing else has. */
export declare function typeTests<Names extends string>(tests: Readonly<Record<Names, () => void>>): void;
