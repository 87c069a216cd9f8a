import { coerce, Failed } from "../data/coerce.ts";
import { badArgument, type CallBuilder, checkOptions, type Given, type NullOf } from "./call-builder.ts";
import type { Expression } from "./expression.ts";
import { directiveList, unknownDirective } from "./functions/strftime.ts";
import { parsedDirectives, unreadableDirective } from "./functions/strptime.ts";
import { type TimestampUnit, timestampUnits } from "./functions/time-parts.ts";
import { isTimezone } from "./functions/time-zones.ts";

// Never there when the program runs: it carries the type of the values only.
declare const valueType: unique symbol;

type Times = TimeMethods<number | null, string>;
type ValueIn<E> = E extends TimeMethods<infer T, string> ? T : never;
type Result<R, E, N extends string> = Expression<R | NullOf<ValueIn<E>>, N>;

/** A duration: an expression, milliseconds, or a text such as "10s", "5m", "1h", "2d". */
type GivenDuration<N extends string> = Given<number, N> | string;

/**
 * The functions of datetimes and durations, `t.at.dt.…`. To the compiler both are numbers; when the plan is built each
 * function takes its own: `year` to `strftime` datetimes, which are instants in UTC, `days` to `milliseconds` durations.
 * Others throw TowpathError TP_EXPRESSION_TYPE. Null stays null.
 */
export class TimeMethods<out T, out N extends string> {
  declare readonly [valueType]: T;
  readonly #self: Expression<unknown, N>;
  readonly #call: CallBuilder;

  /** Internal: `expression.dt`. */
  constructor(self: Expression<unknown, N>, call: CallBuilder) {
    this.#self = self;
    this.#call = call;
  }

  /** The year of a datetime, in UTC. @example t.at.dt.year() // 2026-11-21T10:12:03.004Z → 2026 */
  year<E extends Times>(this: E): Result<number, E, N> {
    return this.#call("dt.year", [this.#self]);
  }

  /** The month of a datetime, 1 to 12. @example t.at.dt.month() // 2026-11-21T10:12:03.004Z → 11 */
  month<E extends Times>(this: E): Result<number, E, N> {
    return this.#call("dt.month", [this.#self]);
  }

  /** The day of a datetime's month, 1 to 31. @example t.at.dt.day() // 2026-11-21T10:12:03.004Z → 21 */
  day<E extends Times>(this: E): Result<number, E, N> {
    return this.#call("dt.day", [this.#self]);
  }

  /** The hour of a datetime, 0 to 23. @example t.at.dt.hour() // 2026-11-21T10:12:03.004Z → 10 */
  hour<E extends Times>(this: E): Result<number, E, N> {
    return this.#call("dt.hour", [this.#self]);
  }

  /** The minute of a datetime, 0 to 59. @example t.at.dt.minute() // 2026-11-21T10:12:03.004Z → 12 */
  minute<E extends Times>(this: E): Result<number, E, N> {
    return this.#call("dt.minute", [this.#self]);
  }

  /** The second of a datetime, 0 to 59. @example t.at.dt.second() // 2026-11-21T10:12:03.004Z → 3 */
  second<E extends Times>(this: E): Result<number, E, N> {
    return this.#call("dt.second", [this.#self]);
  }

  /** The millisecond of a datetime, 0 to 999. @example t.at.dt.millisecond() // 2026-11-21T10:12:03.004Z → 4 */
  millisecond<E extends Times>(this: E): Result<number, E, N> {
    return this.#call("dt.millisecond", [this.#self]);
  }

  /** The day of a datetime's week: Monday is 0, Sunday 6. @example t.at.dt.weekday() // 2026-11-21 → 5 */
  weekday<E extends Times>(this: E): Result<number, E, N> {
    return this.#call("dt.weekday", [this.#self]);
  }

  /**
   * A datetime brought back to a multiple of a duration since 1970-01-01T00:00Z (so days begin at midnight UTC, and
   * weeks on Thursdays). A column's duration that is not greater than 0 makes the cell fail.
   *
   * @throws TowpathError TP_BAD_ARGUMENT for a plain duration that is not greater than 0.
   * @example t.at.dt.floor("1h") // 2026-11-21T10:42:03Z → 2026-11-21T10:00:00Z
   */
  floor<E extends Times, M extends string = never>(
    this: E,
    duration: GivenDuration<M>,
  ): Result<number, E, N | M> {
    return this.#call("dt.floor", [this.#self, checkedStep("floor", duration)]);
  }

