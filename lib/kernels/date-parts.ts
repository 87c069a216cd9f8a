import { floorDivide, floorMod } from "./arithmetic.ts";

/*
 * Parts of instants: proleptic Gregorian calendar, UTC, whole milliseconds since 1970.
 */
const DAY_MS = 86_400_000;

/** The last date that `setDate` took apart: a kernel has one return value. */
const date = { year: 0, month: 0, day: 0 };

/**
 * Days since 1970 as a date into `date`. Howard Hinnant, "chrono-compatible low-level date algorithms": years begin in
 * March, so that the leap day is the last of its year.
 */
function setDate(days: number): void {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const leaps = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  date.month = shifted < 10 ? shifted + 3 : shifted - 9;
  date.year = yearOfEra + era * 400 + (date.month <= 2 ? 1 : 0);
  date.day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
}

export function yearsOf(values: Float64Array, n: number, out: Float64Array): void {
  for (let i = 0; i < n; i++) {
    setDate(Math.floor(values[i] / DAY_MS));
    out[i] = date.year;
  }
}

/** 1 to 12. */
export function monthsOf(values: Float64Array, n: number, out: Float64Array): void {
  for (let i = 0; i < n; i++) {
    setDate(Math.floor(values[i] / DAY_MS));
    out[i] = date.month;
  }
}

/** 1 to 31. */
export function daysOf(values: Float64Array, n: number, out: Float64Array): void {
  for (let i = 0; i < n; i++) {
    setDate(Math.floor(values[i] / DAY_MS));
    out[i] = date.day;
  }
}

/** Monday is 0; 1970-01-01 was a Thursday. */
export function weekdaysOf(values: Float64Array, n: number, out: Float64Array): void {
  for (let i = 0; i < n; i++) out[i] = floorMod(Math.floor(values[i] / DAY_MS) + 3, 7);
}

/** How often `unit` has passed since the last whole `period`, both in milliseconds. */
function passed(values: Float64Array, unit: number, period: number, n: number, out: Float64Array): void {
  for (let i = 0; i < n; i++) out[i] = Math.floor(floorMod(values[i], period) / unit);
}

export function hoursOf(values: Float64Array, n: number, out: Float64Array): void {
  passed(values, 3_600_000, DAY_MS, n, out);
}

export function minutesOf(values: Float64Array, n: number, out: Float64Array): void {
  passed(values, 60_000, 3_600_000, n, out);
}

export function secondsOf(values: Float64Array, n: number, out: Float64Array): void {
  passed(values, 1000, 60_000, n, out);
}

export function millisecondsOf(values: Float64Array, n: number, out: Float64Array): void {
  passed(values, 1, 1000, n, out);
}

/** out[i]: the exact quotient a[i] / unit without its fraction. */
export function wholeUnits(values: Float64Array, unit: number, n: number, out: Float64Array): void {
  for (let i = 0; i < n; i++) {
    const size = floorDivide(Math.abs(values[i]), unit);
    out[i] = values[i] < 0 ? 0 - size : size;
  }
}

/** out[i] = a[i] · factor / divisor; one of the two is 1, so that it is rounded once. */
export function scaleNumbers(
  values: Float64Array,
  factor: number,
  divisor: number,
  n: number,
  out: Float64Array,
): void {
  for (let i = 0; i < n; i++) out[i] = (values[i] * factor) / divisor + 0;
}
