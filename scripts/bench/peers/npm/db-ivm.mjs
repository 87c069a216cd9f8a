/** TanStack db-ivm: MODULES_FOLDER ROWS COMMIT_ROWS. Prints what `Received` reports. */
import { pathToFileURL } from "node:url";
import { engineRows, Received } from "../../harness/engine-data.mjs";

const [folder, ...numbers] = process.argv.slice(2);
const [rows, commitRows] = numbers.map(Number);
const module = pathToFileURL(`${folder}/@tanstack/db-ivm/dist/esm/index.js`);
const { D2, MultiSet, groupBy, groupByOperators, output } = await import(module.href);
const { sum, count } = groupByOperators;

const given = engineRows(rows);
const received = new Received();
const graph = new D2();
const input = graph.newInput();
input.pipe(
  groupBy(({ word }) => ({ word }), { count: count(), total: sum(({ n }) => n) }),
  output((message) => {
    for (const [[, row], diff] of message.getInner()) received.take(row, diff);
  }),
);
graph.finalize();

received.start();
for (let from = 0; from < rows; from += commitRows) {
  input.sendData(new MultiSet(given.slice(from, from + commitRows).map((row) => [row, 1])));
  graph.run();
}
received.report();
