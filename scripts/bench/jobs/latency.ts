/** WordCount kept current until it is told to stop: BOOTSTRAP OUT_TOPIC WORDS_TOPIC. */
import * as pw from "towpath";

const [bootstrap, outTopic, wordsTopic] = process.argv.slice(2);
const settings = { "bootstrap.servers": bootstrap };

const words = pw.kafka.read(settings, {
  topicNames: [wordsTopic],
  format: "json",
  schema: pw.schema({ word: "str" }),
  commit: { everyMs: 20 },
});
const counts = words.groupBy(words.word).reduce({ word: words.word, count: pw.reducers.count() });
pw.kafka.write(counts, settings, { topicName: outTopic });

await pw.run({ monitoring: "none" });
