/** WordCount with persistence in a directory of its own: BOOTSTRAP OUT_TOPIC WORDS_TOPIC. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pw from "towpath";

const [bootstrap, outTopic, wordsTopic] = process.argv.slice(2);
const settings = { "bootstrap.servers": bootstrap };

const words = pw.kafka.read(settings, {
  topicNames: [wordsTopic],
  format: "json",
  schema: pw.schema({ word: "str" }),
  commit: { everyMs: 100 },
  mode: "static",
});
const counts = words.groupBy(words.word).reduce({ word: words.word, count: pw.reducers.count() });
pw.kafka.write(counts, settings, { topicName: outTopic });

const path = mkdtempSync(join(tmpdir(), "towpath-bench-"));
await pw.run({ monitoring: "none", persistence: { path, snapshotEveryMs: 1_000 } });
rmSync(path, { recursive: true });
