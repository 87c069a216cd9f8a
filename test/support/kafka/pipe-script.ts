/** A pipe that is killed: messages of a topic, as a member of a group, into a file. Arguments: address, group, file. */
import * as pw from "../../../lib/index.ts";

const [uri = "", groupId = "", file = ""] = process.argv.slice(2);
await pw
  .pipe({
    input: pw.kafkaInput({ uri, groupId, settings: { "session.timeout.ms": 6_000 } }),
    transform: ({ value }) => String(value),
    output: pw.jsonOutput(file),
    batchSize: 50,
  })
  .start();
