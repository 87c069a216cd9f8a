/**
 * Messages of a topic into a CSV file, as a member of a consumer group.
 *
 *     npx tsx examples/zoopipe-style/kafka-to-csv.ts
 *     KAFKA_BOOTSTRAP_SERVERS=host:9092 npx tsx examples/zoopipe-style/kafka-to-csv.ts
 *
 * A pipe from Kafka has no end of its own: it runs until Ctrl-C, or, as here, up to a limit. What the group has come to is
 * committed when the rows are in the file, so that the next run goes on behind them.
 */
import { readFileSync } from "node:fs";
import * as pw from "towpath";
import { openPlace } from "./support.ts";

await using place = await openPlace(["my-topic"]);
await place.send("my-topic", ["one", "two", "three"]);

const output = place.file("output.csv");
const pipe = pw.pipe({
  input: pw.kafkaInput({
    uri: place.uri("my-topic"),
    groupId: "my-consumer-group",
    limit: 3,
  }),
  transform: ({ key, value, partition, offset }) => ({
    key: String(key),
    value: String(value),
    partition,
    offset,
  }),
  output: pw.csvOutput(output),
});
const { status, rows } = await pipe.start();
console.log(`${status}: ${rows} rows`);
console.log(readFileSync(output, "utf8").trimEnd());
