/** A program that reads a topic of BOOTSTRAP, for tests of how programs end: MODE static or streaming. */
import * as pw from "towpath";
import { run } from "../../../lib/runtime/run.ts";
import { addOutput } from "../../../lib/table/output.ts";
import { CaptureSink } from "../capture.ts";

const { BOOTSTRAP = "", TOPIC = "", MODE } = process.env;

const t = pw.kafka.read(
  { "bootstrap.servers": BOOTSTRAP },
  { topicNames: [TOPIC], format: "raw", mode: MODE === "static" ? "static" : "streaming" },
);
addOutput(t, {
  connector: "capture",
  name: "capture",
  describe: {},
  create: (columns) => new CaptureSink(columns),
});
const { reason, commits } = await run({ monitoring: "none" });
console.log(reason, commits);
