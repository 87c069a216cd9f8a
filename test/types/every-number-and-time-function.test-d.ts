/** Right and wrong uses of each function of `.num` and `.dt`. Checked by tsc, never run. */
import type { Column } from "../../lib/expressions/expression.ts";
import type { NumberMethods } from "../../lib/expressions/number-methods.ts";
import type { TimeMethods } from "../../lib/expressions/time-methods.ts";
import { expect, type FunctionName, type Is, typeTests } from "./expect-types.ts";

declare const n: Column<number, "n">;
declare const o: Column<number | null, "o">;
declare const big: Column<bigint, "big">;
declare const maybeBig: Column<bigint | null, "maybeBig">;
declare const s: Column<string, "s">;
declare const maybe: Column<string | null, "maybe">;

typeTests<FunctionName<NumberMethods<number, "n">>>({
  abs() {
    const [size, orNull] = [n.num.abs(), o.num.abs()];
    expect<Is<typeof size, number, "n">>();
    expect<Is<typeof orNull, number | null, "o">>();
    const [bigSize, bigOrNull] = [big.num.abs(), maybeBig.num.abs()];
    expect<Is<typeof bigSize, bigint, "big">>();
    expect<Is<typeof bigOrNull, bigint | null, "maybeBig">>();
    // @ts-expect-error no number
    s.num.abs();
  },
  round() {
    const [whole, orNull] = [n.num.round(), o.num.round(n)];
    expect<Is<typeof whole, number, "n">>();
    expect<Is<typeof orNull, number | null, "o" | "n">>();
    // @ts-expect-error bigints are whole
    big.num.round();
    // @ts-expect-error a text in the place of a number
    n.num.round("2");
  },
  floor() {
    const [below, orNull] = [n.num.floor(), o.num.floor()];
    expect<Is<typeof below, number, "n">>();
    expect<Is<typeof orNull, number | null, "o">>();
    // @ts-expect-error no number
    s.num.floor();
  },
  ceil() {
    const [above, orNull] = [n.num.ceil(), o.num.ceil()];
    expect<Is<typeof above, number, "n">>();
    expect<Is<typeof orNull, number | null, "o">>();
    // @ts-expect-error bigints are whole
    big.num.ceil();
  },
  fillNull() {
    const [filled, byColumn] = [o.num.fillNull(0), o.num.fillNull(n)];
    expect<Is<typeof filled, number, "o">>();
    expect<Is<typeof byColumn, number, "o" | "n">>();
    const bigFilled = maybeBig.num.fillNull(0n);
    expect<Is<typeof bigFilled, bigint, "maybeBig">>();
    // @ts-expect-error a bigint beside numbers
    o.num.fillNull(0n);
    // @ts-expect-error no number
    maybe.num.fillNull("");
  },
});

