/** Electric's d2ts: MODULES_FOLDER ROWS COMMIT_ROWS. Prints what `Received` reports. */
import { pathToFileURL } from "node:url";
import { engineRows, Received } from "../../harness/engine-data.mjs";

const [folder, ...numbers] = process.argv.slice(2);
const [rows, commitRows] = numbers.map(Number);
const module = pathToFileURL(`${folder}/@electric-sql/d2ts/dist/index.js`);
const { D2, MultiSet, groupBy, groupByOperators, output, MessageType } = await import(module.href);
const { sum, count } = groupByOperators;

const given = engineRows(rows);
const received = new Received();
const graph = new D2({ initialFrontier: 0 });
const input = graph.newInput();
input.pipe(
  groupBy(({ word }) => ({ word }), { count: count(), total: sum(({ n }) => n) }),
  output((message) => {
    if (message.type !== MessageType.DATA) return;
    for (const [[, row], diff] of message.data.collection.getInner()) received.take(row, diff);
  }),
);
graph.finalize();

received.start();
for (let from = 0, version = 0; from < rows; from += commitRows, version++) {
  input.sendData(version, new MultiSet(given.slice(from, from + commitRows).map((row) => [row, 1])));
  input.sendFrontier(version + 1);
  graph.run();
}
received.report();
