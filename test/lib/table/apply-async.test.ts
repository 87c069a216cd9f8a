import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import * as pw from "../../../lib/index.ts";
import { Rng, seedFrom } from "../../support/rng.ts";

const seed = seedFrom("TOWPATH_FUZZ_SEED");
const Numbers = pw.schema({ k: pw.column({ type: "int", primaryKey: true }), n: "int" });

function numbers(changes: readonly (readonly [k: number, n: number, time: number, diff?: 1 | -1])[]) {
  return pw.debug.tableFromRows(
    Numbers,
    changes.map(([k, n, time, diff = 1]) => ({ row: { k, n }, time, diff })),
  );
}

/** Rows of few keys that come, go and change. */
function randomChanges(rng: Rng, commits: number) {
  const live = new Map<number, number>();
  return Array.from({ length: commits }, (_, i) =>
    rng
      .shuffled([0, 1, 2, 3, 4, 5])
      .slice(0, rng.between(1, 5))
      .flatMap((k) => {
        const old = live.get(k);
        const gone = old === undefined ? [] : [[k, old, 2 * i + 2, -1] as const];
        live.delete(k);
        if (old !== undefined && rng.chance(0.4)) return gone;
        live.set(k, rng.below(4));
        return [...gone, [k, live.get(k) as number, 2 * i + 2, 1] as const];
      }),
  ).flat();
}

