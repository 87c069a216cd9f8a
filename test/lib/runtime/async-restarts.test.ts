/** Functions that answer later, and reducers of the script's functions, in runs that go on where another one ended. */
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import * as pw from "../../../lib/index.ts";
import { Rng, seedFrom } from "../../support/rng.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const schema = pw.schema({ id: pw.column({ type: "int", primaryKey: true }), n: "int" });
const seed = seedFrom("TOWPATH_FUZZ_SEED");

interface Given {
  readonly row: { readonly id: number; readonly n: number };
  readonly time: number;
  readonly diff: 1 | -1;
}

/** Rows that come, change and go, a commit for each. */
function history(rng: Rng, commits: number): Given[] {
  const live = new Map<number, number>();
  return Array.from({ length: commits }, (_, i): Given[] => {
    // The second commit takes a row back, so that no part of the history only grows.
    const id = i < 2 ? 0 : rng.below(8);
    const old = live.get(id);
    const time = 2 * i + 2;
    const gone: Given[] = old === undefined ? [] : [{ row: { id, n: old }, time, diff: -1 }];
    live.delete(id);
    if (old !== undefined && rng.chance(0.4)) return gone;
    live.set(id, i);
    return [...gone, { row: { id, n: i }, time, diff: 1 }];
  }).flat();
}

/** Runs over the first commits given; `answer` is called by `applyAsync`. */
async function run(
  path: string | null,
  given: readonly Given[],
  answer: (n: number) => Promise<number>,
  told: string[],
): Promise<void> {
  await pw.graph(async () => {
    const t = pw.debug.tableFromRows(schema, [...given]);
    const answered = t.select({ id: t.id, answer: pw.applyAsync(answer, t.n, { type: "int" }) });
    const summed = answered.reduce({
      sum: pw.reducers.statefulSingle((state: number | undefined, n) => (state ?? 0) + n, answered.answer),
      spread: pw.reducers.stddev(answered.answer, { population: true }),
      median: pw.reducers.median(answered.answer),
      mode: pw.reducers.mode(answered.answer),
      top: pw.reducers.topK(answered.id, 2, answered.answer),
    });
    pw.subscribe(summed, {
      onChange: ({ row, diff }) => told.push(`${diff} ${Object.values(row).join()}`),
    });
    await pw.run({
      monitoring: "none",
      ...(path === null ? {} : { persistence: { path, snapshotEveryMs: 5 } }),
    });
  });
}

/** Fails once it is asked for `last`. */
function upTo(last: number, rng: Rng): (n: number) => Promise<number> {
  return async (n) => {
    await pause(rng.below(3));
    if (n >= last) throw new Error("not today");
    return n % 7;
  };
}

test(`runs that fail in a call are gone on with from a commit before it, from seed ${seed}`, async () => {
  for (let i = 0; i < 2; i++) {
    const rng = new Rng(seed + i);
    const given = history(rng, 60);
    const whole: string[] = [];
    await run(null, given, upTo(100, rng), whole);
    const path = await temporaryDirectory();
    let done = 0;
    for (const last of [15, 30, 45, 100]) {
      const told: string[] = [];
      const isDue = given.some(({ row, diff }) => row.n >= last && diff > 0);
      const running = run(path, given, upTo(last, rng), told);
      await (isDue ? expect(running).rejects.toThrow(/not today/) : running);
      // It begins anew at a commit that the one before has told of, or right behind it.
      const from = [...Array(done + 1).keys()].reverse();
      const at = from.find((start) => told.every((text, k) => whole[start + k] === text)) ?? -1;
      expect(at, `TOWPATH_FUZZ_SEED=${seed + i}, up to ${last}`).toBeGreaterThanOrEqual(0);
      done = Math.max(done, at + told.length);
    }
    expect(done, `TOWPATH_FUZZ_SEED=${seed + i}`).toBe(whole.length);
  }
});