  /** The nearest multiple instead, of two the later one; otherwise as `floor`. @example t.at.dt.round("15m") */
  round<E extends Times, M extends string = never>(
    this: E,
    duration: GivenDuration<M>,
  ): Result<number, E, N | M> {
    return this.#call("dt.round", [this.#self, checkedStep("round", duration)]);
  }

  /**
   * A datetime in seconds, milliseconds, microseconds or nanoseconds since 1970, a float in every unit, as in Pathway.
   * Nanoseconds are beyond the safe integers and thus the nearest float; for an int of milliseconds write `cast("int")`.
   *
   * @throws TowpathError TP_BAD_ARGUMENT for an unknown unit.
   * @example t.at.dt.timestamp("s") // 1970-01-01T00:00:01.500Z → 1.5
   */
  timestamp<E extends Times>(this: E, unit: TimestampUnit): Result<number, E, N> {
    return this.#call("dt.timestamp", [this.#self], { unit: checkedUnit("timestamp", unit) });
  }

  /**
   * A datetime written by a format, in UTC. Directives, as in C: `%Y %y %m %B %b %d %j` (year, month, day, day of the
   * year), `%A %a %u %w` (weekday: names, Monday = 1, Sunday = 0), `%H %I %p %M %S %L %f` (hour, of 12, AM or PM, minute,
   * second, milliseconds, microseconds), `%F %D %T %R` (`%Y-%m-%d`, `%m/%d/%y`, `%H:%M:%S`, `%H:%M`), `%s` (seconds since
   * 1970), `%z %Z` (+0000, UTC), `%%`. Names are English. An unknown one in a column of formats makes the cell fail.
   *
   * @throws TowpathError TP_BAD_ARGUMENT for an unknown directive.
   * @example t.at.dt.strftime("%d.%m.%Y %H:%M") // 2026-11-21T10:12:03Z → "21.11.2026 10:12"
   */
  strftime<E extends Times, M extends string = never>(
    this: E,
    format: Given<string, M>,
  ): Result<string, E, N | M> {
    const bad = typeof format === "string" ? unknownDirective(format) : undefined;
    if (bad !== undefined) {
      throw badArgument(
        `strftime has no directive ${JSON.stringify(bad)}`,
        `Directives are ${directiveList}.`,
      );
    }
    return this.#call("dt.strftime", [this.#self, format]);
  }

  /** A duration in whole days, its fraction cut off. @example t.took.dt.days() // 36 h → 1 */
  days<E extends Times>(this: E): Result<number, E, N> {
    return this.#call("dt.days", [this.#self]);
  }

  /** A duration in whole hours, its fraction cut off: all of it, days too. @example t.took.dt.hours() // 36.5 h → 36 */
  hours<E extends Times>(this: E): Result<number, E, N> {
    return this.#call("dt.hours", [this.#self]);
  }

  /** A duration in whole minutes, its fraction cut off. @example t.took.dt.minutes() // 90 s → 1 */
  minutes<E extends Times>(this: E): Result<number, E, N> {
    return this.#call("dt.minutes", [this.#self]);
  }

  /** A duration in whole seconds, its fraction cut off. @example t.took.dt.seconds() // -1500 ms → -1 */
  seconds<E extends Times>(this: E): Result<number, E, N> {
    return this.#call("dt.seconds", [this.#self]);
  }

  /** A duration in whole milliseconds, its fraction cut off. @example t.took.dt.milliseconds() // 2 s → 2000 */
  milliseconds<E extends Times>(this: E): Result<number, E, N> {
    return this.#call("dt.milliseconds", [this.#self]);
  }

  /** A duration in whole weeks, its fraction cut off. @example t.took.dt.weeks() // 15 days → 2 */
  weeks<E extends Times>(this: E): Result<number, E, N> {
    return this.#call("dt.weeks", [this.#self]);
  }

  /**
   * What the clocks of a zone of the IANA database show at a datetime: the datetime that has these fields in UTC, for
   * functions such as `hour`, `floor` and `strftime`. It is an instant no longer; `toUtc` goes back.
   *
   * @throws TowpathError TP_BAD_ARGUMENT for an unknown zone.
   * @example t.at.dt.toNaiveInTimezone("Europe/Berlin").dt.hour() // 2026-07-01T10:00:00Z → 12
   */
  toNaiveInTimezone<E extends Times>(this: E, timezone: string): Result<number, E, N> {
    return this.#call("dt.toNaiveInTimezone", [this.#self], { timezone: checkedZone(timezone) });
  }

