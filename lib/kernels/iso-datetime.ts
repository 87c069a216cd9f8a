/**
 * ISO 8601 instants as bytes, both ways. Proleptic Gregorian calendar, UTC, milliseconds since 1970.
 * Days and dates are converted as in Howard Hinnant, "chrono-compatible low-level date algorithms":
 * years begin in March, so that the leap day is the last of its year and months follow (153 m + 2) / 5.
 */
const DAY_MS = 86_400_000;
/** The largest distance from 1970 that a JS Date can hold. */
export const DATETIME_MAX_MS = 8_640_000_000_000_000;

const MONTH_DAYS = Uint8Array.of(0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31);

/** Days from 1970-01-01 to a date. */
function daysOfDate(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** The number written by `count` digits at `at`, or -1. */
function digits(bytes: Uint8Array, at: number, end: number, count: number): number {
  if (at + count > end) return -1;
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const digit = bytes[i] - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/**
 * The instant written in `bytes[start, end)`, in milliseconds; NaN where it is none.
 *
 *   (YYYY | ±YYYYYY)-MM-DD [ (T | space) HH:MM [ :SS [ .f… ] ] [ Z | ±HH | ±HHMM | ±HH:MM ] ]
 *
 * Without a zone it is UTC. Digits beyond the millisecond are cut off, which rounds towards the past.
 */
export function parseIsoDatetime(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  const sign = bytes[at];
  const long = sign === 43 || sign === 45;
  let year = long ? digits(bytes, at + 1, end, 6) : digits(bytes, at, end, 4);
  if (year < 0 || (sign === 45 && year === 0)) return Number.NaN;
  if (sign === 45) year = -year;
  at += long ? 7 : 4;
  const month = digits(bytes, at + 1, end, 2);
  const day = digits(bytes, at + 4, end, 2);
  if (bytes[at] !== 45 || bytes[at + 3] !== 45 || month < 1 || month > 12 || day < 1) return Number.NaN;
  if (day > MONTH_DAYS[month] || (month === 2 && day === 29 && !isLeap(year))) return Number.NaN;
  at += 6;
  const days = daysOfDate(year, month, day) * DAY_MS;
  if (at === end) return inRange(days);
  const separator = bytes[at];
  if (separator !== 84 && separator !== 116 && separator !== 32) return Number.NaN;
  return inRange(days + parseTime(bytes, at + 1, end));
}

function inRange(ms: number): number {
  return ms >= -DATETIME_MAX_MS && ms <= DATETIME_MAX_MS ? ms : Number.NaN;
}

/** Milliseconds from midnight UTC; NaN where it is no time of day. */
function parseTime(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  const hour = digits(bytes, at, end, 2);
  const minute = digits(bytes, at + 3, end, 2);
  if (hour < 0 || hour > 23 || bytes[at + 2] !== 58 || minute < 0 || minute > 59) return Number.NaN;
  let ms = (hour * 60 + minute) * 60_000;
  at += 5;
  if (at < end && bytes[at] === 58) {
    const second = digits(bytes, at + 1, end, 2);
    if (second < 0 || second > 59) return Number.NaN;
    ms += second * 1000;
    at += 3;
    if (at < end && bytes[at] === 46) {
      const first = at + 1;
      let unit = 100;
      for (at = first; at < end && bytes[at] >= 48 && bytes[at] <= 57; at++) {
        if (unit >= 1) ms += (bytes[at] - 48) * unit;
        unit /= 10;
      }
      if (at === first) return Number.NaN;
    }
  }
  return ms - parseZone(bytes, at, end);
}

/** Milliseconds that the zone is ahead of UTC; NaN where it is no zone. */
function parseZone(bytes: Uint8Array, at: number, end: number): number {
  if (at === end) return 0;
  const sign = bytes[at];
  if (sign === 90 || sign === 122) return at + 1 === end ? 0 : Number.NaN;
  if (sign !== 43 && sign !== 45) return Number.NaN;
  const hour = digits(bytes, at + 1, end, 2);
  if (hour < 0 || hour > 23) return Number.NaN;
  let minute = 0;
  if (at + 3 !== end) {
    const minuteAt = bytes[at + 3] === 58 ? at + 4 : at + 3;
    minute = digits(bytes, minuteAt, end, 2);
    if (minute < 0 || minute > 59 || minuteAt + 2 !== end) return Number.NaN;
  }
  const ahead = (hour * 60 + minute) * 60_000;
  return sign === 45 ? -ahead : ahead;
}

/** Bytes that `writeIsoDatetime` may write. */
export const ISO_DATETIME_BYTES_MAX = 32;

function writeDigits(out: Uint8Array, at: number, value: number, count: number): number {
  let rest = value;
  for (let i = at + count - 1; i >= at; i--) {
    const next = Math.floor(rest / 10);
    out[i] = 48 + rest - next * 10;
    rest = next;
  }
  return at + count;
}

/**
 * Writes `YYYY-MM-DDTHH:MM:SS.mmmZ` (`±YYYYYY-…` outside of the years 0 to 9999), as Date.toISOString does, and
 * returns the new end. Parts of a millisecond are cut off towards the past. `ms` must be finite.
 */
export function writeIsoDatetime(out: Uint8Array, start: number, ms: number): number {
  const days = Math.floor(ms / DAY_MS);
  const inDay = Math.floor(ms) - days * DAY_MS;
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  let at = start;
  if (year < 0 || year > 9999) {
    out[at++] = year < 0 ? 45 : 43;
    at = writeDigits(out, at, Math.abs(year), 6);
  } else at = writeDigits(out, at, year, 4);
  out[at++] = 45;
  at = writeDigits(out, at, month, 2);
  out[at++] = 45;
  at = writeDigits(out, at, dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1, 2);
  out[at++] = 84;
  return writeTime(out, at, inDay);
}

function writeTime(out: Uint8Array, start: number, inDay: number): number {
  const minutes = Math.floor(inDay / 60_000);
  const inMinute = inDay - minutes * 60_000;
  const hour = Math.floor(minutes / 60);
  const second = Math.floor(inMinute / 1000);
  let at = writeDigits(out, start, hour, 2);
  out[at++] = 58;
  at = writeDigits(out, at, minutes - hour * 60, 2);
  out[at++] = 58;
  at = writeDigits(out, at, second, 2);
  out[at++] = 46;
  at = writeDigits(out, at, inMinute - second * 1000, 3);
  out[at++] = 90;
  return at;
}
