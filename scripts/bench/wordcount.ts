/**
 * Kafka to Kafka: WordCount: messages {"word":"…"} of 5,000 words, commits each 100 ms.
 *
 *     npm run bench -- wordcount [--peer pathway,kafka-streams,flink] [--rows N] [--rounds N] [--check] [--update-baseline]
 */
import { raceBenchmark } from "./harness/race-benchmark.ts";
import { words } from "./harness/workload.ts";

await raceBenchmark("wordcount", words);