typeTests<FunctionName<TimeMethods<number, "n">>>({
  year() {
    const [part, orNull] = [n.dt.year(), o.dt.year()];
    expect<Is<typeof part, number, "n">>();
    expect<Is<typeof orNull, number | null, "o">>();
    // @ts-expect-error no time
    s.dt.year();
  },
  month() {
    const [part, orNull] = [n.dt.month(), o.dt.month()];
    expect<Is<typeof part, number, "n">>();
    expect<Is<typeof orNull, number | null, "o">>();
    // @ts-expect-error no time
    s.dt.month();
  },
  day() {
    const [part, orNull] = [n.dt.day(), o.dt.day()];
    expect<Is<typeof part, number, "n">>();
    expect<Is<typeof orNull, number | null, "o">>();
    // @ts-expect-error no time
    s.dt.day();
  },
  hour() {
    const [part, orNull] = [n.dt.hour(), o.dt.hour()];
    expect<Is<typeof part, number, "n">>();
    expect<Is<typeof orNull, number | null, "o">>();
    // @ts-expect-error no time
    s.dt.hour();
  },
  minute() {
    const [part, orNull] = [n.dt.minute(), o.dt.minute()];
    expect<Is<typeof part, number, "n">>();
    expect<Is<typeof orNull, number | null, "o">>();
    // @ts-expect-error no time
    s.dt.minute();
  },
  second() {
    const [part, orNull] = [n.dt.second(), o.dt.second()];
    expect<Is<typeof part, number, "n">>();
    expect<Is<typeof orNull, number | null, "o">>();
    // @ts-expect-error no time
    s.dt.second();
  },
  millisecond() {
    const [part, orNull] = [n.dt.millisecond(), o.dt.millisecond()];
    expect<Is<typeof part, number, "n">>();
    expect<Is<typeof orNull, number | null, "o">>();
    // @ts-expect-error no time
    s.dt.millisecond();
  },
  weekday() {
    const [part, orNull] = [n.dt.weekday(), o.dt.weekday()];
    expect<Is<typeof part, number, "n">>();
    expect<Is<typeof orNull, number | null, "o">>();
    // @ts-expect-error no time
    s.dt.weekday();
  },
  days() {
    const [part, orNull] = [n.dt.days(), o.dt.days()];
    expect<Is<typeof part, number, "n">>();
    expect<Is<typeof orNull, number | null, "o">>();
    // @ts-expect-error no time
    s.dt.days();
  },
  hours() {
    const [part, orNull] = [n.dt.hours(), o.dt.hours()];
    expect<Is<typeof part, number, "n">>();
    expect<Is<typeof orNull, number | null, "o">>();
    // @ts-expect-error no time
    s.dt.hours();
  },
  minutes() {
    const [part, orNull] = [n.dt.minutes(), o.dt.minutes()];
    expect<Is<typeof part, number, "n">>();
    expect<Is<typeof orNull, number | null, "o">>();
    // @ts-expect-error no time
    s.dt.minutes();
  },
  seconds() {
    const [part, orNull] = [n.dt.seconds(), o.dt.seconds()];
    expect<Is<typeof part, number, "n">>();
    expect<Is<typeof orNull, number | null, "o">>();
    // @ts-expect-error no time
    s.dt.seconds();
  },
  milliseconds() {
    const [part, orNull] = [n.dt.milliseconds(), o.dt.milliseconds()];
    expect<Is<typeof part, number, "n">>();
    expect<Is<typeof orNull, number | null, "o">>();
    // @ts-expect-error no time
    s.dt.milliseconds();
  },
  weeks() {
    const [part, orNull] = [n.dt.weeks(), o.dt.weeks()];
    expect<Is<typeof part, number, "n">>();
    expect<Is<typeof orNull, number | null, "o">>();
    // @ts-expect-error no time
    s.dt.weeks();
  },
  floor() {
    const [begin, orNull] = [n.dt.floor("1h"), o.dt.floor(n)];
    expect<Is<typeof begin, number, "n">>();
    expect<Is<typeof orNull, number | null, "o" | "n">>();
    n.dt.floor(60_000);
    // @ts-expect-error nothing to bring it to
    n.dt.floor();
    // @ts-expect-error a column of texts
    n.dt.floor(s);
  },
  round() {
    const [begin, orNull] = [n.dt.round("1h"), o.dt.round(n)];
    expect<Is<typeof begin, number, "n">>();
    expect<Is<typeof orNull, number | null, "o" | "n">>();
    n.dt.round(60_000);
    // @ts-expect-error nothing to bring it to
    n.dt.round();
    // @ts-expect-error a column of texts
    n.dt.round(s);
  },
  timestamp() {
    const [value, orNull] = [n.dt.timestamp("s"), o.dt.timestamp("ns")];
    expect<Is<typeof value, number, "n">>();
    expect<Is<typeof orNull, number | null, "o">>();
    // @ts-expect-error no such unit
    n.dt.timestamp("h");
  },
  fromTimestamp() {
    const [value, orNull] = [n.dt.fromTimestamp("s"), o.dt.fromTimestamp("ns")];
    expect<Is<typeof value, number, "n">>();
    expect<Is<typeof orNull, number | null, "o">>();
    // @ts-expect-error no such unit
    n.dt.fromTimestamp("h");
  },
  strftime() {
    const [text, byColumn] = [n.dt.strftime("%F"), o.dt.strftime(s)];
    expect<Is<typeof text, string, "n">>();
    expect<Is<typeof byColumn, string | null, "o" | "s">>();
    // @ts-expect-error a format is a text
    n.dt.strftime(1);
  },
  toNaiveInTimezone() {
    const [value, orNull] = [n.dt.toNaiveInTimezone("UTC"), o.dt.toNaiveInTimezone("Europe/Berlin")];
    expect<Is<typeof value, number, "n">>();
    expect<Is<typeof orNull, number | null, "o">>();
    // @ts-expect-error no zone
    n.dt.toNaiveInTimezone();
    // @ts-expect-error zones are not read from columns
    n.dt.toNaiveInTimezone(s);
  },
  toUtc() {
    const [value, orNull] = [n.dt.toUtc("UTC"), o.dt.toUtc("Europe/Berlin")];
    expect<Is<typeof value, number, "n">>();
    expect<Is<typeof orNull, number | null, "o">>();
    // @ts-expect-error no zone
    n.dt.toUtc();
    // @ts-expect-error zones are not read from columns
    n.dt.toUtc(s);
  },
  addDurationInTimezone() {
    const [later, orNull] = [n.dt.addDurationInTimezone("1d", "UTC"), o.dt.addDurationInTimezone(n, "UTC")];
    expect<Is<typeof later, number, "n">>();
    expect<Is<typeof orNull, number | null, "o" | "n">>();
    // @ts-expect-error no zone
    n.dt.addDurationInTimezone("1d");
  },
  strptime() {
    const [read, orNull] = [s.dt.strptime("%F"), maybe.dt.strptime("%F", { timezone: "UTC" })];
    expect<Is<typeof read, number, "s">>();
    expect<Is<typeof orNull, number | null, "maybe">>();
    // @ts-expect-error no text
    n.dt.strptime("%F");
    // @ts-expect-error no such option
    s.dt.strptime("%F", { zone: "UTC" });
  },
});
