/**
 * Framed Avro messages to columns, five of them, and no further: BOOTSTRAP TOPIC MESSAGES. Prints
 * {"rows", "seconds", "cpuSeconds", "amount"}: the rows behind the first commit, how long they took, and the sum of all
 * amounts.
 */
import * as pw from "towpath";
import type { Batch } from "../../../lib/data/batch.ts";
import type { Sink } from "../../../lib/io/sink.ts";
import { addOutput } from "../../../lib/table/output.ts";
import { orderRegistry } from "../harness/avro-orders.ts";

const [bootstrap, topic, messages] = process.argv.slice(2);

let count = 0;
let amount = 0;
let first = { rows: 0, at: 0, cpu: process.cpuUsage() };
let lastAt = 0;

/** Looks at one column; the others are made all the same. */
function take({ columns, length }: Batch): void {
  const [, , , amounts] = columns;
  if (amounts.layout === "number") for (let row = 0; row < length; row++) amount += amounts.values[row];
  count += length;
  lastAt = performance.now();
  if (first.rows === 0) first = { rows: length, at: lastAt, cpu: process.cpuUsage() };
}

const sink: Sink = {
  name: "columns",
  open: async () => {},
  write: take,
  full: false,
  flush: async () => {},
  stats: () => ({ changes: count, lastTime: null, latencyMs: null }),
  close: async () => {},
};

const orders = pw.kafka.read(
  { "bootstrap.servers": bootstrap },
  {
    topicNames: [topic],
    format: "avro",
    schemaRegistry: orderRegistry,
    schema: pw.schema({ id: "int", customer: "int", region: "str", amount: "float", at: "datetime?" }),
    mode: "static",
    commit: { marker: null, everyMs: 100 },
  },
);
addOutput(orders, { connector: "columns", name: sink.name, describe: {}, create: () => sink });
await pw.run({ monitoring: "none" });

if (count !== Number(messages)) throw new Error(`${count} rows came out of ${messages}`);
const { user, system } = process.cpuUsage(first.cpu);
const seconds = (lastAt - first.at) / 1000;
console.log(JSON.stringify({ rows: count - first.rows, seconds, cpuSeconds: (user + system) / 1e6, amount }));
