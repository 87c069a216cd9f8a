import * as pw from "towpath";
import { describe, expect, it } from "vitest";
import { codeOf, timesOf } from "../../support/code.ts";
import { Rng } from "../../support/rng.ts";

const plain = () => pw.schema({ word: "str", n: "int" });
const keyed = () => pw.schema({ id: pw.column({ type: "int", primaryKey: true }), note: "str?" });

describe("rows without a primary key", () => {
  it("come commit by commit; what follows the last commit comes with close", async () => {
    await pw.graph(async () => {
      const words = pw.input(plain());
      words.insert({ word: "a", n: 1 });
      words.insert({ word: "b", n: 2 });
      words.commit();
      words.commit();
      words.insert({ word: "c", n: 3 });
      words.close();
      expect(await timesOf(words.table)).toEqual([
        [
          { row: { word: "a", n: 1 }, diff: 1 },
          { row: { word: "b", n: 2 }, diff: 1 },
        ],
        [{ row: { word: "c", n: 3 }, diff: 1 }],
      ]);
    });
  });

  it("go by their values, the latest of equal ones first, and cancel within a commit", async () => {
    await pw.graph(async () => {
      const words = pw.input(plain());
      const row = { word: "a", n: 1 };
      words.insert(row);
      words.insert(row);
      words.commit();
      words.insert(row);
      words.remove({ n: 1, word: "a" });
      words.insert({ word: "b", n: 1 });
      words.remove({ word: "b", n: 1 });
      words.commit();
      words.remove(row);
      words.commit();
      words.remove(row);
      expect(codeOf(() => words.remove(row))).toBe("TP_ROW_ABSENT");
      expect(codeOf(() => words.remove({ word: "b", n: 1 }))).toBe("TP_ROW_ABSENT");
      words.close();
      const keys: string[] = [];
      pw.subscribe(words.table, {
        onChange: ({ key, diff }) => {
          keys.push(`${diff} ${key}`);
        },
      });
      expect((await timesOf(words.table)).map((changes) => changes.map(({ diff }) => diff))).toEqual([
        [1, 1],
        [-1],
        [-1],
      ]);
      const [first, second] = keys;
      expect(keys).toEqual([first, second, second?.replace("1 ", "-1 "), first?.replace("1 ", "-1 ")]);
      expect(new Set([first, second]).size).toBe(2);
    });
  });

  it("cannot be upserted", () => {
    pw.graph(() => {
      const words = pw.input(plain());
      expect(codeOf(() => words.upsert({ word: "a", n: 1 }))).toBe("TP_BAD_ARGUMENT");
    });
  });

  it("agree with a list of live rows, whatever is said (random)", async () => {
    const seed = Date.now() % 1_000_000;
    const random = new Rng(seed);
    await pw.graph(async () => {
      const input = pw.input(pw.schema({ a: "int?", b: "str", c: "any" }), { name: "random" });
      const live: string[] = [];
      const expected: string[][] = [];
      for (let commit = 0; commit < 60; commit++) {
        for (let i = random.below(12); i > 0; i--) {
          const row = {
            a: random.below(2) || null,
            b: "x".repeat(random.below(3)),
            c: random.below(2) ? 1n : "1",
          };
          const text = textOf(row);
          if (random.below(2) === 0) {
            input.insert(row);
            live.push(text);
          } else if (live.includes(text)) {
            input.remove(row);
            live.splice(live.indexOf(text), 1);
          } else
            expect(
              codeOf(() => input.remove(row)),
              `seed ${seed}`,
            ).toBe("TP_ROW_ABSENT");
        }
        input.commit();
        expected.push([...live].sort());
      }
      input.close();
      const byKey = new Map<string, string>();
      const seen: string[][] = [];
      pw.subscribe(input.table, {
        onChange: ({ key, row, diff }) => {
          expect(byKey.has(key), `seed ${seed}: key ${key}`).toBe(diff < 0);
          if (diff > 0) byKey.set(key, textOf(row));
          else byKey.delete(key);
        },
        onTimeEnd: () => {
          seen.push([...byKey.values()].sort());
        },
      });
      await pw.run({ monitoring: "none" });
      const changed = expected.filter((rows, i) => rows.join() !== (expected[i - 1] ?? []).join());
      expect(seen, `seed ${seed}`).toEqual(changed);
    });
  });
});

