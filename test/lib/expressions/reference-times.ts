import { ERROR_VALUE as ERROR } from "../../../lib/data/value.ts";
import { nearestDouble, unitsOf } from "../../oracle/exact.ts";
import type { Strict } from "./reference-texts.ts";

const dayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** Functions of `.dt` and `.num`, by JS's Date and exact integers. Null for null. */
export const times = {
  "dt.year": part((date) => date.getUTCFullYear()),
  "dt.month": part((date) => date.getUTCMonth() + 1),
  "dt.day": part((date) => date.getUTCDate()),
  "dt.hour": part((date) => date.getUTCHours()),
  "dt.minute": part((date) => date.getUTCMinutes()),
  "dt.second": part((date) => date.getUTCSeconds()),
  "dt.millisecond": part((date) => date.getUTCMilliseconds()),
  "dt.weekday": part((date) => (date.getUTCDay() + 6) % 7),
  "dt.days": whole(86_400_000),
  "dt.hours": whole(3_600_000),
  "dt.minutes": whole(60_000),
  "dt.seconds": whole(1000),
  "dt.milliseconds": whole(1),
  "dt.weeks": whole(604_800_000),
  "dt.fromTimestamp": ([value], { options }) => {
    if (value === null) return null;
    const perUnit = { s: 1000n, ms: 1n, us: 1n, ns: 1n };
    const unitsPerMs = { s: 1n, ms: 1n, us: 1000n, ns: 1_000_000n };
    const { unit } = options as { unit: keyof typeof perUnit };
    if (!Number.isFinite(value)) return ERROR;
    // The nearest float, and then the millisecond before it.
    const rounded = nearestDouble(unitsOf(value as number) * perUnit[unit], unitsPerMs[unit]);
    const ms = Math.floor(rounded);
    return Math.abs(ms) > 8.64e15 ? ERROR : ms + 0;
  },
  "dt.toNaiveInTimezone": ([ms], { options }) =>
    ms === null ? null : clockAt(ms as number, (options as { timezone: string }).timezone),
  "dt.toUtc": ([ms], { options }) =>
    ms === null ? null : instantAt(ms as number, (options as { timezone: string }).timezone),
  "dt.strptime": ([text], { options }) => {
    if (text === null) return null;
    const { format, timezone } = options as { format: string; timezone?: string | null };
    const inZone = (wall: number | typeof ERROR) =>
      wall === ERROR || typeof timezone !== "string" ? wall : instantAt(wall, timezone);
    // Of the two formats that are tried one is a date alone and one is what `strftime` makes of an instant.
    const isDate = /^\d{4}-\d{1,2}-\d{1,2}$/.test(text as string);
    if (format === "%F") return isDate ? inZone(validDate(text as string)) : ERROR;
    const [, day, hour, minute, second, fraction] =
      /^(\d{4}-\d{2}-\d{2}) (\d{2}):(\d{2}):(\d{2})\.(\d{6})$/.exec(text as string) ?? [];
    if (day === undefined) return ERROR;
    return inZone(Date.parse(`${day}T${hour}:${minute}:${second}.${fraction?.slice(0, 3)}Z`));
  },
  "dt.timestamp": ([ms], { options }) => {
    if (ms === null) return null;
    const nanoseconds = BigInt(ms as number) * 1_000_000n;
    const perUnit = { s: 1_000_000_000n, ms: 1_000_000n, us: 1000n, ns: 1n };
    return nearestDouble(nanoseconds * unitsOf(1), perUnit[(options as { unit: keyof typeof perUnit }).unit]);
  },
  "dt.floor": multiple((value, unit) => floorBig(value, unit) * unit),
  "dt.round": multiple((value, unit) => floorBig(2n * value + unit, 2n * unit) * unit),
  "dt.strftime": ([ms, format]) =>
    ms === null || format === null ? null : written(ms as number, format as string),
} satisfies Record<string, Strict>;

export const numbers = {
  "num.abs": ([a]) => (typeof a === "bigint" ? (a < 0n ? -a : a) : a === null ? null : Math.abs(a as number)),
  "num.floor": ([a]) => (a === null ? null : Math.floor(a as number)),
  "num.ceil": ([a]) => (a === null ? null : Math.ceil(a as number)),
  "num.round": ([a, decimals = 0], { type }) => {
    if (a === null || decimals === null) return null;
    const rounded = roundExactly(a as number, decimals as number);
    return type.name === "int" && !Number.isSafeInteger(rounded) ? ERROR : rounded;
  },
} satisfies Record<string, Strict>;

/** Of json: only what it holds. */
export const elements = {
  makeTuple: (values) => values,
  get: ([container, key, otherwise = null]) => {
    if (Array.isArray(container) && typeof key === "number") {
      const place = key < 0 ? container.length + key : key;
      return place in container ? container[place] : otherwise;
    }
    if (Array.isArray(container) || container instanceof Uint8Array || typeof container !== "object")
      return otherwise;
    const named = Object.entries(container ?? {}).find(([name]) => name === key);
    return named === undefined ? otherwise : named[1];
  },
} satisfies Record<string, Strict>;

function part(fn: (date: Date) => number): Strict {
  return ([ms]) => (ms === null ? null : fn(new Date(ms as number)));
}

