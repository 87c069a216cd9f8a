/**
 * Kafka to Kafka: orders of five JSON fields, sum, count and maximum by region, commits each 100 ms.
 *
 *     npm run bench -- orders-group [--peer pathway] [--rows N] [--rounds N] [--check] [--update-baseline]
 */
import { raceBenchmark } from "./harness/race-benchmark.ts";
import { ordersByRegion } from "./harness/workload.ts";

await raceBenchmark("orders-group", ordersByRegion);
