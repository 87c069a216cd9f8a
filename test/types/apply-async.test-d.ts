/** What must and must not compile of functions that answer later, and of datetimes with zones. Checked by tsc, never run. */
import * as pw from "towpath";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Compiles only for `true`: expect<Equal<A, B>>(). */
declare function expect<_ extends true>(): void;

declare const orders: pw.Table<{ id: number; note: string | null; at: number; text: string }>;

const noted = pw.udf(async (note: string | null, id: number) => `${note}${id}`, { capacity: 3, cache: true });
const answers = orders.select({
  dynamic: pw.applyAsync(async (id) => ({ id }), orders.id),
  settled: pw.applyAsync(noted, orders.note, orders.id),
  atOnce: pw.applyAsync((text) => text.length, orders.text),
  typed: pw.applyAsync(async (id) => id * 2, orders.id, { type: "int" }),
  optional: pw.applyAsync(async (): Promise<string | undefined> => undefined, { type: "str?" }),
  batch: pw.applyBatch(async (rows) => rows.map(([id, text]) => text.repeat(id)), orders.id, orders.text),
  typedBatch: pw.applyBatch((rows) => rows.map(([id]) => id), orders.id, { type: "int", batchRowsMax: 9 }),
  sync: pw.apply(
    pw.udf((id: number) => id + 1, { deterministic: true }),
    orders.id,
  ),
  local: orders.at.dt.toNaiveInTimezone("Europe/Berlin").dt.toUtc("UTC"),
  tomorrow: orders.at.dt.addDurationInTimezone("1d", "UTC"),
  read: orders.text.dt.strptime("%F", { timezone: "UTC" }),
  readNote: orders.note.dt.strptime("%F"),
  from: orders.id.dt.fromTimestamp("s"),
});
expect<
  Equal<
    typeof answers,
    pw.Table<{
      dynamic: { id: number };
      settled: string;
      atOnce: number;
      typed: number;
      optional: string | null;
      batch: string;
      typedBatch: number;
      sync: number;
      local: number;
      tomorrow: number;
      read: number;
      readNote: number | null;
      from: number;
    }>
  >
>();

// @ts-expect-error null is not a text
pw.applyAsync(async (text: string) => text, orders.note);
// @ts-expect-error a text, not an int
pw.applyAsync(async (id) => String(id), orders.id, { type: "int" });
// @ts-expect-error one answer for all rows
pw.applyBatch((rows) => rows.length, orders.id);
// @ts-expect-error an option that is not there
pw.udf(() => 1, { concurrency: 3 });
// @ts-expect-error a number is not read by a format
orders.id.dt.strptime("%F");
// @ts-expect-error a zone's name
orders.at.dt.toUtc(1);
// @ts-expect-error no unit
orders.id.dt.fromTimestamp("min");
