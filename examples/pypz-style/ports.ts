/**
 * An operator with an input and an output port, which are of Kafka: what a class with KafkaChannelInputPort and
 * KafkaChannelOutputPort is in pypz.
 *
 *     npx tsx examples/pypz-style/ports.ts
 *     KAFKA_BOOTSTRAP_SERVERS=host:9092 npx tsx examples/pypz-style/ports.ts
 *
 * Here all operators are in one process. They need not be: each may be a program of its own, started in any order.
 */
import * as pw from "towpath";
import { openPlace } from "./support.ts";

const schema = `{
  "type": "record",
  "name": "Sample",
  "fields": [{ "name": "at", "type": "long" }, { "name": "value", "type": "double" }]
}`;

await using place = await openPlace();

// The operator: its ports, and what it does with them.
const demo = pw.channels.run(
  {
    inputPort: pw.inputPort({ schema, uri: place.uri("demo-in") }),
    outputPort: pw.outputPort({ schema, uri: place.uri("demo-out") }),
  },
  async ({ inputPort, outputPort }) => {
    for await (const { at, value } of inputPort) await outputPort.write({ at, value: 2 * Number(value) });
  },
);

// What comes before it, and behind it.
const source = pw.channels.run(
  { output: pw.outputPort({ schema, uri: place.uri("demo-in") }) },
  ({ output }) =>
    output.write([
      { at: 1, value: 0.5 },
      { at: 2, value: 1 },
      { at: 3, value: 1.5 },
    ]),
);
const sink = pw.channels.run(
  { input: pw.inputPort({ schema, uri: place.uri("demo-out") }) },
  async ({ input }) => {
    for await (const { at, value } of input) console.log(`at ${at}: ${value}`);
  },
);

const [{ status, read, written }] = await Promise.all([demo, source, sink]);
console.log(`the operator ${status}: ${read} records read, ${written} written`);
