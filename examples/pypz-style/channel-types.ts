/**
 * The same operator with the types of its reader and writer said: what ChannelInputPort(channel_reader_type=…) is in
 * pypz. Any other type fits as well, such as channels in memory, which need no broker.
 *
 *     npx tsx examples/pypz-style/channel-types.ts
 *     KAFKA_BOOTSTRAP_SERVERS=host:9092 npx tsx examples/pypz-style/channel-types.ts
 */
import * as pw from "towpath";
import { openPlace } from "./support.ts";

const schema = {
  type: "record",
  name: "Sample",
  fields: [
    { name: "at", type: "long" },
    { name: "value", type: "double" },
  ],
} as const;

await using place = await openPlace();
const memory = pw.channels.memory();

// Reads from Kafka, writes to memory.
const demo = pw.channels.run(
  {
    inputPort: pw.inputPort({ schema, uri: place.uri("types-in"), reader: pw.channelReader }),
    outputPort: pw.outputPort({ schema, uri: "types-out", writer: memory.writer }),
  },
  async ({ inputPort, outputPort }) => {
    for await (const { at, value } of inputPort) await outputPort.write({ at, value: 2 * value });
  },
);

const source = pw.channels.run(
  { output: pw.outputPort({ schema, uri: place.uri("types-in"), writer: pw.channelWriter }) },
  ({ output }) => output.write([1, 2, 3].map((at) => ({ at, value: at / 2 }))),
);
const sink = pw.channels.run(
  { input: pw.inputPort({ schema, uri: "types-out", reader: memory.reader }) },
  async ({ input }) => {
    for await (const { at, value } of input) console.log(`at ${at}: ${value}`);
  },
);
await Promise.all([demo, source, sink]);
