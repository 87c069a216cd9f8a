import * as pw from "towpath";
import { describe, expect, test, vi } from "vitest";
import { LISTED_MAX } from "../../../lib/runtime/error-log.ts";

const Pairs = pw.schema({ a: "int", b: "int" });

/** Each case in a graph of its own. */
function graphTest(name: string, run: () => Promise<void>): void {
  test(name, () => pw.graph(run));
}

/** An input of pairs, its quotients, and the commits to feed. */
function quotients(...commits: readonly (readonly [a: number, b: number])[][]) {
  const input = pw.input(Pairs, { name: "pairs", appendOnly: true });
  for (const commit of commits) {
    for (const [a, b] of commit) input.insert({ a, b });
    input.commit();
  }
  input.close();
  return input.select({ a: input.a, quotient: input.a.floorDiv(input.b) });
}

/** What a table's subscriber is told, as [time's number, diff, row]. */
function changesOf<C>(table: pw.Table<C>): (readonly [time: number, diff: number, row: C])[] {
  const changes: (readonly [number, number, C])[] = [];
  const seen: number[] = [];
  pw.subscribe(table, {
    onChange({ row, time, diff }) {
      if (!seen.includes(time)) seen.push(time);
      changes.push([time, diff, { ...(row as object) } as C]);
    },
  });
  return changes;
}

const quiet = { monitoring: "none" } as const;
const reporting = { ...quiet, onError: "report" } as const;

function stderr() {
  const lines: string[] = [];
  const spy = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    lines.push(...String(text).trimEnd().split("\n"));
    return true;
  });
  return { lines, [Symbol.dispose]: () => spy.mockRestore() };
}

describe("onError: fail", () => {
  graphTest("ends at the first failed cell, before anything of its commit is written", async () => {
    const changes = changesOf(
      quotients(
        [[4, 2]],
        [
          [6, 2],
          [1, 0],
        ],
        [[8, 2]],
      ),
    );
    const error = await pw.run(quiet).catch((reason: pw.TowpathError) => reason);
    expect(changes.map(([, diff, row]) => [diff, row])).toEqual([[1, { a: 4, quotient: 2 }]]);
    expect(error).toMatchObject({ code: "TP_VALUE_FAILED", detail: "division by zero" });
    expect((error as pw.TowpathError).where).toMatch(
      /^select at test\/lib\/runtime\/on-error\.test\.ts:\d+, row from pairs, row 3 with a=1, b=0$/,
    );
  });

  graphTest(
    "names the key of a row that has been through a group, and ends for a reducer's answer too",
    async () => {
      const t = pw.debug.tableFromRows(pw.schema({ g: "str", v: "int" }), [
        { row: { g: "x", v: Number.MAX_SAFE_INTEGER } },
        { row: { g: "x", v: 1 } },
      ]);
      changesOf(t.groupBy("g").reduce((c) => ({ g: c.g, total: pw.reducers.sum(c.v) })));
      await expect(pw.run(quiet)).rejects.toMatchObject({
        code: "TP_VALUE_FAILED",
        detail: "sum: the sum is not a safe integer",
        where: expect.stringMatching(/^groupBy at .*on-error.test.ts:\d+, row [0-9a-f-]{36} with g="x"$/),
      });
    },
  );

  graphTest("is the default and refuses other words", async () => {
    changesOf(quotients([[1, 0]]));
    await expect(pw.run({ ...quiet, onError: "ignore" as "fail" })).rejects.toMatchObject({
      code: "TP_BAD_ARGUMENT",
    });
  });
});

