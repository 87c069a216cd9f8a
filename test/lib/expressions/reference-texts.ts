import { coerceText, Failed } from "../../../lib/data/coerce.ts";
import { ERROR_VALUE as ERROR } from "../../../lib/data/value.ts";
import type { CallNode } from "../../../lib/expressions/node.ts";

/** What a call is worth for operands that are no failed cells. */
export type Strict = (values: readonly unknown[], node: CallNode) => unknown;

/** Functions of `.str` in plain JS, over lists of code points. Null for null. */
export const texts = {
  "str.len": of((text) => points(text).length),
  "str.lower": of((text) => text.toLowerCase()),
  "str.upper": of((text) => text.toUpperCase()),
  "str.swapcase": of((text) =>
    points(text)
      .map((point) => (point === point.toLowerCase() ? point.toUpperCase() : point.toLowerCase()))
      .join(""),
  ),
  "str.title": of((text) =>
    text.replace(/\p{Cased}+/gu, ([first = "", ...rest]) => {
      const [large = "", ...small] = first.toUpperCase();
      return large + [...small, ...rest].map((point) => point.toLowerCase()).join("");
    }),
  ),
  "str.strip": of((text, set) => (set === undefined ? text.trim() : without(points(text), points(set)))),
  "str.startsWith": of((text, other) => text.startsWith(other)),
  "str.endsWith": of((text, other) => text.endsWith(other)),
  "str.count": of((text, other) => (other === "" ? points(text).length + 1 : text.split(other).length - 1)),
  "str.find": of((text, other) => placeInPoints(text, text.indexOf(other))),
  "str.rfind": of((text, other) => placeInPoints(text, text.lastIndexOf(other))),
  "str.replace": of(replaced),
  "str.slice": of((text, from, to) =>
    points(text)
      .slice(Number(from), to === undefined ? undefined : Number(to))
      .join(""),
  ),
  "str.split": of((text, separator) => {
    if (separator === undefined) return text.trim() === "" ? [] : text.trim().split(/\s+/);
    return separator === "" ? points(text) : text.split(separator);
  }),
  "str.reverse": of((text) => points(text).reverse().join("")),
  "str.removePrefix": of((text, other) => (text.startsWith(other) ? text.slice(other.length) : text)),
  "str.removeSuffix": of((text, other) =>
    text.endsWith(other) ? text.slice(0, text.length - other.length) : text,
  ),
  "str.parseInt": parsed("int"),
  "str.parseFloat": parsed("float"),
  "str.parseBool": ([text], { options }) => {
    if (text === null) return null;
    const { trueValues, falseValues, optional } = options as Record<string, string[]>;
    const isIn = (list: string[] = []) =>
      list.some((one) => one.toLowerCase() === String(text).toLowerCase());
    return isIn(trueValues) ? true : isIn(falseValues) ? false : optional ? null : ERROR;
  },
} satisfies Record<string, Strict>;

function of(fn: (text: string, ...rest: string[]) => unknown): Strict {
  return (values) => (values.includes(null) ? null : fn(...(values as [string, ...string[]])));
}

function parsed(name: "int" | "float"): Strict {
  return ([text], { options }) => {
    if (text === null) return null;
    const value = coerceText(text as string, { name, optional: false });
    if (!(value instanceof Failed)) return value;
    return (options as { optional?: boolean } | null)?.optional === true ? null : ERROR;
  };
}

function points(text: string): string[] {
  return [...text];
}

function placeInPoints(text: string, place: number): number {
  return place < 0 ? -1 : points(text.slice(0, place)).length;
}

function without(text: string[], set: string[]): string {
  while (set.includes(text[0] as string)) text.shift();
  while (set.includes(text.at(-1) as string)) text.pop();
  return text.join("");
}

function replaced(text: string, old: string, by: string, most?: string): string {
  let left = most === undefined || Number(most) < 0 ? Number.POSITIVE_INFINITY : Number(most);
  const all = points(text);
  const sought = points(old);
  let result = "";
  for (let at = 0; at <= all.length; ) {
    const found = left > 0 && all.slice(at, at + sought.length).join("") === old;
    if (found) {
      result += by;
      left--;
      at += sought.length;
    }
    if (!found || sought.length === 0) result += all[at++] ?? "";
    else if (at === all.length) break;
  }
  return result;
}
