/** A program that reads a topic of BOOTSTRAP, for tests of how programs end: MODE static or streaming. */
import * as pw from "towpath";

const { BOOTSTRAP = "", TOPIC = "", MODE } = process.env;

const t = pw.kafka.read(
  { "bootstrap.servers": BOOTSTRAP },
  {
    topicNames: [TOPIC],
    format: "csv",
    valueColumns: ["value"],
    mode: MODE === "static" ? "static" : "streaming",
  },
);
const values = t.select({ value: pw.apply((text) => Number.parseInt(text, 10), t.value) });
const sum = values.reduce({ sum: pw.reducers.sum(values.value) });
pw.subscribe(sum, { onChange: ({ row, diff }) => console.log(diff, row.sum) });
const { reason, commits } = await pw.run({ monitoring: "none" });
console.log(reason, commits);