describe("onError: report", () => {
  graphTest("leaves rows with a failed cell out of outputs, and counts", async () => {
    using told = stderr();
    const t = quotients(
      [
        [4, 2],
        [1, 0],
      ],
      [[8, 2]],
    );
    const [changes, current] = [changesOf(t), pw.materialize(t)];
    const updates = t.updates();
    const summary = await pw.run(reporting);
    const rows = [
      { a: 4, quotient: 2 },
      { a: 8, quotient: 4 },
    ];
    expect(changes.map(([, , row]) => row)).toEqual(rows);
    expect([...current.current.values()].map((row) => ({ ...row }))).toEqual(expect.arrayContaining(rows));
    const commits: unknown[] = [];
    for await (const commit of updates) commits.push(...commit.changes.map(({ row }) => ({ ...row })));
    expect(commits).toEqual(rows);
    // The cell, and the row at each of the three outputs.
    expect(summary.errors).toBe(4);
    expect(told.lines[0]).toMatch(
      /^towpath: TP_VALUE_FAILED: division by zero \(select at .*, row from pairs, row 2/,
    );
    expect(told.lines[1]).toMatch(
      /TP_FAILED_ROW: column "quotient" failed, so the row is not written to subscribe/,
    );
  });

  graphTest("lists in errorLog, in a commit of its own right after the one that failed", async () => {
    using told = stderr();
    const t = quotients(
      [
        [4, 2],
        [1, 0],
      ],
      [[8, 2]],
      [[3, 0]],
    );
    const log = pw.errorLog();
    expect(pw.errorLog()).toBe(log);
    const order: string[] = [];
    const times: number[] = [];
    pw.subscribe(t, {
      onChange({ time, row }) {
        times.push(time);
        order.push(`row ${row.a}`);
      },
    });
    pw.subscribe(log, {
      onChange({ time, row }) {
        times.push(time);
        order.push(`${row.code} ${row.commit < time ? "before" : "not before"}`);
      },
    });
    const rows = changesOf(log);
    await pw.run(reporting);
    const failed = ["TP_VALUE_FAILED before", "TP_FAILED_ROW before"];
    expect(order).toEqual(["row 4", ...failed, "row 8", ...failed]);
    expect(rows[0]?.[2].commit).toBe(times[0]);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(told.lines).toEqual([]);
    expect(rows[0]?.[2]).toMatchObject({
      operator: "select",
      message: "division by zero",
      where: expect.stringMatching(/on-error\.test\.ts:\d+$/),
      origin: "pairs, row 2",
      rowKey: expect.stringMatching(/^[0-9a-f-]{36}$/),
      row: "a=1, b=0",
      count: 1,
    });
    expect(new Set(rows.map(([, diff]) => diff))).toEqual(new Set([1]));
  });

  graphTest("lists what fails of the log itself nowhere, and tells of it", async () => {
    using told = stderr();
    changesOf(quotients([[1, 0]]));
    const log = pw.errorLog();
    changesOf(log.select({ broken: log.count.floorDiv(0) }));
    const listed = changesOf(log);
    const summary = await pw.run(reporting);
    expect(listed.map(([, , { code }]) => code)).toEqual(["TP_VALUE_FAILED", "TP_FAILED_ROW"]);
    expect(summary.errors).toBe(2 + 4);
    expect(told.lines).toHaveLength(4);
  });

  graphTest("lists a thousand of one operator and commit, and counts the rest", async () => {
    const commit = Array.from({ length: 3 * LISTED_MAX }, (_, i) => [i, 0] as const);
    const t = quotients(commit, [[1, 0]]);
    changesOf(t.removeErrors());
    const rows = changesOf(pw.errorLog());
    await pw.run(reporting);
    const counts = rows.map(([, , { count }]) => count);
    expect(counts.slice(0, LISTED_MAX)).toEqual(new Array(LISTED_MAX).fill(1));
    expect(counts.slice(LISTED_MAX)).toEqual([2 * LISTED_MAX, 1]);
    expect(rows[LISTED_MAX]?.[2].message).toBe("2000 further failures of this commit are not listed");
  });

  graphTest("has a log that only a run can tell of", async () => {
    const log = pw.errorLog();
    await expect(pw.debug.compute(log, { onError: "report" })).rejects.toMatchObject({
      code: "TP_BAD_ARGUMENT",
      hint: expect.stringContaining("pw.materialize(pw.errorLog())"),
    });
  });

  graphTest("tells of ten failures, then of the rest in one line", async () => {
    using told = stderr();
    const t = quotients(Array.from({ length: 50 }, (_, i) => [i, 0] as const));
    changesOf(t.removeErrors());
    expect((await pw.run(reporting)).errors).toBe(50);
    expect(told.lines).toHaveLength(11);
    expect(told.lines[10]).toBe("towpath: 40 further failures; pw.errorLog() lists them");
  });

  graphTest("goes on from a function that throws, with what it threw in the message", async () => {
    using _ = stderr();
    const input = pw.input(Pairs, { appendOnly: true });
    input.insert({ a: 1, b: 1 });
    input.insert({ a: 2, b: 1 });
    input.commit();
    input.close();
    const fn = (a: number): number => {
      if (a === 1) throw new RangeError("one is too few");
      return a;
    };
    const rows = changesOf(input.select({ a: pw.apply(fn, input.a, { type: "int" }) }));
    const log = changesOf(pw.errorLog());
    await pw.run(reporting);
    expect(rows.map(([, , row]) => row)).toEqual([{ a: 2 }]);
    expect(log[0]?.[2]).toMatchObject({
      code: "TP_FUNCTION_FAILED",
      message: "the function threw: one is too few",
    });
  });
});

describe("a failed cell", () => {
  const drawn = `
      | g | a | b | __time__ | __diff__
    1 | x | 4 | 2 | 2        | 1
    2 | x | 1 | 0 | 2        | 1
    3 | y | 1 | 0 | 2        | 1
    2 | x | 1 | 0 | 4        | -1
    3 | y | 1 | 0 | 4        | -1
    3 | y | 6 | 2 | 4        | 1
  `;
  const given = () => {
    const t = pw.debug.tableFromMarkdown<{ g: string; a: number; b: number }>(drawn);
    return t.withColumns({ q: t.a.floorDiv(t.b) });
  };
  const updates = async <C>(table: pw.Table<C>) =>
    (await pw.debug.computeUpdates(table, { onError: "report" })).map(
      ({ row, time, diff }) => `${time} ${diff > 0 ? "+" : "-"} ${Object.values(row as object).map(String)}`,
    );

  graphTest("in a condition leaves the row out, both ways", async () => {
    const t = given();
    const [large, small] = t.split(t.q.gt(2));
    expect(await updates(t.filter(t.q.gt(0)).select((c) => ({ a: c.a })))).toEqual(["2 + 4", "4 + 6"]);
    expect(await updates(large.select((c) => ({ a: c.a })))).toEqual(["4 + 6"]);
    expect(await updates(small.select((c) => ({ a: c.a })))).toEqual(["2 + 4"]);
  });

  graphTest("in a grouping key leaves the row out", async () => {
    const t = given();
    expect(await updates(t.groupBy(t.q).reduce({ q: t.q, n: pw.reducers.count() }))).toEqual([
      "2 + 2,1",
      "4 + 3,1",
    ]);
  });

  graphTest(
    "is skipped by each reducer, and comes back as its answer where nothing else is left",
    async () => {
      const t = given();
      const { count, sum } = pw.reducers;
      const result = t.groupBy(t.g).reduce({ g: t.g, n: count(), all: sum(t.a), total: sum(t.q) });
      expect(await updates(result)).toEqual(
        [
          "2 + x,2,5,2",
          "2 + y,1,1,Symbol(towpath.ERROR)",
          "4 - x,2,5,2",
          "4 - y,1,1,Symbol(towpath.ERROR)",
          "4 + x,1,4,2",
          "4 + y,1,6,3",
        ].sort(byTimeAndDiff),
      );
    },
  );

  graphTest("as a join key finds no partner, not even another failed one", async () => {
    const t = given();
    const u = given();
    expect(await updates(t.join(u, t.q.eq(u.q)).select({ l: t.a, r: u.a }))).toEqual(["2 + 4,4", "4 + 6,6"]);
    const outer = t.joinOuter(u, t.q.eq(u.q)).select((l, r) => ({ l: l.a, r: r.a }));
    expect((await updates(outer)).sort()).toEqual(
      [
        "2 + 4,4",
        "2 + 1,null",
        "2 + 1,null",
        "2 + null,1",
        "2 + null,1",
        "4 - 1,null",
        "4 - 1,null",
        "4 - null,1",
        "4 - null,1",
        "4 + 6,6",
      ].sort(),
    );
  });

  graphTest("is replaced by fillError, dropped by removeErrors", async () => {
    const t = given();
    expect(await updates(t.select({ q: pw.fillError(t.q, -1) }))).toEqual([
      "2 + 2",
      "2 + -1",
      "2 + -1",
      "4 - -1",
      "4 - -1",
      "4 + 3",
    ]);
    expect(await updates(t.removeErrors().select((c) => ({ q: c.q })))).toEqual(["2 + 2", "4 + 3"]);
  });

  graphTest("of json is one for get, in the place asked for and in the default", async () => {
    const t = given().select((c) => ({
      a: c.a,
      pair: pw.makeTuple(c.a, c.q),
      second: pw.makeTuple(c.a, 1).get(c.q),
      or: pw.makeTuple(c.a).get(5, c.q),
    }));
    const rows = (await pw.debug.compute(t, { onError: "report" })).map(({ row }) => row);
    expect(rows.map(({ a, pair, second, or }) => [a, pair, second, or]).sort()).toEqual([
      [4, [4, 2], null, 2],
      [6, [6, 3], null, 3],
    ]);
    const [first] = await pw.debug.computeUpdates(
      t.filter((c) => c.a.eq(1)),
      { onError: "report" },
    );
    expect(Object.values(first?.row ?? {})).toEqual([1, pw.ERROR, pw.ERROR, pw.ERROR]);
  });
});

function byTimeAndDiff(a: string, b: string): number {
  return a.localeCompare(b);
}
