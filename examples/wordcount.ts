/**
 * Counts words: messages {"word": "…"} of one topic in, how often each word came to another.
 *
 *     npx tsx examples/wordcount.ts
 *     KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092 IN_TOPIC=words OUT_TOPIC=counts npx tsx examples/wordcount.ts
 *
 * COMMIT_EVERY_MS (100) is how often counts are brought up to date. Without a broker's address a few words are sent to
 * a broker inside the process; with one, the script runs until it is stopped (Ctrl-C).
 */
import * as pw from "towpath";
import { openBroker } from "./support/broker.ts";
import { Producer } from "./support/producer.ts";
import { rehearse } from "./support/rehearsal.ts";

const { IN_TOPIC = "words", OUT_TOPIC = "counts", COMMIT_EVERY_MS = "100" } = process.env;

await using broker = await openBroker([IN_TOPIC, OUT_TOPIC]);

const words = pw.kafka.read(broker.settings, {
  topicNames: [IN_TOPIC],
  format: "json",
  schema: pw.schema({ word: "str" }),
  commit: { everyMs: Number(COMMIT_EVERY_MS) },
});
const counts = words.groupBy(words.word).reduce({ word: words.word, count: pw.reducers.count() });
pw.kafka.write(counts, broker.settings, { topicName: OUT_TOPIC });

/** Sends two sentences, far enough apart to be two commits. */
async function sendSentences(sentences: readonly string[][]): Promise<void> {
  await using producer = await Producer.connect(broker.settings);
  for (const sentence of sentences) {
    for (const word of sentence) await producer.send(IN_TOPIC, JSON.stringify({ word }));
    await new Promise((resolve) => setTimeout(resolve, 3 * Number(COMMIT_EVERY_MS)));
  }
}

if (broker.isEmbedded) {
  const sentences = ["the horse walks the path", "the boat follows the horse"].map((text) => text.split(" "));
  let counted = 0;
  await rehearse({
    settings: broker.settings,
    send: () => sendSentences(sentences),
    topic: OUT_TOPIC,
    isLast(message) {
      const changes: { count: number; diff: number }[] = JSON.parse(message);
      for (const { count, diff } of changes) counted += count * diff;
      return counted === sentences.flat().length;
    },
  });
} else {
  console.log(`Counting the words of ${IN_TOPIC} into ${OUT_TOPIC} until Ctrl-C.`);
  await pw.run();
}