  /**
   * The instant at which the clocks of a zone show a datetime's fields. What they show twice is the first time; what
   * they skip is read as if they had not been put forward yet.
   *
   * @throws TowpathError TP_BAD_ARGUMENT for an unknown zone.
   * @example t.local.dt.toUtc("Europe/Berlin") // 12:00 on 2026-07-01 → 2026-07-01T10:00:00Z
   */
  toUtc<E extends Times>(this: E, timezone: string): Result<number, E, N> {
    return this.#call("dt.toUtc", [this.#self], { timezone: checkedZone(timezone) });
  }

  /**
   * A datetime and a duration, added on the clocks of a zone: a day later is the same time of day, also where clocks are
   * put forward or back between. Subtract with a negative duration.
   *
   * @throws TowpathError TP_BAD_ARGUMENT for an unknown zone.
   * @example t.due.dt.addDurationInTimezone("1d", "America/New_York")
   */
  addDurationInTimezone<E extends Times, M extends string = never>(
    this: E,
    duration: GivenDuration<M>,
    timezone: string,
  ): Result<number, E, N | M> {
    const zone = { timezone: checkedZone(timezone) };
    const local = this.#call("dt.toNaiveInTimezone", [this.#self], zone);
    const given = typeof duration === "string" ? durationMs(duration) : duration;
    return this.#call("dt.toUtc", [this.#call("add", [local, given])], zone);
  }

  /**
   * The instant so many seconds, milliseconds, microseconds or nanoseconds after 1970: `timestamp` the other way round.
   * What is below a millisecond is cut off towards the past.
   *
   * @throws TowpathError TP_BAD_ARGUMENT for an unknown unit.
   * @example t.seconds.dt.fromTimestamp("s") // 1.5 → 1970-01-01T00:00:01.500Z
   */
  fromTimestamp<E extends Times>(this: E, unit: TimestampUnit): Result<number, E, N> {
    return this.#call("dt.fromTimestamp", [this.#self], { unit: checkedUnit("fromTimestamp", unit) });
  }

  /**
   * A text as a datetime, read by a format: the directives of `strftime` but `%u %w %Z`; numbers may lack their zeros,
   * names are English in any case, `%z` takes `Z`, `+01:00` and `+0100`. What the format does not say is that of
   * 1970-01-01T00:00. Without `%z` the text is in UTC, or shows the clocks of `timezone`. A text that is not written so,
   * or is no date, is a failed cell.
   *
   * @throws TowpathError TP_BAD_ARGUMENT for an unknown directive or zone.
   * @example t.text.dt.strptime("%d.%m.%Y %H:%M", { timezone: "Europe/Berlin" }) // "1.7.2026 12:00" → 2026-07-01T10:00Z
   */
  strptime<E extends TimeMethods<string | null, string>>(
    this: E,
    format: string,
    options: { readonly timezone?: string } = {},
  ): Expression<number | NullOf<ValueIn<E>>, N> {
    checkOptions("strptime", options, ["timezone"]);
    const bad = typeof format === "string" ? unreadableDirective(format) : String(format);
    if (bad !== undefined) {
      throw badArgument(
        `strptime has no directive ${JSON.stringify(bad)}`,
        `Directives are ${parsedDirectives}.`,
      );
    }
    const timezone = options.timezone === undefined ? null : checkedZone(options.timezone);
    return this.#call("dt.strptime", [this.#self], { format, timezone });
  }
}

function checkedZone(timezone: string): string {
  if (isTimezone(timezone)) return timezone;
  throw badArgument(
    `there is no time zone ${JSON.stringify(timezone)}`,
    'Zones have the names of the IANA database, such as "Europe/Berlin" or "UTC".',
  );
}

function durationMs(text: string): number {
  const value = coerce(text, { name: "duration", optional: false });
  if (!(value instanceof Failed)) return value as number;
  throw badArgument(`${JSON.stringify(text)} is no duration`, 'For example "90s", "15m", "1h" or "2d".');
}

/** Multiples of 0 or less are nowhere; what is only known row by row fails there. */
function checkedStep<N extends string>(call: string, duration: GivenDuration<N>): GivenDuration<N> {
  const ms =
    typeof duration === "string" ? coerce(duration, { name: "duration", optional: false }) : duration;
  if (typeof ms !== "number" || ms > 0) return duration;
  throw badArgument(
    `${call} is given the duration ${JSON.stringify(duration)}, which is not greater than 0`,
    'For example "15m" or "1h".',
  );
}

function checkedUnit(call: string, unit: TimestampUnit): TimestampUnit {
  if (timestampUnits.includes(unit)) return unit;
  throw badArgument(`${call} has no unit ${JSON.stringify(unit)}`, `Units are ${timestampUnits.join(", ")}.`);
}
