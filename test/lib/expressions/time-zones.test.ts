import { describe, expect, test } from "vitest";
import * as pw from "../../../lib/index.ts";

/** What an expression over one text is. */
async function computed(
  text: string,
  make: (column: pw.Expression<string, "text">) => pw.Expression<unknown, "text">,
) {
  return pw.graph(async () => {
    const t = pw.debug.tableFromRows(pw.schema({ text: "str" }), [{ row: { text } }]);
    const rows = await pw.debug.compute(t.select({ value: make(t.text) }), { onError: "report" });
    return rows[0]?.row.value;
  });
}

const iso = async (
  text: string,
  make: (at: pw.Expression<number, "text">) => pw.Expression<number, "text">,
): Promise<string> => {
  const value = await computed(text, (column) => make(column.cast("datetime")));
  return new Date(value as number).toISOString();
};

describe("zones", () => {
  test.each([
    ["Europe/Berlin", "2026-07-01T10:00:00Z", "2026-07-01T12:00:00.000Z"],
    ["Europe/Berlin", "2026-01-01T10:00:00Z", "2026-01-01T11:00:00.000Z"],
    ["Asia/Kathmandu", "2026-01-01T00:00:00Z", "2026-01-01T05:45:00.000Z"],
    ["America/New_York", "1969-07-20T20:17:40Z", "1969-07-20T16:17:40.000Z"],
    ["Europe/Amsterdam", "1900-01-01T00:00:00Z", "1900-01-01T00:18:00.000Z"],
  ])("%s shows at %s %s, and back", async (zone, instant, shown) => {
    // What clocks showed before standard time differs between versions of the database.
    if (zone !== "Europe/Amsterdam")
      expect(await iso(instant, (at) => at.dt.toNaiveInTimezone(zone))).toBe(shown);
    expect(await iso(instant, (at) => at.dt.toNaiveInTimezone(zone).dt.toUtc(zone))).toBe(
      new Date(instant).toISOString(),
    );
  });

  test("what clocks show twice is the first time, what they skip is an hour later", async () => {
    const berlin = (at: pw.Expression<number, "text">) => at.dt.toUtc("Europe/Berlin");
    expect(await iso("2026-10-25T02:30:00Z", berlin)).toBe("2026-10-25T00:30:00.000Z");
    expect(await iso("2026-03-29T02:30:00Z", berlin)).toBe("2026-03-29T01:30:00.000Z");
  });

  test("a day later is the same time of day", async () => {
    const later = (at: pw.Expression<number, "text">) => at.dt.addDurationInTimezone("1d", "Europe/Berlin");
    expect(await iso("2026-03-28T12:00:00Z", later)).toBe("2026-03-29T11:00:00.000Z");
    expect(await iso("2026-06-01T12:00:00Z", later)).toBe("2026-06-02T12:00:00.000Z");
  });
});

describe("strptime", () => {
  test.each([
    ["1.7.2026 12:00", "%d.%m.%Y %H:%M", "Europe/Berlin", "2026-07-01T10:00:00.000Z"],
    ["Jul 04, 1999 03:05:09 PM", "%b %d, %Y %I:%M:%S %p", undefined, "1999-07-04T15:05:09.000Z"],
    ["sat, 21 november 2026 12 am", "%a, %d %B %Y %I %p", undefined, "2026-11-21T00:00:00.000Z"],
    ["2026-11-21T10:12:03.004567+01:30", "%FT%T.%f%z", "Asia/Tokyo", "2026-11-21T08:42:03.004Z"],
    ["2026-11-21 10:12 Z", "%F %R %z", undefined, "2026-11-21T10:12:00.000Z"],
    ["1700000000", "%s", undefined, "2023-11-14T22:13:20.000Z"],
    ["68-366 100%", "%y-%j 100%%", undefined, "2068-12-31T00:00:00.000Z"],
    ["02/29/24", "%D", undefined, "2024-02-29T00:00:00.000Z"],
  ])("reads %s by %s", async (text, format, timezone, wanted) => {
    const options = timezone === undefined ? {} : { timezone };
    const value = await computed(text, (column) => column.dt.strptime(format, options));
    expect(new Date(value as number).toISOString()).toBe(wanted);
  });

  test.each([
    ["2026-02-30", "%F"],
    ["2026-01-01x", "%F"],
    ["24:00", "%R"],
    ["13 PM", "%I %p"],
    ["26-366", "%y-%j"],
    ["a.b", "a%%b"],
  ])("%s is not written as %s, or is no date", async (text, format) => {
    expect(await computed(text, (column) => column.dt.strptime(format))).toBe(pw.ERROR);
  });

  test("formats and zones are checked when they are said", async () => {
    await expect(computed("", (column) => column.dt.strptime("%Q"))).rejects.toThrow(/no directive "%Q"/);
    await expect(computed("", (column) => column.dt.strptime("%"))).rejects.toThrow(/no directive "%"/);
    await expect(
      computed("", (column) => column.dt.strptime("%F", { timezone: "Europe/Berlyn" })),
    ).rejects.toThrow(/no time zone "Europe\/Berlyn"/);
  });
});
