/**
 * A channel as a table, and a table as a channel: totals per device, and each of their changes as a record.
 *
 *     npx tsx examples/pypz-style/tables.ts
 *     KAFKA_BOOTSTRAP_SERVERS=host:9092 npx tsx examples/pypz-style/tables.ts
 */
import * as pw from "towpath";
import { openPlace } from "./support.ts";

const sampleSchema = {
  type: "record",
  name: "Sample",
  fields: [
    { name: "device", type: "string" },
    { name: "value", type: "double" },
  ],
} as const;
// With fields diff and time, records are changes: 1 for a row that came, -1 for one that went.
const totalSchema = {
  type: "record",
  name: "Total",
  fields: [
    { name: "device", type: "string" },
    { name: "total", type: "double" },
    { name: "diff", type: "int" },
    { name: "time", type: "long" },
  ],
} as const;

await using place = await openPlace();

// "stored": of a broker that lasts, a second run of this example reads the second run's samples.
const samples = pw.channels.read({
  uri: place.uri("samples"),
  schema: sampleSchema,
  group: "totals",
  startFrom: "stored",
});
const totals = samples
  .groupBy("device")
  .reduce((c) => ({ device: c.device, total: pw.reducers.sum(c.value) }));
pw.channels.write(totals, { uri: place.uri("totals"), schema: totalSchema, readers: ["screen"] });

const sensor = pw.channels.run(
  { output: pw.outputPort({ schema: sampleSchema, uri: place.uri("samples"), readers: ["totals"] }) },
  async ({ output }) => {
    await output.write([
      { device: "a", value: 1 },
      { device: "b", value: 10 },
      { device: "a", value: 2 },
    ]);
  },
);
const screen = pw.channels.run(
  { input: pw.inputPort({ schema: totalSchema, uri: place.uri("totals"), group: "screen" }) },
  async ({ input }) => {
    const shown = new Map<string, number>();
    for await (const { device, total, diff } of input) if (diff > 0) shown.set(device, total);
    for (const [device, total] of [...shown].sort()) console.log(`${device}: ${total}`);
  },
);
await Promise.all([pw.run({ monitoring: "none" }), sensor, screen]);
