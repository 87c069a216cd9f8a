import { Failed } from "../../data/coerce.ts";
import type { FunctionDefinition } from "./function-definition.ts";
import { typedFunction } from "./signature.ts";
import { mapValues } from "./values.ts";

export const weekdayNames = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
export const monthNames = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** What stands for a directive of `strftime`, in UTC; names are English. */
const directives: Readonly<Record<string, (date: Date) => string>> = {
  "%": () => "%",
  a: (date) => weekdayNames[weekday(date)].slice(0, 3),
  A: (date) => weekdayNames[weekday(date)],
  b: (date) => monthNames[date.getUTCMonth()].slice(0, 3),
  B: (date) => monthNames[date.getUTCMonth()],
  d: (date) => padded(date.getUTCDate()),
  D: (date) => written(date, "%m/%d/%y"),
  f: (date) => `${padded(date.getUTCMilliseconds(), 3)}000`,
  F: (date) => written(date, "%Y-%m-%d"),
  H: (date) => padded(date.getUTCHours()),
  I: (date) => padded(((date.getUTCHours() + 11) % 12) + 1),
  j: (date) => padded(dayOfYear(date), 3),
  L: (date) => padded(date.getUTCMilliseconds(), 3),
  m: (date) => padded(date.getUTCMonth() + 1),
  M: (date) => padded(date.getUTCMinutes()),
  p: (date) => (date.getUTCHours() < 12 ? "AM" : "PM"),
  R: (date) => written(date, "%H:%M"),
  s: (date) => String(Math.floor(date.getTime() / 1000)),
  S: (date) => padded(date.getUTCSeconds()),
  T: (date) => written(date, "%H:%M:%S"),
  u: (date) => String(weekday(date) + 1),
  w: (date) => String(date.getUTCDay()),
  y: (date) => padded(((date.getUTCFullYear() % 100) + 100) % 100),
  Y: (date) => year(date.getUTCFullYear()),
  z: () => "+0000",
  Z: () => "UTC",
};

export const strftime: FunctionDefinition = typedFunction(
  {
    takes: ["datetime", "str"],
    gives: "str",
    hint: 'strftime takes a datetime and a format: say so first, .cast("datetime").',
  },
  (call) => {
    // Formats seldom change from row to row, so that the last one is checked already.
    let format: unknown;
    let bad: string | undefined;
    return mapValues(call, (ms, given) => {
      if (given !== format) {
        bad = unknownDirective(given as string);
        format = given;
      }
      if (bad !== undefined) return new Failed(`the format has the unknown directive ${bad}`);
      return written(new Date(ms as number), given as string);
    });
  },
);

/** The first directive of a format that does not exist, such as `%Q` (or a `%` at the end). */
export function unknownDirective(format: string): string | undefined {
  for (const [directive] of format.matchAll(/%./gsu)) {
    if (!Object.hasOwn(directives, directive.slice(1))) return directive;
  }
  return /(?:^|[^%])(?:%%)*%$/.test(format) ? "%" : undefined;
}

/** The directives, for messages. */
export const directiveList = Object.keys(directives)
  .map((letter) => `%${letter}`)
  .join(" ");

function written(date: Date, format: string): string {
  return format.replace(/%(.)/gsu, (_, letter: string) => directives[letter](date));
}

function padded(value: number, width = 2): string {
  return String(value).padStart(width, "0");
}

/** As ISO 8601 has it: outside of 0 to 9999 with a sign and six digits. */
function year(value: number): string {
  if (value >= 0 && value <= 9999) return padded(value, 4);
  return (value < 0 ? "-" : "+") + padded(Math.abs(value), 6);
}

/** Monday is 0. */
function weekday(date: Date): number {
  return (date.getUTCDay() + 6) % 7;
}

function dayOfYear(date: Date): number {
  const newYear = new Date(date);
  newYear.setUTCMonth(0, 1);
  return Math.floor((date.getTime() - newYear.getTime()) / 86_400_000) + 1;
}
