import { setTimeout as sleep } from "node:timers/promises";
import * as pw from "towpath";
import { describe, expect, it } from "vitest";

const quiet = { monitoring: "none" } as const;
const schema = () => pw.schema({ word: "str", n: "int" });

describe("pw.materialize", () => {
  it("has every commit whole, tells of it once, and never changes a version that was handed out", async () => {
    await pw.graph(async () => {
      const words = pw.input(schema());
      const counts = words.groupBy("word").reduce((c) => ({ word: c.word, n: pw.reducers.sum(c.n) }));
      const live = pw.materialize(counts);
      const keys: string[] = [];
      pw.subscribe(counts, { onChange: ({ key }) => keys.push(key) });
      expect([live.current.size, live.time]).toEqual([0, null]);
      const versions: { rows: object; time: number; kept: typeof live.current }[] = [];
      const stop = live.subscribe((current, time) => {
        expect([live.current, live.time]).toEqual([current, time]);
        versions.push({ rows: current.toJS(), time, kept: current });
      });
      for (const n of [1, 2, 3]) {
        words.insert({ word: "a", n });
        words.insert({ word: `b${n}`, n });
        words.commit();
      }
      words.remove({ word: "b1", n: 1 });
      words.close();
      await pw.run(quiet);
      expect(
        versions.map(({ rows }) =>
          Object.values(rows)
            .map(({ word, n }) => `${word}${n}`)
            .sort(),
        ),
      ).toEqual([
        ["a1", "b11"],
        ["a3", "b11", "b22"],
        ["a6", "b11", "b22", "b33"],
        ["a6", "b22", "b33"],
      ]);
      for (const { rows, kept } of versions) expect(kept.toJS()).toEqual(rows);
      expect([...live.current.keys()].every((key) => keys.includes(key))).toBe(true);
      expect(live.time).toBe(versions[3].time);
      expect(Object.isFrozen(live.current.first())).toBe(true);
      stop();
    });
  });

  it("shows all materialized tables at the same commit", async () => {
    await pw.graph(async () => {
      const words = pw.input(schema());
      const first = pw.materialize(words.reduce((c) => ({ n: pw.reducers.sum(c.n) })));
      const second = pw.materialize(
        words.reduce((c) => ({ n: pw.reducers.sum(c.n), m: pw.reducers.max(c.n) })),
      );
      const seen: unknown[] = [];
      first.subscribe((current, time) => {
        seen.push([current.first()?.n, second.current.first()?.n, second.time === time]);
      });
      for (const n of [1, 2]) {
        words.insert({ word: "a", n });
        words.commit();
      }
      words.close();
      await pw.run(quiet);
      expect(seen).toEqual([
        [1, 1, true],
        [3, 3, true],
      ]);
    });
  });

  it("ends calls where asked, also from within one", async () => {
    await pw.graph(async () => {
      const words = pw.input(schema());
      const live = pw.materialize(words);
      const log: string[] = [];
      const stopA = live.subscribe(() => {
        log.push("a");
        stopA();
        stopB();
      });
      const stopB = live.subscribe(() => log.push("b"));
      live.subscribe(() => log.push("c"));
      for (const n of [1, 2]) {
        words.insert({ word: "a", n });
        words.commit();
      }
      words.close();
      await pw.run(quiet);
      expect(log).toEqual(["a", "c", "c"]);
    });
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("no more");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no more"))],
  ])("ends the run when a subscribed function %s", async (_, fail) => {
    await pw.graph(async () => {
      const words = pw.input(schema());
      pw.materialize(words).subscribe(fail);
      words.insert({ word: "a", n: 1 });
      words.commit();
      await expect(pw.run(quiet)).rejects.toMatchObject({
        code: "TP_FUNCTION_FAILED",
        message: expect.stringMatching(/no more \(test\/lib\/runtime\/materialize\.test\.ts:\d+\)/),
      });
    });
  });

  it("refuses two rows of one key, and keeps the last whole version", async () => {
    await pw.graph(async () => {
      const words = pw.input(schema());
      const live = pw.materialize(words.concat(words.filter((c) => c.n.gt(1))));
      for (const n of [1, 2]) {
        words.insert({ word: "x", n: 1 });
        words.insert({ word: "y", n });
        words.commit();
      }
      await expect(pw.run(quiet)).rejects.toMatchObject({ code: "TP_KEY_COLLISION" });
      expect(live.current.size).toBe(2);
    });
  });

  it("costs what a commit changes, however many rows there are", async () => {
    await pw.graph(async () => {
      const words = pw.input(pw.schema({ id: pw.column({ type: "int", primaryKey: true }), n: "int" }));
      const live = pw.materialize(words);
      for (let id = 0; id < 30_000; id++) words.insert({ id, n: 0 });
      words.commit();
      const running = pw.run(quiet);
      while (live.current.size < 30_000) await sleep(5);
      const before = live.current;
      const start = performance.now();
      for (let n = 1; n <= 500; n++) {
        words.upsert({ id: n, n });
        words.commit();
      }
      words.close();
      await running;
      const spent = performance.now() - start;
      const copying = performance.now();
      for (let n = 0; n < 10; n++) new Map(before);
      const copyMs = (performance.now() - copying) / 10;
      expect(spent).toBeLessThan(500 * copyMs);
      expect([before.size, [...before.values()].some((row) => row.n !== 0)]).toEqual([30_000, false]);
    });
  });

  it("takes no table once the graph runs", async () => {
    await pw.graph(async () => {
      const words = pw.input(schema());
      pw.materialize(words);
      words.close();
      await pw.run(quiet);
      expect(() => pw.materialize(words)).toThrow(/TP_GRAPH_RUNNING/);
    });
  });
});
