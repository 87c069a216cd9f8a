/**
 * One signal, several parametrisations of an algorithm: each gets the whole signal, in order.
 *
 *     npx tsx examples/pypz-style/parametrisations.ts
 *     KAFKA_BOOTSTRAP_SERVERS=host:9092 npx tsx examples/pypz-style/parametrisations.ts
 *
 * A sensor writes to one channel; a moving average over 3, 5 and 10 samples reads it, each as a group of its own. The
 * sensor waits until all of them are ready, and they end when it is done.
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

const widths = [3, 5, 10];
const group = (width: number) => `mean-${width}`;

await using place = await openPlace();
const uri = place.uri("signal");

/** The operator: the mean of the last `width` samples, at each sample. */
async function movingAverage(width: number): Promise<string> {
  const means: string[] = [];
  let isInOrder = true;
  const { read } = await pw.channels.run(
    { signal: pw.inputPort({ schema, uri, group: group(width) }) },
    async ({ signal }) => {
      const last: number[] = [];
      let before = 0;
      for await (const { at, value } of signal) {
        isInOrder &&= at === before + 1;
        before = at;
        last.push(value);
        if (last.length > width) last.shift();
        means.push((last.reduce((sum, one) => sum + one, 0) / last.length).toFixed(2));
      }
    },
  );
  const order = isInOrder ? "in order" : "in disorder";
  return `over ${width}: ${read} samples ${order}, the last means ${means.slice(-3).join(", ")}`;
}

const sensor = pw.channels.run(
  { signal: pw.outputPort({ schema, uri, name: "sensor", readers: widths.map(group) }) },
  async ({ signal }) => {
    for (let at = 1; at <= 100; at++) await signal.write({ at, value: at % 10 });
  },
);

const [{ written }, ...lines] = await Promise.all([sensor, ...widths.map(movingAverage)]);
console.log(`the sensor wrote ${written} samples`);
for (const line of lines) console.log(line);
