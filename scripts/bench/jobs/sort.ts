/**
 * Rows inserted at random into a sorted table: ROWS are there before the clock starts, then INSERTS come in commits of
 * COMMIT_ROWS. Prints {"loadSeconds", "seconds", "changes"}.
 */
import * as pw from "towpath";
import { places } from "../harness/sort-data.mjs";

const [rows, inserts, commitRows] = process.argv.slice(2, 5).map(Number);
const table = pw.input(pw.schema({ at: "int" }), { appendOnly: true });
let changes = 0;
let commits = 0;
let ended = () => {};
pw.subscribe(table.sort(table.at), {
  onChange() {
    changes++;
  },
  onTimeEnd() {
    commits++;
    ended();
  },
});

const at = places();
const insert = (count: number): void => {
  for (let i = 0; i < count; i++) table.insert({ at: at.next().value as number });
  table.commit();
};
const committed = (wanted: number): Promise<void> =>
  new Promise((resolve) => {
    ended = () => commits >= wanted && resolve();
    ended();
  });

const running = pw.run({ monitoring: "none" });
await new Promise((resolve) => setTimeout(resolve, 200));
const begin = performance.now();
insert(rows);
await committed(1);
const loaded = performance.now();
changes = 0;
for (let from = 0; from < inserts; from += commitRows) {
  insert(commitRows);
  await new Promise((resolve) => setImmediate(resolve));
}
await committed(1 + inserts / commitRows);
const seconds = (performance.now() - loaded) / 1000;
table.close();
await running;
console.log(JSON.stringify({ loadSeconds: (loaded - begin) / 1000, seconds, changes }));
