import { readdir, rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as pw from "../../../lib/index.ts";
import { inspectState } from "../../../lib/persistence/inspect.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const schema = pw.schema({ word: "str", n: "int" });
const given = Array.from({ length: 6 }, (_, i) => ({
  row: { word: "ab"[i % 2] as string, n: i },
  time: 2 * i + 2,
}));

type Words = ReturnType<typeof words>;
type Say = (t: Words, told: (text: string) => void) => void;

function words(rows: readonly (typeof given)[number][]) {
  return pw.debug.tableFromRows(schema, [...rows]);
}

/** Runs a script over the first rows given; returns what it was told. */
async function run(path: string, count: number, say: Say): Promise<string[]> {
  const told: string[] = [];
  await pw.graph(async () => {
    say(words(given.slice(0, count)), (text) => told.push(text));
    await pw.run({ monitoring: "none", persistence: { path } });
  });
  return told;
}

const byWord: Say = (t, told) => {
  const sums = t.groupBy(t.word).reduce({ word: t.word, sum: pw.reducers.sum(t.n) });
  pw.subscribe(sums, { onChange: ({ row, diff }) => told(`${diff} ${row.word} ${row.sum}`) });
};

test("the same plan goes on, whatever line it is said in; a run that has nothing to do again does nothing", async () => {
  const path = await temporaryDirectory();
  expect(await run(path, 6, byWord)).toHaveLength(10);
  expect(await run(path, 6, (t, told) => byWord(t, told))).toEqual([]);
});

test("a new step without state goes through, and gets what changes from now on", async () => {
  const path = await temporaryDirectory();
  await run(path, 6, byWord);
  const told = await run(path, 6, (t, tell) => {
    byWord(t, tell);
    pw.subscribe(t.filter(t.n.gt(2)), { onChange: ({ row }) => tell(`large ${row.n}`) });
  });
  expect(told).toEqual([]);
});

test("an operator that would need the past is refused, and named with its line", async () => {
  const path = await temporaryDirectory();
  await run(path, 6, byWord);
  const changed: Say = (t, told) => {
    const most = t.groupBy(t.word).reduce({ word: t.word, most: pw.reducers.max(t.n) });
    pw.subscribe(most, { onChange: ({ row }) => told(row.word) });
  };
  await expect(run(path, 6, changed)).rejects.toThrow(
    /TP_PLAN_CHANGED: "groupBy word: max\(n\)" keeps state.*plan-changes\.test\.ts:\d+, state in .*npx towpath state .* --clear/,
  );
  // Refused is not harmed.
  expect(await run(path, 6, byWord)).toEqual([]);
});

test("a source with other rows is refused; without the operator its state is dropped", async () => {
  const path = await temporaryDirectory();
  await run(path, 6, byWord);
  await expect(run(path, 4, byWord)).rejects.toThrow(
    'TP_PLAN_CHANGED: the source "debug" does not read what it read',
  );
  await run(path, 6, (t, told) => pw.subscribe(t, { onChange: ({ row }) => told(row.word) }));
  const found = await inspectState(path);
  expect(Object.values(found?.checkpoints[0]?.content?.plan.operators ?? {})).toHaveLength(1);
});

test("a materialized table is whole after a restart", async () => {
  const path = await temporaryDirectory();
  for (let i = 0; i < 3; i++) {
    await pw.graph(async () => {
      const t = words(given);
      const live = pw.materialize(t.groupBy(t.word).reduce({ word: t.word, sum: pw.reducers.sum(t.n) }));
      await pw.run({ monitoring: "none", persistence: { path } });
      expect([...live.current.values()].map(({ sum }) => sum).sort()).toEqual([6, 9]);
      expect(live.time).not.toBeNull();
    });
  }
});

test("without any whole checkpoint the journal is enough as long as it goes back to the beginning; then no more", async () => {
  const path = await temporaryDirectory();
  await run(path, 6, byWord);
  const damage = async () => {
    for (const name of await readdir(path)) {
      if (name.startsWith("checkpoint-")) await truncate(join(path, name, "data.mdb"), 5_000);
    }
  };
  await damage();
  expect(await run(path, 6, byWord)).toEqual([]);
  await damage();
  await rm(join(path, "journal"), { recursive: true });
  await expect(run(path, 6, byWord)).rejects.toThrow("TP_STATE_CORRUPT: no checkpoint is whole");
});

test("two runs on one path refuse each other, and a bad option is told", async () => {
  const path = await temporaryDirectory();
  await pw.graph(async () => {
    const t = pw.input(schema, { name: "open" });
    pw.subscribe(t, { onChange() {} });
    const running = pw.run({ monitoring: "none", persistence: { path } });
    while ((await inspectState(path))?.owner !== process.pid)
      await new Promise((resolve) => setTimeout(resolve, 10));
    await expect(run(path, 6, byWord)).rejects.toThrow("TP_STATE_LOCKED");
    t.close();
    await running;
  });
  const options = { path: "" };
  await pw.graph(async () => {
    pw.subscribe(words(given), { onChange() {} });
    await expect(pw.run({ persistence: options })).rejects.toThrow("TP_BAD_ARGUMENT: the option persistence");
  });
});
