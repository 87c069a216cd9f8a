import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pw from "towpath";
import { expect, it, onTestFinished } from "vitest";
import { AppendedRows } from "../../../connectors/code/appended-rows.ts";
import { Feed } from "../../../connectors/code/feed.ts";
import type { GivenRows } from "../../../connectors/code/given-rows.ts";
import { KeyedInput } from "../../../connectors/code/keyed-input.ts";
import { RowBag } from "../../../connectors/code/row-bag.ts";
import type { Columns } from "../../../lib/data/schema.ts";
import { COMMIT, type JournalledCommit, type Source } from "../../../lib/io/source.ts";
import { Checkpoint } from "../../support/checkpoint.ts";
import { codeOf } from "../../support/code.ts";
import { rowsOf } from "../../support/kafka-log.ts";
import { Rng, seedFrom } from "../../support/rng.ts";

const columns: Columns = [
  { name: "id", type: { name: "int", optional: false } },
  { name: "text", type: { name: "str", optional: true } },
  { name: "data", type: { name: "json", optional: true } },
  { name: "bytes", type: { name: "bytes", optional: false } },
  { name: "at", type: { name: "datetime", optional: false } },
  { name: "big", type: { name: "bigint", optional: false } },
];
const needed = columns.map(() => true);

const kinds: Record<string, () => GivenRows> = {
  "a bag": () => new RowBag(columns, "input"),
  "appended rows": () => new AppendedRows(columns, "input"),
  "keyed rows": () => new KeyedInput(columns, [0], "input", false),
  "rows of two key columns": () => new KeyedInput(columns, [0, 1], "input", false),
  "keyed rows that only come": () => new KeyedInput(columns, [0], "input", true),
};

function rowOf(rng: Rng): Record<string, unknown> {
  return {
    id: rng.below(6),
    text: rng.pick(["a", "é", null]),
    data: rng.pick([null, { x: [1, "2"] }, "s"]),
    bytes: Buffer.from([rng.below(2)]),
    at: new Date(1_700_000_000_000 + rng.below(2)),
    big: BigInt(rng.below(2)) << 70n,
  };
}

/** Says the n-th commit of a script; what is refused is refused again in every run. */
function sayCommit(feed: Feed, kind: string, seed: number): boolean[] {
  const rng = new Rng(seed);
  const refused: boolean[] = [];
  for (let left = rng.between(1, 5); left > 0; left--) {
    const row = rowOf(rng);
    const call = rng.pick(
      kind === "a bag"
        ? ["insert", "remove"]
        : kind.includes("only") || kind.startsWith("app")
          ? ["insert"]
          : ["insert", "upsert", "remove"],
    ) as "insert";
    refused.push(codeOf(() => feed.open[call](row)) !== undefined);
  }
  feed.commit();
  return refused;
}

/** Null where there is none. */
function take(source: Source, time: number): { range: unknown; rows: string[] } | null {
  if (source.poll() !== COMMIT) return null;
  const batch = source.seal(time);
  const made = { range: source.history?.range(), rows: batch === null ? [] : rowsOf(batch, columns) };
  source.release();
  return made;
}

it.each(Object.keys(kinds))(
  "%s: a run that goes on has what was kept, and refuses what it refused",
  (kind) => {
    const seed = seedFrom("TOWPATH_FUZZ_SEED");
    for (let round = 0; round < 60; round++) {
      const rng = new Rng(seed + round);
      const message = `TOWPATH_FUZZ_SEED=${seed + round}`;
      const start = (): { feed: Feed; source: Source } => {
        const feed = new Feed("input", columns, kinds[kind]());
        return { feed, source: feed.source(needed) };
      };
      // One run that nobody ends, and one that ends over and over.
      const whole = start();
      whole.source.history?.resume(null, []);
      let cut = start();
      cut.source.history?.resume(null, []);
      const journal: JournalledCommit[] = [];
      let checkpoint: Checkpoint | null = null;
      let saved = 0;
      for (let said = 0; said < 20; said++) {
        const commitSeed = (seed + 1_000 * round + said) >>> 0;
        expect(sayCommit(cut.feed, kind, commitSeed), message).toEqual(
          sayCommit(whole.feed, kind, commitSeed),
        );
        if (rng.chance(0.2)) continue;
        for (let made = take(cut.source, 2); made !== null; made = take(cut.source, 2)) {
          expect(made.rows, message).toEqual(take(whole.source, 2)?.rows);
          journal.push({ time: 2 * journal.length, range: JSON.parse(JSON.stringify(made.range)) });
          if (!rng.chance(0.3)) continue;
          checkpoint = new Checkpoint();
          cut.source.history?.save(checkpoint.writer());
          saved = journal.length;
        }
        if (!rng.chance(0.3)) continue;
        cut = start();
        const again = journal.slice(saved);
        cut.source.history?.resume(checkpoint?.reader() ?? null, again);
        for (const { range } of again) expect(take(cut.source, 2)?.range, message).toEqual(range);
        expect(take(cut.source, 2)).toBeNull();
      }
    }
  },
);

it("a commit that takes back what it gives is made again, as one without rows", () => {
  const start = (): { feed: Feed; source: Source } => {
    const feed = new Feed("input", columns, new RowBag(columns, "input"));
    return { feed, source: feed.source(needed) };
  };
  const first = start();
  first.source.history?.resume(null, []);
  const row = rowOf(new Rng(1));
  first.feed.open.insert(row);
  first.feed.open.remove(row);
  first.feed.commit();
  const made = take(first.source, 2);
  expect(made?.rows).toEqual([]);
  const again = start();
  again.source.history?.resume(null, [{ time: 2, range: made?.range }]);
  expect(take(again.source, 2)).toEqual(made);
  expect(take(again.source, 2)).toBeNull();
});

it("a script learns how many commits are kept, and goes on behind them", async () => {
  const path = await mkdtemp(join(tmpdir(), "towpath-input-"));
  onTestFinished(() => rm(path, { recursive: true }));
  const words = ["lock", "weir", "lock", "quay", "weir"];
  const runOnce = (upTo: number, early = false) =>
    pw.graph(async () => {
      const input = pw.input(pw.schema({ word: "str" }), { name: "words" });
      const counts = pw.materialize(
        input.groupBy("word").reduce((c) => ({ word: c.word, n: pw.reducers.count() })),
      );
      if (early) {
        input.insert({ word: "early" });
        input.commit();
      }
      const running = pw.run({ persistence: { path }, monitoring: "none" });
      running.catch(() => {});
      if (early) return running;
      const kept = await input.restored;
      for (const word of words.slice(kept, upTo)) {
        input.insert({ word });
        input.commit();
      }
      input.close();
      await running;
      return [kept, Object.fromEntries([...counts.current.values()].map(({ word, n }) => [word, n]))];
    });
  expect(await runOnce(2)).toEqual([0, { lock: 1, weir: 1 }]);
  expect(await runOnce(3)).toEqual([2, { lock: 2, weir: 1 }]);
  await expect(runOnce(5, true)).rejects.toMatchObject({ code: "TP_BAD_ARGUMENT" });
  expect(await runOnce(5)).toEqual([3, { lock: 2, quay: 1, weir: 2 }]);
});
