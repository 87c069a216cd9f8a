import { Failed } from "../../data/coerce.ts";
import type { FunctionDefinition } from "./function-definition.ts";
import { typedFunction } from "./signature.ts";
import { monthNames, weekdayNames } from "./strftime.ts";
import { inRange, Zone } from "./time-zones.ts";
import { mapValues } from "./values.ts";

/** Options of strptime, as plan data. */
interface StrptimeOptions {
  readonly format: string;
  /** Whose wall clock the text shows; null: UTC. A text with an offset of its own needs neither. */
  readonly timezone: string | null;
}

/** What the directives of a format have found. */
interface Found {
  year: number;
  month: number;
  day: number;
  dayOfYear: number | null;
  hour: number;
  isAfternoon: boolean | null;
  minute: number;
  second: number;
  ms: number;
  offsetMs: number | null;
  instantMs: number | null;
}

interface Directive {
  /** What the text may have there, as a pattern without groups. */
  readonly pattern: string;
  read(found: Found, text: string): void;
}

const short = (names: readonly string[]): string => names.map((name) => name.slice(0, 3)).join("|");
const monthOf = (text: string): number =>
  1 + monthNames.findIndex((name) => name.slice(0, 3).toLowerCase() === text.slice(0, 3).toLowerCase());

const directives: Readonly<Record<string, Directive>> = {
  Y: number("[+-]?\\d{4,6}", "year"),
  y: {
    pattern: "\\d{2}",
    // As POSIX has it: 69 to 99 are of the last century.
    read: (found, text) => {
      found.year = Number(text) + (Number(text) < 69 ? 2000 : 1900);
    },
  },
  m: number("\\d{1,2}", "month"),
  d: number("\\d{1,2}", "day"),
  j: number("\\d{1,3}", "dayOfYear"),
  H: number("\\d{1,2}", "hour"),
  I: number("\\d{1,2}", "hour"),
  M: number("\\d{1,2}", "minute"),
  S: number("\\d{1,2}", "second"),
  L: number("\\d{3}", "ms"),
  f: {
    pattern: "\\d{1,9}",
    read: (found, text) => {
      found.ms = Math.floor(Number(`0.${text}`) * 1000 + 1e-9);
    },
  },
  b: { pattern: short(monthNames), read: readMonth },
  B: { pattern: monthNames.join("|"), read: readMonth },
  a: { pattern: short(weekdayNames), read: () => {} },
  A: { pattern: weekdayNames.join("|"), read: () => {} },
  p: {
    pattern: "AM|PM",
    read: (found, text) => {
      found.isAfternoon = text.toUpperCase() === "PM";
    },
  },
  s: {
    pattern: "-?\\d+",
    read: (found, text) => {
      found.instantMs = Number(text) * 1000;
    },
  },
  z: {
    pattern: "Z|[+-]\\d{2}:?\\d{2}",
    read: (found, text) => {
      const digits = text.replace(":", "");
      const minutes = 60 * Number(digits.slice(1, 3)) + Number(digits.slice(3, 5));
      found.offsetMs = text.length === 1 ? 0 : (text[0] === "-" ? -60_000 : 60_000) * minutes;
    },
  },
};

const shorthands: Readonly<Record<string, string>> = {
  D: "%m/%d/%y",
  F: "%Y-%m-%d",
  R: "%H:%M",
  T: "%H:%M:%S",
};

function readMonth(found: Found, text: string): void {
  found.month = monthOf(text);
}

function number(
  pattern: string,
  field: "year" | "month" | "day" | "dayOfYear" | "hour" | "minute" | "second" | "ms",
): Directive {
  return {
    pattern,
    read: (found, text) => {
      found[field] = Number(text);
    },
  };
}

/** The directives, for messages. */
export const parsedDirectives = [...Object.keys(directives), ...Object.keys(shorthands), "%"]
  .sort()
  .map((letter) => `%${letter}`)
  .join(" ");

/** The first directive of a format that texts cannot be read by. */
export function unreadableDirective(format: string): string | undefined {
  for (const [directive, letter] of format.matchAll(/%(.?)/gsu)) {
    const isKnown = letter === "%" || Object.hasOwn(directives, letter) || Object.hasOwn(shorthands, letter);
    if (!isKnown) return directive;
  }
  return undefined;
}

/** A text read by a format, as an instant. Options `{ format, timezone }`. */
export const strptime: FunctionDefinition = typedFunction(
  { takes: ["str"], gives: "datetime", hint: "strptime takes texts: write .toStr() first." },
  (call) => {
    const { format, timezone } = call.options as StrptimeOptions;
    const parser = new Parser(format, timezone === null ? null : new Zone(timezone));
    return mapValues(call, (text) => parser.parse(text as string));
  },
);

class Parser {
  readonly #format: string;
  readonly #zone: Zone | null;
  readonly #pattern: RegExp;
  readonly #directives: readonly Directive[];

  constructor(format: string, zone: Zone | null) {
    const read: Directive[] = [];
    const whole = format.replace(/%([DFRT])/g, (_, letter: string) => shorthands[letter]);
    const pattern = whole.replace(/%(.)|[\\^$.*+?()[\]{}|/-]/gsu, (part, letter: string | undefined) => {
      if (letter === undefined) return `\\${part}`;
      if (letter === "%") return "%";
      read.push(directives[letter]);
      return `(${directives[letter].pattern})`;
    });
    this.#format = format;
    this.#zone = zone;
    this.#pattern = new RegExp(`^${pattern}$`, "is");
    this.#directives = read;
  }

  parse(text: string): number | Failed {
    const match = this.#pattern.exec(text);
    if (match === null) return new Failed(`the text is not written as ${this.#format}`);
    const found: Found = {
      year: 1970,
      month: 1,
      day: 1,
      dayOfYear: null,
      hour: 0,
      isAfternoon: null,
      minute: 0,
      second: 0,
      ms: 0,
      offsetMs: null,
      instantMs: null,
    };
    this.#directives.forEach((directive, i) => {
      directive.read(found, match[i + 1]);
    });
    const wall = wallOf(found);
    if (wall === null) return new Failed("there is no such date or time");
    if (found.instantMs !== null) return inRange(found.instantMs);
    if (found.offsetMs !== null) return inRange(wall - found.offsetMs);
    return inRange(this.#zone === null ? wall : this.#zone.instantOf(wall));
  }
}

/** The fields as UTC; null where they are none, such as the 30th of February. */
function wallOf({
  year,
  month,
  day,
  dayOfYear,
  hour,
  isAfternoon,
  minute,
  second,
  ms,
}: Found): number | null {
  if (isAfternoon !== null && (hour < 1 || hour > 12)) return null;
  const hours = isAfternoon === null ? hour : (hour % 12) + (isAfternoon ? 12 : 0);
  if (hours > 23 || minute > 59 || second > 59) return null;
  const date = new Date(0);
  if (dayOfYear === null) date.setUTCFullYear(year, month - 1, day);
  else date.setUTCFullYear(year, 0, dayOfYear);
  const isDate =
    dayOfYear === null
      ? date.getUTCMonth() === month - 1 && date.getUTCDate() === day
      : dayOfYear > 0 && date.getUTCFullYear() === year;
  return isDate ? date.setUTCHours(hours, minute, second, ms) : null;
}
