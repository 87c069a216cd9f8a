/**
 * Kafka to Kafka: WordCount over CSV with *COMMIT* behind each 1,000 rows.
 *
 *     npm run bench -- wordcount-csv [--rows N] [--rounds N] [--check] [--update-baseline]
 */
import { raceBenchmark } from "./harness/race-benchmark.ts";
import { csvWords } from "./harness/workload.ts";

await raceBenchmark("wordcount-csv", csvWords);
