/**
 * Kafka to Kafka: WordCount that keeps its state, with a checkpoint each second, beside the one that keeps none.
 *
 *     npm run bench -- wordcount-kept [--rows N] [--rounds N] [--check] [--update-baseline]
 */
import { towpath } from "./harness/contenders.ts";
import { ownVersion } from "./harness/machine.ts";
import { raceBenchmark } from "./harness/race-benchmark.ts";
import { words } from "./harness/workload.ts";

await raceBenchmark("wordcount-kept", words, [{ ...towpath("wordcount", ownVersion()), name: "not-kept" }]);
