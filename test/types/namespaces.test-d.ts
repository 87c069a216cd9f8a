/** What must and must not compile of `.str`, `.num`, `.dt`, `get` and tuples. Checked by tsc, never run. */
import { makeTuple } from "../../lib/expressions/conditionals.ts";
import type { Column, Expression } from "../../lib/expressions/expression.ts";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function expect<_ extends true>(): void;
type Parts<E> = E extends Expression<infer T, infer N> ? [T, N] : never;
type Is<E, T, N extends string> = Equal<Parts<E>, [T, N]>;

declare const n: Column<number, "n">;
declare const s: Column<string, "s">;
declare const maybe: Column<string | null, "maybe">;
declare const o: Column<number | null, "o">;
declare const big: Column<bigint, "big">;
declare const any: Column<unknown, "any">;

// Results and names; null stays null
const length = s.str.len();
expect<Is<typeof length, number, "s">>();
const maybeLength = maybe.str.len();
expect<Is<typeof maybeLength, number | null, "maybe">>();
const chained = s.str.replace(s.str.slice(0, n), "x").str.lower();
expect<Is<typeof chained, string, "s" | "n">>();
const begins = maybe.str.startsWith(s);
expect<Is<typeof begins, boolean | null, "maybe" | "s">>();
const words = s.str.split(" ");
expect<Is<typeof words, string[], "s">>();
const read = s.str.parseInt();
expect<Is<typeof read, number, "s">>();
const readOrNull = s.str.parseFloat({ optional: true });
expect<Is<typeof readOrNull, number | null, "s">>();
const answer = s.str.parseBool({ trueValues: ["oui"] });
expect<Is<typeof answer, boolean, "s">>();
const rounded = n.num.round(2).num.abs();
expect<Is<typeof rounded, number, "n">>();
const maybeRounded = o.num.floor();
expect<Is<typeof maybeRounded, number | null, "o">>();
const filled = o.num.fillNull(n);
expect<Is<typeof filled, number, "o" | "n">>();
const size = big.num.abs();
expect<Is<typeof size, bigint, "big">>();
const year = o.dt.year();
expect<Is<typeof year, number | null, "o">>();
const label = n.dt.floor("1h").dt.strftime("%H");
expect<Is<typeof label, string, "n">>();

// Other types of expressions and arguments
// @ts-expect-error no text
n.str.len();
// @ts-expect-error what a dynamic value holds must be said first
any.str.len();
// @ts-expect-error no number
s.num.abs();
// @ts-expect-error no time
s.dt.year();
// @ts-expect-error bigints are whole
big.num.round();
// @ts-expect-error a number beside a text
s.str.startsWith(1);
// @ts-expect-error null beside a text
s.str.startsWith(maybe);
// @ts-expect-error a text where a place is meant
s.str.slice("0");
// @ts-expect-error a pattern where a text is meant
s.str.split(/,/);
// @ts-expect-error null instead of null
o.num.fillNull(null);
// @ts-expect-error a unit that does not exist
n.dt.timestamp("m");
// @ts-expect-error an option that does not exist
s.str.parseInt({ radix: 16 });

// Elements
const pair = makeTuple(s, n, null);
expect<Is<typeof pair, [string, number, null], "s" | "n">>();
const first = pair.get(0);
expect<Is<typeof first, string, "s" | "n">>();
const last = pair.get(-1);
expect<Is<typeof last, string | number | null, "s" | "n">>();
const beyond = pair.get(3, "none");
expect<Is<typeof beyond, string, "s" | "n">>();
const wordOrNull = words.get(0);
expect<Is<typeof wordOrNull, string | null, "s">>();
const second = maybe.str.split(" ").get(1, "none");
expect<Is<typeof second, string, "maybe">>();
const word = words.get(0, "none");
expect<Is<typeof word, string, "s">>();
const field = any.get("a").get(0, 1);
expect<Is<typeof field, unknown, "any">>();
// @ts-expect-error places are numbers, names texts
any.get(true);
