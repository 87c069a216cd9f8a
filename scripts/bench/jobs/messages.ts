/** BOOTSTRAP OUT IN PIPE: messages of one topic to another, as they are or through a function each. */
import * as pw from "towpath";

const [brokers, topic, topics, pipe] = process.argv.slice(2);

const messages = pw.kafka.source({ brokers, topics, tail: false });
const upper = (value: Buffer | null): Buffer | null =>
  value && Buffer.from(value.toString("latin1").toUpperCase(), "latin1");
const processed = messages.select((c) =>
  pw.kafka.message({
    key: c.key,
    value: pipe === "function" ? pw.apply(upper, c.value, { type: "bytes?" }) : c.value,
  }),
);
pw.kafka.output(processed, { brokers, topic });
await pw.run({ monitoring: "none" });
