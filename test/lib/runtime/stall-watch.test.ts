import { describe, expect, it } from "vitest";
import type { Sink } from "../../../lib/io/sink.ts";
import type { Source } from "../../../lib/io/source.ts";
import { type StallEvent, StallWatch } from "../../../lib/runtime/stall-watch.ts";

/** A run of one source and one output, whose figures a test sets. */
function watched(afterMs = 1_000) {
  const source = { rows: 0, commits: 0, rejected: 0, lag: 0 as number | null, pending: 0 };
  const sink = { changes: 0, lastTime: null as number | null, deliveredUpTo: Number.POSITIVE_INFINITY };
  const lines: string[] = [];
  const events: StallEvent[] = [];
  const sources = [
    { name: "orders", stats: () => source, behind: () => "topic orders, partition 1, is 7 messages behind" },
  ] as unknown as Source[];
  const sinks = [
    {
      name: "sum",
      stats: () => ({ ...sink, latencyMs: null }),
      get deliveredUpTo() {
        return sink.deliveredUpTo;
      },
      held: () => "3 messages to topic sum",
    },
  ] as unknown as Sink[];
  const options = { stallAfterMs: afterMs, onStall: (event: StallEvent) => events.push(event) };
  const watch = new StallWatch(
    sources,
    sinks,
    options,
    (line) => lines.push(line),
    () => {},
  );
  return { watch, source, sink, lines, events };
}

describe("StallWatch", () => {
  it("says nothing of a run that has nothing to do", () => {
    const { watch, lines } = watched();
    for (let now = 0; now < 100_000; now += 500) watch.look(now);
    expect(lines).toEqual([]);
  });

  it("names the partition when a source lags and nothing is read, once for each time that passes", () => {
    const { watch, source, lines, events } = watched();
    source.lag = 7;
    for (let now = 0; now <= 2_400; now += 100) watch.look(now);
    const what = "source orders: topic orders, partition 1, is 7 messages behind";
    expect(lines).toEqual([`no progress for 1 s: ${what}`, `no progress for 2 s: ${what}`]);
    expect(events).toEqual([
      { sinceMs: 1_000, holds: [what] },
      { sinceMs: 2_000, holds: [what] },
    ]);
  });

  it("names the output that does not deliver, rather than the sources that it holds", () => {
    const { watch, source, sink, lines } = watched();
    Object.assign(source, { lag: 7 });
    Object.assign(sink, { changes: 5, lastTime: 8, deliveredUpTo: 4 });
    for (let now = 0; now <= 1_000; now += 100) watch.look(now);
    expect(lines).toEqual([
      "no progress for 1 s: output sum: 3 messages to topic sum not delivered, after time 4 up to time 8",
    ]);
  });

  it("is silent while rows are read, and begins anew when they stop", () => {
    const { watch, source, lines } = watched();
    source.lag = 7;
    for (let now = 0; now <= 5_000; now += 100) {
      source.rows++;
      watch.look(now);
    }
    expect(lines).toEqual([]);
    for (let now = 5_100; now <= 6_100; now += 100) watch.look(now);
    expect(lines).toHaveLength(1);
  });

  it("refuses a time that is none", () => {
    expect(() => watched(0)).toThrow("TP_BAD_ARGUMENT: the option stallAfterMs of pw.run is none");
  });
});
