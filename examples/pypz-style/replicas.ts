/**
 * A group of three members shares a signal, round robin; another group of one gets all of it.
 *
 *     npx tsx examples/pypz-style/replicas.ts
 *     KAFKA_BOOTSTRAP_SERVERS=host:9092 npx tsx examples/pypz-style/replicas.ts
 *
 * A member is assigned the partition of its index, without Kafka's group coordinator.
 */
import * as pw from "towpath";
import { openPlace } from "./support.ts";

const schema = {
  type: "record",
  name: "Job",
  fields: [{ name: "number", type: "int" }],
} as const;

await using place = await openPlace();
const uri = place.uri("jobs");

async function member(group: string, index: number, of: number): Promise<string> {
  const numbers: number[] = [];
  await pw.channels.run({ jobs: pw.inputPort({ schema, uri, group, index, of }) }, async ({ jobs }) => {
    for await (const { number } of jobs) numbers.push(number);
  });
  return `${group} ${index} of ${of}: ${numbers.join(" ")}`;
}

const members = [0, 1, 2].map((index) => member("workers", index, 3));
const archive = member("archive", 0, 1);
const output = pw.outputPort({ schema, uri, readers: ["workers", "archive"] });
await output.write(Array.from({ length: 10 }, (_, number) => ({ number })));
await output.close();
for (const line of await Promise.all([...members, archive])) console.log(line);
