/**
 * Objects in, objects out, no Kafka: ROWS COMMIT_ROWS, and "append-only" where rows cannot be removed again. The clock
 * runs from the first row given to the last change received.
 */
import * as pw from "towpath";
import { engineRows, Received } from "../harness/engine-data.mjs";

const [rows, commitRows] = process.argv.slice(2, 4).map(Number);
const appendOnly = process.argv[4] === "append-only";
const given = engineRows(rows);

const schema = pw.schema({ word: "str", n: "int" });
const words = appendOnly ? pw.input(schema, { appendOnly }) : pw.input(schema);
const sums = words
  .groupBy(words.word)
  .reduce({ word: words.word, count: pw.reducers.count(), total: pw.reducers.sum(words.n) });

const received = new Received();
pw.subscribe(sums, {
  onChange({ row, diff }) {
    received.take(row, diff);
  },
});

const running = pw.run({ monitoring: "none" });
// Nobody's start-up counts: the run has begun when it takes its first commit.
await new Promise((resolve) => setTimeout(resolve, 200));
received.start();
for (let from = 0; from < rows; from += commitRows) {
  for (let i = from; i < from + commitRows; i++) words.insert(given[i]);
  words.commit();
  // The run gets its turn after each commit, as it would between the events of a server.
  await new Promise((resolve) => setImmediate(resolve));
}
words.close();
await running;
received.report();
