import { setTimeout as sleep } from "node:timers/promises";
import * as pw from "towpath";
import { describe, expect, it } from "vitest";

const quiet = { monitoring: "none" } as const;
const schema = () => pw.schema({ word: "str", n: "int" });

describe("pw.subscribe", () => {
  it("hands out keys at any time, deletions first, and the end of each time", async () => {
    await pw.graph(async () => {
      const words = pw.input(schema());
      const counts = words.table.groupBy("word").reduce((c) => ({ word: c.word, n: pw.reducers.sum(c.n) }));
      const log: string[] = [];
      const changes: pw.Change<{ word: string; n: number }>[] = [];
      pw.subscribe(counts, {
        onChange: (change) => {
          log.push(`${change.diff} ${change.row.word} ${change.row.n}`);
          changes.push(change);
        },
        onTimeEnd: () => {
          log.push("time");
        },
        onEnd: () => {
          log.push("end");
        },
      });
      for (const n of [1, 2]) {
        words.insert({ word: "a", n });
        words.insert({ word: "b", n });
        words.commit();
      }
      words.close();
      await pw.run(quiet);
      const sorted = [...log.slice(3, 5).sort(), ...log.slice(5, 7).sort()];
      expect([...log.slice(0, 2).sort(), log[2], ...sorted, ...log.slice(7)]).toEqual([
        ...["1 a 1", "1 b 1", "time"],
        ...["-1 a 1", "-1 b 1", "1 a 3", "1 b 3", "time", "end"],
      ]);
      const keyOf = (word: string) =>
        new Set(changes.filter(({ row }) => row.word === word).map(({ key }) => key));
      expect([keyOf("a").size, keyOf("b").size]).toEqual([1, 1]);
      expect(new Set(changes.map(({ time }) => time)).size).toBe(2);
      expect(JSON.parse(JSON.stringify(changes[0]))).toEqual({
        key: changes[0]?.key,
        row: changes[0]?.row,
        time: changes[0]?.time,
        diff: 1,
      });
    });
  });

  it("tells the end of a time also where only another output changed", async () => {
    await pw.graph(async () => {
      const words = pw.input(schema());
      words.insert({ word: "a", n: 1 });
      words.close();
      const log: string[] = [];
      pw.subscribe(words.table, { onChange: () => log.push("change") });
      pw.subscribe(
        words.table.filter((c) => c.n.gt(1)),
        { onChange: () => log.push("never"), onTimeEnd: () => log.push("time") },
      );
      await pw.run(quiet);
      expect(log).toEqual(["change", "time"]);
    });
  });

  it("waits for promises: calls one at a time, and the run with them", async () => {
    await pw.graph(async () => {
      const words = pw.input(schema(), { appendOnly: true });
      for (let n = 0; n < 6; n++) {
        words.insert({ word: "a", n });
        if (n % 2 === 1) words.commit();
      }
      words.close();
      const log: string[] = [];
      const full: number[] = [];
      let open = 0;
      pw.subscribe(words.table, {
        onChange: async ({ row }) => {
          expect(++open).toBe(1);
          await sleep(2);
          log.push(`change ${row.n}`);
          open--;
        },
        onTimeEnd: async () => {
          expect(open).toBe(0);
          await sleep(2);
          log.push("time");
        },
        onEnd: async () => {
          await sleep(2);
          log.push("end");
        },
      });
      pw.subscribe(words.table, { onTimeEnd: () => full.push(log.filter((line) => line === "time").length) });
      const summary = await pw.run(quiet);
      expect(log).toEqual([0, 2, 4].flatMap((n) => [`change ${n}`, `change ${n + 1}`, "time"]).concat("end"));
      // The next commit is computed when the one before has been dealt with.
      expect(full).toEqual([0, 1, 2]);
      expect(summary.outputs).toMatchObject({ subscribe: { changes: 6 }, "subscribe 2": { changes: 6 } });
    });
  });

  it.each(["onChange", "onTimeEnd", "onEnd"] as const)(
    "ends the run with what %s throws or rejects, naming it and the line",
    async (name) => {
      const failures = [
        () => {
          throw new Error("no more");
        },
        () => Promise.reject(new Error("no more")),
        async () => {
          await sleep(5);
          throw new Error("no more");
        },
      ];
      for (const fail of failures) {
        await pw.graph(async () => {
          const words = pw.input(schema());
          for (let n = 0; n < 10; n++) words.insert({ word: "a", n });
          words.commit();
          words.insert({ word: "b", n: 1 });
          words.close();
          let calls = 0;
          const failing = (): unknown => {
            calls++;
            return fail();
          };
          let ended = 0;
          pw.subscribe(words.table, { [name]: failing });
          pw.subscribe(words.table, { onEnd: () => ended++ });
          const error: unknown = await pw.run(quiet).catch((caught: unknown) => caught);
          expect(error).toMatchObject({
            code: "TP_FUNCTION_FAILED",
            detail: `${name} of pw.subscribe threw: no more`,
            where: expect.stringMatching(/subscribe\.test\.ts:\d+$/),
          });
          expect(calls).toBe(1);
          if (name !== "onEnd") expect(ended).toBe(0);
        });
      }
    },
  );

  it("calls onEnd once, also when a signal ends the run", async () => {
    await pw.graph(async () => {
      const words = pw.input(schema());
      let ended = 0;
      pw.subscribe(words.table, { onEnd: () => ended++ });
      await pw.run({ ...quiet, signal: AbortSignal.timeout(20) });
      expect(ended).toBe(1);
    });
  });

  it("hands out rows that are the callback's own, whatever the columns are called", async () => {
    await pw.graph(async () => {
      const table = pw.input(pw.schema({ ["__proto__"]: "json", constructor: "int" }));
      table.insert(JSON.parse('{"__proto__":{"polluted":true},"constructor":1}'));
      table.close();
      let seen: object = {};
      pw.subscribe(table.table, {
        onChange: ({ row }) => {
          seen = row;
        },
      });
      await pw.run(quiet);
      expect(JSON.stringify(seen)).toBe('{"__proto__":{"polluted":true},"constructor":1}');
      expect(Object.getPrototypeOf(seen)).toBe(Object.prototype);
      expect((seen as { polluted?: boolean }).polluted).toBeUndefined();
    });
  });

  it("tells equal rows one by one, each by a key of its own", async () => {
    await pw.graph(async () => {
      const words = pw.input(schema());
      const twice = words.table.concatReindex(words.table);
      words.insert({ word: "a", n: 1 });
      words.commit();
      words.remove({ word: "a", n: 1 });
      words.close();
      const changes: [string, number][] = [];
      pw.subscribe(twice, { onChange: ({ key, diff }) => changes.push([key, diff]) });
      await pw.run(quiet);
      expect(changes.map(([, diff]) => diff)).toEqual([1, 1, -1, -1]);
      const keys = (part: readonly [string, number][]) => part.map(([key]) => key).sort();
      expect(new Set(keys(changes)).size).toBe(2);
      expect(keys(changes.slice(2))).toEqual(keys(changes.slice(0, 2)));
    });
  });

  it("is told nothing of a key that is there twice, which ends the run or is reported", async () => {
    for (const onError of ["fail", "report"] as const) {
      await pw.graph(async () => {
        const words = pw.input(schema());
        words.insert({ word: "a", n: 1 });
        words.close();
        const seen: unknown[] = [];
        pw.subscribe(words.table.concat(words.table), { onChange: (change) => seen.push(change) });
        const run = pw.run({ ...quiet, onError });
        if (onError === "fail") await expect(run).rejects.toThrow("TP_KEY_COLLISION");
        else expect((await run).errors).toBe(1);
        expect(seen).toEqual([]);
      });
    }
  });

  it.each([
    ["nothing", undefined],
    ["no function", {}],
    ["something that is none", { onChange: 1 }],
    ["an unknown name", { onchange: () => {} }],
    ["a bad name", { onEnd: () => {}, name: 1 }],
  ])("refuses %s", (_, options) => {
    pw.graph(() => {
      const words = pw.input(schema());
      expect(() => pw.subscribe(words.table, options as never)).toThrow(/TP_BAD_ARGUMENT/);
    });
  });
});
