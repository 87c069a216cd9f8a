import { setTimeout as sleep } from "node:timers/promises";
import * as pw from "towpath";
import { describe, expect, it } from "vitest";

const quiet = { monitoring: "none" } as const;

/** A sum over an input, and commits of 1, 2, … into it. */
function sums() {
  const numbers = pw.input(pw.schema({ n: "int" }));
  const sum = numbers.reduce((c) => ({ sum: pw.reducers.sum(c.n) }));
  const feed = (from: number, to: number): void => {
    for (let n = from; n <= to; n++) {
      numbers.insert({ n });
      numbers.commit();
    }
  };
  return { numbers, sum, feed };
}

const plain = ({ changes }: pw.Commit<{ sum: number }>) =>
  changes.map(({ row, diff }) => `${diff} ${row.sum}`);

async function all<T>(commits: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const commit of commits) list.push(commit);
  return list;
}

describe("table.updates", () => {
  it("gives a reader that keeps up every commit, and ends with the run", async () => {
    await pw.graph(async () => {
      const { numbers, sum, feed } = sums();
      const commits = sum.updates({ buffer: 1, overflow: "error" });
      const reading = all(commits);
      const running = pw.run(quiet);
      for (let n = 1; n <= 30; n++) {
        feed(n, n);
        await sleep(1);
      }
      numbers.close();
      await running;
      const list = await reading;
      expect(list.map(plain)).toEqual(
        Array.from({ length: 30 }, (_, i) =>
          i === 0 ? ["1 1"] : [`-1 ${(i * (i + 1)) / 2}`, `1 ${((i + 1) * (i + 2)) / 2}`],
        ),
      );
      const times = list.map(({ time }) => time);
      expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
      expect(new Set(list.flatMap(({ changes }) => changes.map(({ key }) => key))).size).toBe(1);
      expect(await commits.next()).toEqual({ done: true, value: undefined });
    });
  });

  it("merges the commits beyond the buffer into what they come to, at the latest time", async () => {
    await pw.graph(async () => {
      const { numbers, sum, feed } = sums();
      const slow = sum.updates({ buffer: 2 });
      const fast = sum.updates({ buffer: 100 });
      feed(1, 9);
      numbers.close();
      await pw.run(quiet);
      const [merged, every] = [await all(slow), await all(fast)];
      expect(merged.map(plain)).toEqual([["1 1"], ["-1 1", "1 3"], ["-1 3", "1 45"]]);
      expect(every).toHaveLength(9);
      expect(merged.map(({ time }) => time)).toEqual([0, 1, 8].map((i) => every[i].time));
    });
  });

  it("never gives a commit in which everything cancels", async () => {
    await pw.graph(async () => {
      const numbers = pw.input(pw.schema({ n: "int" }));
      const commits = numbers.updates({ buffer: 1 });
      numbers.insert({ n: 1 });
      numbers.commit();
      numbers.insert({ n: 2 });
      numbers.commit();
      numbers.remove({ n: 2 });
      numbers.close();
      await pw.run(quiet);
      expect((await all(commits)).map(({ changes }) => changes.map(({ row }) => row.n))).toEqual([[1]]);
    });
  });

  it("lets a reader hold the run, and goes on as it reads", async () => {
    await pw.graph(async () => {
      const { numbers, sum, feed } = sums();
      const commits = sum.updates({ buffer: 3, overflow: "block" });
      let computed = 0;
      pw.subscribe(sum, { onTimeEnd: () => ++computed });
      feed(1, 10);
      numbers.close();
      const running = pw.run(quiet);
      await sleep(30);
      expect(computed).toBe(3);
      expect(plain((await commits.next()).value as pw.Commit<{ sum: number }>)).toEqual(["1 1"]);
      await sleep(30);
      expect(computed).toBe(4);
      expect(await all(commits)).toHaveLength(9);
      await running;
    });
  });

  it("does not hold the run for a reader that has left, or that its signal has ended", async () => {
    await pw.graph(async () => {
      const { numbers, sum, feed } = sums();
      const gone = new AbortController();
      const left = sum.updates({ buffer: 1, overflow: "block" });
      const aborted = sum.updates({ buffer: 1, overflow: "block", signal: gone.signal });
      const other = sum.updates({ buffer: 100 });
      feed(1, 10);
      numbers.close();
      const running = pw.run(quiet);
      for await (const commit of left) {
        expect(plain(commit)).toEqual(["1 1"]);
        break;
      }
      await sleep(20);
      gone.abort();
      expect(await all(aborted)).toEqual([]);
      await running;
      expect(await all(other)).toHaveLength(10);
    });
  });

  it("ends the run with a code where asked, and hands out what was buffered", async () => {
    await pw.graph(async () => {
      const { sum, feed } = sums();
      const commits = sum.updates({ buffer: 4, overflow: "error" });
      feed(1, 10);
      await expect(pw.run(quiet)).rejects.toMatchObject({
        code: "TP_READER_SLOW",
        message: expect.stringMatching(/4 commits.*updates\.test\.ts:\d+/),
      });
      expect(await all(commits)).toHaveLength(4);
    });
  });

  it("ends its readers when the run fails, and pw.run says why", async () => {
    await pw.graph(async () => {
      const numbers = pw.input(pw.schema({ n: "int" }));
      const bad = numbers.select({
        n: pw.apply((n) => {
          if (n === 2) throw new Error("two");
          return n;
        }, numbers.n),
      });
      const reading = all(bad.updates());
      for (const n of [1, 2]) {
        numbers.insert({ n });
        numbers.commit();
      }
      await expect(pw.run(quiet)).rejects.toMatchObject({ code: "TP_FUNCTION_FAILED" });
      expect(await reading).toHaveLength(1);
    });
  });

  it("serves several calls of next at once, in order", async () => {
    await pw.graph(async () => {
      const { numbers, sum, feed } = sums();
      const commits = sum.updates();
      const waiting = [commits.next(), commits.next(), commits.next()];
      feed(1, 2);
      numbers.close();
      await pw.run(quiet);
      const steps = await Promise.all(waiting);
      expect(steps.map(({ done, value }) => (done ? "done" : plain(value)))).toEqual([
        ["1 1"],
        ["-1 1", "1 3"],
        "done",
      ]);
    });
  });

  it("names what is wrong with its options", async () => {
    await pw.graph(async () => {
      const { numbers, sum } = sums();
      const given = (options: object) => () => sum.updates(options as pw.UpdatesOptions);
      expect(given({ bufer: 1 })).toThrow(/TP_BAD_ARGUMENT.*"bufer".*Did you mean "buffer"/);
      expect(given({ buffer: 0 })).toThrow(/TP_BAD_ARGUMENT.*buffer.*cannot be 0/);
      expect(given({ overflow: "drop" })).toThrow(/TP_BAD_ARGUMENT.*overflow.*cannot be drop/);
      expect(given({ signal: {} })).toThrow(/TP_BAD_ARGUMENT.*signal/);
      pw.subscribe(sum, { onChange() {} });
      numbers.close();
      await pw.run(quiet);
      expect(given({})).toThrow(/TP_GRAPH_RUNNING/);
    });
  });

  it("gives a reader that comes late what its commits come to", async () => {
    await pw.graph(async () => {
      const { numbers, sum, feed } = sums();
      const commits = sum.updates();
      feed(1, 3000);
      numbers.close();
      await pw.run(quiet);
      const list = await all(commits);
      expect(list).toHaveLength(17);
      expect(list.at(-1)?.changes).toHaveLength(2);
    });
  });
});
