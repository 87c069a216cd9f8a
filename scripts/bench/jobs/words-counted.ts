import * as pw from "towpath";

/** WordCount as a user writes it, from the arguments BOOTSTRAP OUT_TOPIC WORDS_TOPIC: all but its run. */
export function sayWordCount(mode: "static" | "streaming", everyMs: number): void {
  const [bootstrap, outTopic, wordsTopic] = process.argv.slice(2);
  const settings = { "bootstrap.servers": bootstrap };

  const words = pw.kafka.read(settings, {
    topicNames: [wordsTopic],
    format: "json",
    schema: pw.schema({ word: "str" }),
    commit: { everyMs },
    mode,
  });
  const counts = words.groupBy(words.word).reduce({ word: words.word, count: pw.reducers.count() });
  pw.kafka.write(counts, settings, { topicName: outTopic });
}
