/**
 * A script that dies: counts words that it is given slowly, and appends every change to a file, whole lines at once.
 * Arguments: the directory of its state, the file, how many words, ms between checkpoints.
 */
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import * as pw from "../../lib/index.ts";

const [statePath = "", file = "", words = "0", snapshotEveryMs = "0"] = process.argv.slice(2);

const given = Array.from({ length: Number(words) }, (_, i) => ({
  row: { word: `w${i % 7}`, n: i },
  time: 2 * Math.floor(i / 3),
}));
const table = pw.debug.tableFromRows(pw.schema({ word: "str", n: "int" }), given);
const counts = table.groupBy(table.word).reduce({
  word: table.word,
  count: pw.reducers.count(),
  sum: pw.reducers.sum(table.n),
  last: pw.reducers.latest(table.n),
});
const live = pw.materialize(counts);
pw.subscribe(counts, {
  onChange: async ({ row, time, diff }) => {
    appendFileSync(file, `${JSON.stringify({ time, diff, ...row })}\n`);
    await sleep(1);
  },
});
await pw.run({
  monitoring: "none",
  persistence: { path: statePath, snapshotEveryMs: Number(snapshotEveryMs) },
});
const rows = [...live.current.values()].sort((a, b) => (a.word < b.word ? -1 : 1));
console.log(JSON.stringify(rows));