function textOf(row: object): string {
  return JSON.stringify(row, (_, value) => (typeof value === "bigint" ? `${value}n` : value));
}

describe("rows with a primary key", () => {
  it("are inserted once, replaced and removed, also within one commit", async () => {
    await pw.graph(async () => {
      const table = pw.input(keyed());
      table.insert({ id: 1, note: "one" });
      expect(codeOf(() => table.insert({ id: 1 }))).toBe("TP_ROW_DUPLICATE_KEY");
      table.upsert({ id: 2, note: "two" });
      table.upsert({ id: 2, note: "deux" });
      table.commit();
      expect(codeOf(() => table.insert({ id: 2 }))).toBe("TP_ROW_DUPLICATE_KEY");
      table.upsert({ id: 1, note: "uno" });
      table.remove({ id: 2 });
      expect(codeOf(() => table.remove({ id: 2 }))).toBe("TP_ROW_ABSENT");
      table.commit();
      table.insert({ id: 2, note: null });
      table.remove({ id: 2, note: "does not count" });
      table.upsert({ id: 1, note: "uno" });
      table.commit();
      table.insert({ id: 2 });
      table.close();
      expect(await timesOf(table.table)).toEqual([
        [
          { row: { id: 1, note: "one" }, diff: 1 },
          { row: { id: 2, note: "deux" }, diff: 1 },
        ],
        [
          { row: { id: 1, note: "one" }, diff: -1 },
          { row: { id: 2, note: "deux" }, diff: -1 },
          { row: { id: 1, note: "uno" }, diff: 1 },
        ],
        [{ row: { id: 2, note: null }, diff: 1 }],
      ]);
    });
  });

  it("may have a key of several columns and any type", async () => {
    await pw.graph(async () => {
      const key = { primaryKey: true } as const;
      const Odd = pw.schema({
        json: pw.column({ type: "json", ...key }),
        bytes: pw.column({ type: "bytes?", ...key }),
        at: pw.column({ type: "datetime", ...key }),
      });
      const table = pw.input(Odd);
      table.insert({ json: { a: 1, b: 2 }, bytes: Buffer.from("x"), at: 5 });
      expect(codeOf(() => table.insert({ json: { b: 2, a: 1 }, bytes: Buffer.from("x"), at: 5 }))).toBe(
        "TP_ROW_DUPLICATE_KEY",
      );
      table.insert({ json: { a: 1, b: 2 }, at: 5 });
      table.commit();
      table.remove({ json: { b: 2, a: 1 }, bytes: null, at: 5 });
      expect(codeOf(() => table.remove({ json: 1, at: 5 }))).toBe("TP_ROW_MISSING_COLUMN");
      table.close();
      const times = await timesOf(table.table);
      expect(times.map((changes) => changes.map(({ diff }) => diff))).toEqual([[1, 1], [-1]]);
    });
  });

  it("can be declared to come only", async () => {
    await pw.graph(async () => {
      const table = pw.input(keyed(), { appendOnly: true });
      expect(Object.keys(table).sort()).toEqual(["close", "commit", "insert", "restored", "table"]);
      table.insert({ id: 1 });
      expect(codeOf(() => table.insert({ id: 1 }))).toBe("TP_ROW_DUPLICATE_KEY");
      table.commit();
      table.insert({ id: 2 });
      table.close();
      expect((await timesOf(table.table)).map((changes) => changes.map(({ row }) => row))).toEqual([
        [{ id: 1, note: null }],
        [{ id: 2, note: null }],
      ]);
    });
  });
});

describe("rows that only come", () => {
  it("are keyed by the input's name and their number", async () => {
    const keysOf = (name: string) =>
      pw.graph(async () => {
        const words = pw.input(plain(), { name, appendOnly: true });
        words.insert({ word: "a", n: 1 });
        words.commit();
        words.insert({ word: "a", n: 1 });
        words.close();
        const keys: string[] = [];
        pw.subscribe(words.table, { onChange: ({ key }) => keys.push(key) });
        await pw.run({ monitoring: "none" });
        return keys;
      });
    const keys = await keysOf("x");
    expect(new Set(keys).size).toBe(2);
    expect(
      keys.every((key) => /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(key)),
    ).toBe(true);
    expect(await keysOf("x")).toEqual(keys);
    expect(await keysOf("y")).not.toEqual(keys);
  });
});

