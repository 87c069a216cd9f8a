/** Right and wrong uses of each function of `.str`. Checked by tsc, never run. */
import type { Column } from "../../lib/expressions/expression.ts";
import type { TextMethods } from "../../lib/expressions/text-methods.ts";
import { expect, type FunctionName, type Is, typeTests } from "./expect-types.ts";

declare const s: Column<string, "s">;
declare const maybe: Column<string | null, "maybe">;
declare const n: Column<number, "n">;

typeTests<FunctionName<TextMethods<string, "s">>>({
  lower() {
    const [text, orNull] = [s.str.lower(), maybe.str.lower()];
    expect<Is<typeof text, string, "s">>();
    expect<Is<typeof orNull, string | null, "maybe">>();
    // @ts-expect-error no text
    n.str.lower();
  },
  upper() {
    const [text, orNull] = [s.str.upper(), maybe.str.upper()];
    expect<Is<typeof text, string, "s">>();
    expect<Is<typeof orNull, string | null, "maybe">>();
    // @ts-expect-error no text
    n.str.upper();
  },
  title() {
    const [text, orNull] = [s.str.title(), maybe.str.title()];
    expect<Is<typeof text, string, "s">>();
    expect<Is<typeof orNull, string | null, "maybe">>();
    // @ts-expect-error no text
    n.str.title();
  },
  swapcase() {
    const [text, orNull] = [s.str.swapcase(), maybe.str.swapcase()];
    expect<Is<typeof text, string, "s">>();
    expect<Is<typeof orNull, string | null, "maybe">>();
    // @ts-expect-error no text
    n.str.swapcase();
  },
  reverse() {
    const [text, orNull] = [s.str.reverse(), maybe.str.reverse()];
    expect<Is<typeof text, string, "s">>();
    expect<Is<typeof orNull, string | null, "maybe">>();
    // @ts-expect-error no text
    n.str.reverse();
  },
  len() {
    const [size, orNull] = [s.str.len(), maybe.str.len()];
    expect<Is<typeof size, number, "s">>();
    expect<Is<typeof orNull, number | null, "maybe">>();
    // @ts-expect-error no text
    n.str.len();
  },
  strip() {
    const [text, orNull] = [s.str.strip(), maybe.str.strip("-")];
    expect<Is<typeof text, string, "s">>();
    expect<Is<typeof orNull, string | null, "maybe">>();
    // @ts-expect-error characters are a text
    s.str.strip(1);
  },
  startsWith() {
    const [answer, orNull] = [s.str.startsWith("x"), maybe.str.startsWith(s)];
    expect<Is<typeof answer, boolean, "s">>();
    expect<Is<typeof orNull, boolean | null, "maybe" | "s">>();
    // @ts-expect-error a number beside a text
    s.str.startsWith(1);
  },
  endsWith() {
    const [answer, orNull] = [s.str.endsWith("x"), maybe.str.endsWith(s)];
    expect<Is<typeof answer, boolean, "s">>();
    expect<Is<typeof orNull, boolean | null, "maybe" | "s">>();
    // @ts-expect-error a number beside a text
    s.str.endsWith(1);
  },
  count() {
    const [place, orNull] = [s.str.count("x"), maybe.str.count(s)];
    expect<Is<typeof place, number, "s">>();
    expect<Is<typeof orNull, number | null, "maybe" | "s">>();
    // @ts-expect-error what is sought is a text
    s.str.count(n);
  },
  find() {
    const [place, orNull] = [s.str.find("x"), maybe.str.find(s)];
    expect<Is<typeof place, number, "s">>();
    expect<Is<typeof orNull, number | null, "maybe" | "s">>();
    // @ts-expect-error what is sought is a text
    s.str.find(n);
  },
  rfind() {
    const [place, orNull] = [s.str.rfind("x"), maybe.str.rfind(s)];
    expect<Is<typeof place, number, "s">>();
    expect<Is<typeof orNull, number | null, "maybe" | "s">>();
    // @ts-expect-error what is sought is a text
    s.str.rfind(n);
  },
  replace() {
    const [all, some] = [s.str.replace("a", "b"), maybe.str.replace(s, "b", n)];
    expect<Is<typeof all, string, "s">>();
    expect<Is<typeof some, string | null, "maybe" | "s" | "n">>();
    // @ts-expect-error nothing to put in its place
    s.str.replace("a");
    // @ts-expect-error a text in the place of a number
    s.str.replace("a", "b", "1");
  },
  slice() {
    const [rest, part] = [s.str.slice(1), maybe.str.slice(n, -1)];
    expect<Is<typeof rest, string, "s">>();
    expect<Is<typeof part, string | null, "maybe" | "n">>();
    // @ts-expect-error a text in the place of a number
    s.str.slice("1");
  },
  split() {
    const [words, parts] = [s.str.split(), maybe.str.split(",")];
    expect<Is<typeof words, string[], "s">>();
    expect<Is<typeof parts, string[] | null, "maybe">>();
    // @ts-expect-error a separator is a text
    s.str.split(1);
  },
  removePrefix() {
    const [text, orNull] = [s.str.removePrefix("x"), maybe.str.removePrefix(s)];
    expect<Is<typeof text, string, "s">>();
    expect<Is<typeof orNull, string | null, "maybe" | "s">>();
    // @ts-expect-error nothing to remove
    s.str.removePrefix();
  },
  removeSuffix() {
    const [text, orNull] = [s.str.removeSuffix("x"), maybe.str.removeSuffix(s)];
    expect<Is<typeof text, string, "s">>();
    expect<Is<typeof orNull, string | null, "maybe" | "s">>();
    // @ts-expect-error nothing to remove
    s.str.removeSuffix();
  },
  parseInt() {
    const [value, orNull] = [s.str.parseInt(), s.str.parseInt({ optional: true })];
    expect<Is<typeof value, number, "s">>();
    expect<Is<typeof orNull, number | null, "s">>();
    const ofNull = maybe.str.parseInt();
    expect<Is<typeof ofNull, number | null, "maybe">>();
    // @ts-expect-error no such option
    s.str.parseInt({ option: true });
  },
  parseFloat() {
    const [value, orNull] = [s.str.parseFloat(), s.str.parseFloat({ optional: true })];
    expect<Is<typeof value, number, "s">>();
    expect<Is<typeof orNull, number | null, "s">>();
    const ofNull = maybe.str.parseFloat();
    expect<Is<typeof ofNull, number | null, "maybe">>();
    // @ts-expect-error no such option
    s.str.parseFloat({ option: true });
  },
  parseBool() {
    const [value, orNull] = [s.str.parseBool(), s.str.parseBool({ optional: true })];
    expect<Is<typeof value, boolean, "s">>();
    expect<Is<typeof orNull, boolean | null, "s">>();
    const ofNull = maybe.str.parseBool();
    expect<Is<typeof ofNull, boolean | null, "maybe">>();
    // @ts-expect-error no such option
    s.str.parseBool({ option: true });
  },
});
