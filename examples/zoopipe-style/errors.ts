/**
 * What a pipe says when it cannot: each failure has a code of its own, and addresses are checked before anything starts.
 *
 *     npx tsx examples/zoopipe-style/errors.ts
 */
import * as pw from "towpath";
import { openPlace } from "./support.ts";

await using place = await openPlace([]);

async function tell(what: string, start: () => Promise<unknown>): Promise<void> {
  try {
    await start();
  } catch (error) {
    console.log(`${what}: ${error instanceof pw.TowpathError ? error.code : error}`);
  }
}

const output = pw.jsonOutput(place.file("out.jsonl"));
const read = (uri: string) => async () =>
  pw.pipe({ input: pw.kafkaInput({ uri, limit: 1 }), output }).start();
await tell("connection refused", read("kafka://127.0.0.1:1/topic"));
await tell("another scheme", read("http://localhost:9092/topic"));
await tell("no host", read("kafka:///topic"));
await tell("no topic", read("kafka://localhost:9092"));
await tell("a port that is none", read("kafka://localhost:http/topic"));
await tell("an option that is none", read("kafka://localhost:9092/topic?acknowledge=1"));