describe("an input and its run", () => {
  it("takes rows while it runs, and several inputs feed one table", async () => {
    await pw.graph(async () => {
      const left = pw.input(plain());
      const right = pw.input(plain());
      const all = left.table.concat(right.table);
      const sums = all.groupBy("word").reduce((c) => ({ word: c.word, n: pw.reducers.sum(c.n) }));
      left.insert({ word: "a", n: 1 });
      left.commit();
      const times = await timesOf(sums, async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        right.insert({ word: "a", n: 5 });
        right.commit();
        await new Promise((resolve) => setTimeout(resolve, 20));
        left.remove({ word: "a", n: 1 });
        left.close();
        right.close();
      });
      expect(times.flat()).toEqual([
        { row: { word: "a", n: 1 }, diff: 1 },
        { row: { word: "a", n: 1 }, diff: -1 },
        { row: { word: "a", n: 6 }, diff: 1 },
        { row: { word: "a", n: 6 }, diff: -1 },
        { row: { word: "a", n: 5 }, diff: 1 },
      ]);
    });
  });

  it("is closed by close; after the run calls have no effect", async () => {
    await pw.graph(async () => {
      const words = pw.input(plain());
      const other = pw.input(plain());
      words.close();
      words.close();
      for (const call of [
        () => words.insert({ word: "a", n: 1 }),
        () => words.upsert({ word: "a", n: 1 }),
        () => words.remove({ word: "a", n: 1 }),
        () => words.commit(),
      ]) {
        expect(codeOf(call)).toBe("TP_CLOSED");
      }
      pw.subscribe(words.table.concat(other.table), { onEnd: () => {} });
      other.insert({ word: "a", n: 1 });
      const summary = await pw.run({ monitoring: "none", signal: AbortSignal.timeout(50) });
      expect(summary.reason).toBe("stopped");
      expect(summary.sources["input 2"]).toMatchObject({ rows: 0, pending: 1 });
      expect(codeOf(() => other.insert({ word: "a", n: 1 }))).toBe("no error");
      expect(codeOf(() => other.commit())).toBe("no error");
      other.close();
      expect(codeOf(() => other.commit())).toBe("TP_CLOSED");
    });
  });

  it("is the table that it feeds, columns and methods alike", async () => {
    await pw.graph(async () => {
      const words = pw.input(pw.schema({ word: "str", insert: "int" }));
      const times = timesOf(words.filter(words.word.ne("b")).select((c) => ({ word: c.word, n: c.insert })));
      words.insert({ word: "a", insert: 1 });
      words.insert({ word: "b", insert: 2 });
      words.close();
      expect(await times).toEqual([[{ row: { word: "a", n: 1 }, diff: 1 }]]);
    });
  });

  it("gives the run its figures", async () => {
    await pw.graph(async () => {
      const words = pw.input(plain(), { name: "words" });
      for (let i = 0; i < 5_000; i++) {
        words.insert({ word: "a", n: i });
        if (i % 2 === 1) words.commit();
      }
      words.close();
      let last = 0;
      pw.subscribe(
        words.table.reduce((c) => ({ n: pw.reducers.sum(c.n) })),
        {
          onChange: ({ row, diff }) => {
            if (diff > 0) last = row.n;
          },
        },
      );
      const summary = await pw.run({ monitoring: "none" });
      expect(summary.sources.words).toEqual({ rows: 5_000, commits: 2_500, rejected: 0, lag: 0, pending: 0 });
      expect(last).toBe((5_000 * 4_999) / 2);
    });
  });

  it("refuses arguments that it cannot use", () => {
    expect(codeOf(() => pw.input({ word: "str" } as never))).toBe("TP_BAD_ARGUMENT");
    expect(codeOf(() => pw.input(plain(), { nam: "x" } as never))).toBe("TP_BAD_ARGUMENT");
    expect(codeOf(() => pw.input(plain(), { appendOnly: 1 } as never))).toBe("TP_BAD_ARGUMENT");
  });
});
