/**
 * JSON Lines into a topic: rows are checked one by one, and those that are not right go to a file with the reason.
 *
 *     npx tsx examples/zoopipe-style/json-to-kafka.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import * as pw from "towpath";
import { z } from "zod";
import { openPlace } from "./support.ts";

await using place = await openPlace(["output-topic"]);
const data = place.file("data.jsonl");
const failed = place.file("failed.jsonl");
writeFileSync(
  data,
  '{"user":"ann","age":"31"}\n{"user":"bob","age":"old"}\nno json at all\n{"user":"cleo","age":7}\n',
);

const report = await pw
  .pipe({
    input: pw.jsonInput(data),
    schema: z.object({ user: z.string(), age: z.coerce.number().int() }),
    output: pw.kafkaOutput({
      uri: place.uri("output-topic"),
      acks: 1,
    }),
    errors: pw.jsonOutput(failed),
  })
  .start();
console.log(`${report.status}: ${report.written} written, ${report.errors} failed`);

for await (const { value } of pw.kafkaInput({ uri: place.uri("output-topic"), limit: report.written })) {
  console.log(`output-topic → ${value}`);
}
for (const line of readFileSync(failed, "utf8").trimEnd().split("\n")) {
  const { reason } = JSON.parse(line) as { reason: string };
  console.log(`failed: ${reason}`);
}