describe(`functions that answer later, from seed ${seed}`, () => {
  test("whatever the delays, every commit is what the same function gives at once", async () => {
    for (let i = 0; i < 15; i++) {
      const rng = new Rng(seed + i);
      const changes = randomChanges(rng, 12);
      await pw.graph(async () => {
        const t = numbers(changes);
        const later = async (n: number): Promise<number> => {
          await pause(rng.below(4));
          return n * 10;
        };
        const atOnce = (n: number): number => n * 10;
        const program = (tens: pw.Expression<number, "n">) => {
          const made = t.select({ n: t.n, tens });
          const sums = made.groupBy(made.n).reduce({ n: made.n, sum: pw.reducers.sum(made.tens) });
          return sums.join(t, (s, r) => [s.n.eq(r.n)]).select((s, r) => ({ sum: s.sum, k: r.k }));
        };
        const [asynchronous, synchronous] = await Promise.all([
          pw.debug.computeUpdates(program(pw.applyAsync(later, t.n, { type: "int" }))),
          pw.debug.computeUpdates(program(pw.apply(atOnce, t.n, { type: "int" }))),
        ]);
        expect(asynchronous, `TOWPATH_FUZZ_SEED=${seed + i}`).toEqual(synchronous);
      });
    }
  });

  test("a retraction carries what was inserted, though the function would answer differently", () =>
    pw.graph(async () => {
      const t = numbers([
        [1, 1, 2],
        [2, 1, 4],
        [1, 1, 6, -1],
      ]);
      let calls = 0;
      const counted = t.select({ k: t.k, call: pw.applyAsync(async () => ++calls, t.n) });
      const updates = await pw.debug.computeUpdates(counted);
      expect(updates.map(({ row, time, diff }) => [time, diff, row.k, row.call])).toEqual([
        [2, 1, 1, 1],
        [4, 1, 2, 2],
        [6, -1, 1, 1],
      ]);
      expect(calls).toBe(2);
    }));

  test("a call may stand in another's arguments, in arithmetic, in a filter and over reducers", () =>
    pw.graph(async () => {
      const t = numbers([
        [1, 2, 2],
        [2, 5, 2],
      ]);
      const plusOne = async (n: number) => n + 1;
      const kept = t.filter(pw.applyAsync(async (n) => n > 2, t.n, { type: "bool" }));
      const nested = kept.select((c) => ({
        x: pw.applyAsync(plusOne, pw.applyAsync(plusOne, c.n, { type: "int" }), { type: "int" }).mul(10),
      }));
      expect((await pw.debug.compute(nested)).map(({ row }) => row.x)).toEqual([70]);
      const total = t.reduce({ x: pw.applyAsync(plusOne, pw.reducers.sum(t.n), { type: "int" }) });
      expect((await pw.debug.compute(total)).map(({ row }) => row.x)).toEqual([8]);
    }));

  test("what fails is a failed cell: a rejection, a late answer, a wrong type; retries come first", () =>
    pw.graph(async () => {
      const t = numbers([
        [1, 1, 2],
        [2, 2, 2],
        [3, 3, 2],
        [4, 4, 2],
      ]);
      const attempts = new Map<number, number>();
      const answer = pw.udf(
        async (n: number): Promise<unknown> => {
          attempts.set(n, (attempts.get(n) ?? 0) + 1);
          if (n === 1) throw new Error("refused");
          if (n === 2) await pause(2000);
          if (n === 4 && (attempts.get(4) as number) < 3) throw new Error("not yet");
          return n === 3 ? "three" : n;
        },
        { timeoutMs: 50, retries: 2, retryDelayMs: 1 },
      );
      const answers = t.select({
        k: t.k,
        a: pw.applyAsync(answer as unknown as (n: number) => number, t.n, { type: "int" }),
      });
      const rows = await pw.debug.compute(answers, { onError: "report" });
      expect(new Map(rows.map(({ row }) => [row.k, row.a]))).toEqual(
        new Map<unknown, unknown>([
          [1, pw.ERROR],
          [2, pw.ERROR],
          [3, pw.ERROR],
          [4, 4],
        ]),
      );
      expect(Object.fromEntries(attempts)).toEqual({ 1: 3, 2: 3, 3: 1, 4: 3 });
      await expect(pw.debug.compute(answers)).rejects.toThrow(/threw: refused|within 50 ms|a text/);
    }));

  test("what was thrown is the cause of the failure, also where it is nothing", () =>
    pw.graph(async () => {
      const t = pw.debug.tableFromMarkdown<{ n: number }>("n\n1");
      const failing = (thrown: unknown) =>
        t.select({
          a: pw.applyAsync(async () => {
            throw thrown;
          }, t.n),
        });
      const refused = new Error("refused");
      await expect(pw.debug.compute(failing(refused))).rejects.toMatchObject({ cause: refused });
      await expect(pw.debug.compute(failing(undefined))).rejects.toMatchObject({
        cause: expect.objectContaining({ message: "undefined was thrown" }),
      });
    }));

  test("no more calls run than the capacity allows, over all commits, and no fewer", () =>
    pw.graph(async () => {
      const t = numbers(Array.from({ length: 60 }, (_, i) => [i, i, 2 * (i % 3) + 2] as const));
      let running = 0;
      let most = 0;
      const counted = pw.udf(
        async (n: number) => {
          most = Math.max(most, ++running);
          await pause(2);
          running--;
          return n;
        },
        { capacity: 7 },
      );
      await pw.debug.compute(t.select({ n: pw.applyAsync(counted, t.n) }));
      expect(most).toBe(7);
    }));

  test("a cache answers for arguments that it knows, and asks failures again", () =>
    pw.graph(async () => {
      const t = numbers([0, 1, 2, 3, 4, 5].map((i) => [i, i % 2, 2 * i + 2] as const));
      const asked: number[] = [];
      const cached = pw.udf(
        async (n: number) => {
          asked.push(n);
          if (n === 1) throw new Error("odd");
          return n;
        },
        { cache: true },
      );
      await pw.debug.compute(t.select({ n: pw.applyAsync(cached, t.n) }), { onError: "report" });
      expect(asked).toEqual([0, 1, 1, 1]);
      asked.length = 0;
      const plain = pw.udf((n: number) => asked.push(n), { cache: 10 });
      await pw.debug.compute(t.select({ n: pw.apply(plain, t.n) }));
      expect(asked).toEqual([0, 1]);
    }));

  test("batch functions get a commit's rows in lists and answer place by place", () =>
    pw.graph(async () => {
      const t = numbers(Array.from({ length: 10 }, (_, i) => [i, i, i < 7 ? 2 : 4] as const));
      const sizes: number[] = [];
      const twice = (rows: [number][]) => {
        sizes.push(rows.length);
        return Promise.resolve(rows.map(([n]) => 2 * n));
      };
      const doubled = t.select({
        n: t.n,
        twice: pw.applyBatch(twice, t.n, { type: "int", batchRowsMax: 3 }),
      });
      for (const { row } of await pw.debug.compute(doubled)) expect(row.twice).toBe(2 * row.n);
      expect(sizes).toEqual([3, 3, 1, 3]);
      const short = t.select({ x: pw.applyBatch(() => [1], t.n) });
      await expect(pw.debug.compute(short)).rejects.toThrow(/returned 1 values for 7 rows/);
    }));

  test.each([
    [
      "inside ifElse",
      () => {
        const t = numbers([[1, 1, 2]]);
        return t.select({
          x: pw.ifElse(
            t.n.gt(0),
            pw.applyAsync(async (n) => n, t.n, { type: "int" }),
            0,
          ),
        });
      },
      /applyAsync stands inside ifElse/,
    ],
    ["an async function for apply", () => pw.apply(async () => 1), /Use pw.applyAsync/],
    ["a capacity for apply", () => pw.apply(pw.udf(() => 1, { capacity: 3 })), /capacity/],
    ["no function", () => pw.applyAsync(1 as never), /applyAsync takes a function first/],
    ["an unknown setting", () => pw.udf(() => 1, { retry: 3 } as never), /no option "retry"/],
    ["no capacity", () => pw.udf(() => 1, { capacity: 0 }), /capacity of udf cannot be 0/],
    [
      "a cache for lists",
      () =>
        pw.applyBatch(
          pw.udf(() => [1], { cache: true }),
          1,
        ),
      /with a cache/,
    ],
  ])("%s is refused when it is said", (_, say, message) => {
    expect(say).toThrow(message);
  });
});