function whole(unitMs: number): Strict {
  return ([ms]) => {
    if (ms === null) return null;
    const units = Number(unitsOf(ms as number) / unitsOf(unitMs));
    return Number.isSafeInteger(units) ? units : ERROR;
  };
}

function multiple(fn: (value: bigint, unit: bigint) => bigint): Strict {
  return ([ms, duration]) => {
    if (ms === null || duration === null) return null;
    if ((duration as number) <= 0) return ERROR;
    const units = fn(unitsOf(ms as number), unitsOf(duration as number));
    const result = Math.floor(nearestDouble(units));
    return Math.abs(result) <= 8.64e15 ? result : ERROR;
  };
}

/** The nearest multiple of 10^-decimals, halves to the even one, then the nearest double. */
function roundExactly(value: number, decimals: number): number {
  if (!Number.isFinite(value) || decimals > 100) return value;
  const places = Math.max(-400, Math.min(400, decimals));
  const up = 10n ** BigInt(Math.max(places, 0));
  const down = 10n ** BigInt(Math.max(-places, 0));
  const numerator = unitsOf(value) * up;
  const denominator = unitsOf(1) * down;
  const floor = floorBig(numerator, denominator);
  const twice = 2n * (numerator - floor * denominator);
  const isUp = twice > denominator || (twice === denominator && floor % 2n !== 0n);
  return nearestDouble((isUp ? floor + 1n : floor) * down * unitsOf(1), up);
}

function floorBig(a: bigint, b: bigint): bigint {
  return a % b !== 0n && a < 0n !== b < 0n ? a / b - 1n : a / b;
}

/** By Intl and ISO texts, as far as these go: the formats of the tests use no other directives. */
function written(ms: number, format: string): unknown {
  const date = new Date(ms);
  const iso = date.toISOString();
  const [day = "", time = ""] = iso.split("T");
  const english = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("en-US", { ...options, timeZone: "UTC" }).format(date);
  const year = day.slice(0, -6);
  const name = dayNames[date.getUTCDay()] as string;
  const values: Record<string, string> = {
    "%": "%",
    Y: year,
    y: String(((Number(year) % 100) + 100) % 100).padStart(2, "0"),
    m: day.slice(-5, -3),
    d: day.slice(-2),
    B: english({ month: "long" }),
    b: english({ month: "short" }),
    A: name,
    a: name.slice(0, 3),
    H: time.slice(0, 2),
    I: String(Number(time.slice(0, 2)) % 12 || 12).padStart(2, "0"),
    p: Number(time.slice(0, 2)) < 12 ? "AM" : "PM",
    M: time.slice(3, 5),
    S: time.slice(6, 8),
    L: time.slice(9, 12),
    f: `${time.slice(9, 12)}000`,
    F: day,
    T: time.slice(0, 8),
    R: time.slice(0, 5),
    s: String(Math.floor(ms / 1000)),
    u: String(dayNames.indexOf(name) || 7),
    w: String(dayNames.indexOf(name)),
    z: "+0000",
    Z: "UTC",
  };
  values.D = `${values.m}/${values.d}/${values.y}`;
  values.j = String(
    (Date.parse(`${day}T00:00Z`) - Date.parse(`${year}-01-01T00:00Z`)) / 86_400_000 + 1,
  ).padStart(3, "0");
  let failed = false;
  const text = format.replace(/%(.?)/gsu, (_, letter: string) => {
    failed ||= values[letter] === undefined;
    return values[letter] ?? "";
  });
  return failed ? ERROR : text;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Writes what a zone's clocks show; making one takes long. */
function clockOf(timeZone: string): Intl.DateTimeFormat {
  const clock =
    clocks.get(timeZone) ??
    new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  clocks.set(timeZone, clock);
  return clock;
}

/** What a zone's clocks show, by the fields that Intl writes. */
function clockAt(ms: number, timeZone: string): number | typeof ERROR {
  const shown = clockOf(timeZone).formatToParts(ms);
  const field = (type: string): string => shown.find((part) => part.type === type)?.value ?? "";
  const year = field("era") === "BC" ? 1 - Number(field("year")) : Number(field("year"));
  const date = new Date(0);
  date.setUTCFullYear(year, Number(field("month")) - 1, Number(field("day")));
  const rest = ((ms % 1000) + 1000) % 1000;
  const wall = date.setUTCHours(
    Number(field("hour")),
    Number(field("minute")),
    Number(field("second")),
    rest,
  );
  return Math.abs(wall) <= 8.64e15 ? wall : ERROR;
}

/** The first instant at which the clocks show it, looked for among all offsets in quarters of an hour. */
function instantAt(wall: number, timeZone: string): number | typeof ERROR {
  const quarter = 900_000;
  for (let ms = wall - 64 * quarter; ms <= wall + 64 * quarter; ms += quarter)
    if (Math.abs(ms) <= 8.64e15 && clockAt(ms, timeZone) === wall) return ms;
  // Skipped: by the offset of the day before.
  const before = wall - 86_400_000;
  const ms = wall - ((clockAt(before, timeZone) as number) - before);
  return Math.abs(ms) <= 8.64e15 ? ms : ERROR;
}

function validDate(text: string): number | typeof ERROR {
  const [year = 0, month = 0, day = 0] = text.split("-").map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : ERROR;
}
