/**
 * Kafka to Kafka: orders joined to 100,000 customers, sum and count by segment, commits each 100 ms.
 *
 *     npm run bench -- orders-join [--peer pathway] [--rows N] [--rounds N] [--check] [--update-baseline]
 */
import { raceBenchmark } from "./harness/race-benchmark.ts";
import { ordersBySegment } from "./harness/workload.ts";

await raceBenchmark("orders-join", ordersBySegment);