describe("a run", () => {
  test("1,000 calls of 50 ms at once keep commits in order and take hardly longer than one", async () => {
    const commits = 100;
    const seen: number[] = [];
    const started = performance.now();
    await pw.graph(async () => {
      const source = pw.input(Numbers);
      const rng = new Rng(seed);
      const answered = source.select((c) => ({
        n: pw.applyAsync(
          async (n) => {
            await pause(40 + rng.below(20));
            return n;
          },
          c.n,
          { type: "int" },
        ),
      }));
      const byTime = new Map<number, number>();
      pw.subscribe(answered, {
        onChange: ({ row, time }) => {
          byTime.set(time, (byTime.get(time) ?? 0) + 1);
          seen.push(Math.floor(row.n / 10));
        },
      });
      for (let commit = 0; commit < commits; commit++) {
        for (let i = 0; i < 10; i++) source.insert({ k: 10 * commit + i, n: 10 * commit + i });
        source.commit();
      }
      source.close();
      const summary = await pw.run({ monitoring: "none" });
      expect(summary.commits).toBe(commits);
      expect([...byTime.values()]).toEqual(new Array(commits).fill(10));
    });
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    // One after the other they would take 50 s, commit after commit 6 s.
    expect(performance.now() - started).toBeLessThan(3000);
  });

  test("a failure ends the run with nothing of its commit written, and what was before it", async () => {
    const seen: number[] = [];
    await pw.graph(async () => {
      const source = pw.input(Numbers);
      const answered = source.select((c) => ({
        n: pw.applyAsync(async (n) => {
          await pause(n === 1 ? 30 : 1);
          if (n === 2) throw new Error("two");
          return n;
        }, c.n),
      }));
      pw.subscribe(answered, { onChange: ({ row }) => seen.push(row.n) });
      for (const n of [1, 2, 3]) {
        source.insert({ k: n, n });
        source.commit();
      }
      source.close();
      await expect(pw.run({ monitoring: "none" })).rejects.toThrow(/applyAsync.*threw: two|threw: two/);
    });
    expect(seen).toEqual([1]);
  });
});
