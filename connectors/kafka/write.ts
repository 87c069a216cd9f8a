import { addOutput } from "../../lib/table/output.ts";
import { nodeOf, type TableMethods } from "../../lib/table/table.ts";
import { formats } from "../formats/index.ts";
import type { KafkaSettings } from "./options.ts";
import { producerConf } from "./producer-conf.ts";
import { redactSettings } from "./redact.ts";
import { KafkaSink } from "./sink.ts";
import { resolveWriteOptions, type WriteOptions } from "./write-options.ts";

/**
 * Writes every change of a table to a Kafka topic while `pw.run()` runs: a message for each commit that changed
 * something, a JSON array of rows with `"diff": 1 | -1` and `"time"`, names in order, deletions first. All messages
 * go to one partition, because their order is their meaning; order and completeness hold over retries and broker
 * restarts, and `pw.run()` resolves once all are acknowledged.
 *
 * Headers of each message: `tp-run` (a UUID of this run's output), `tp-commit` (the time of its last commit), and for
 * a commit that one message cannot hold `part` and `parts` (from 1).
 *
 * `settings` are librdkafka's own. Its "message.max.bytes" (default 1,000,000) bounds a message, its
 * "message.timeout.ms" (default 300,000) the wait for an acknowledgement.
 *
 * @throws TowpathError here: TP_BAD_ARGUMENT for options, TP_KAFKA_UNKNOWN_SETTING and TP_KAFKA_NO_BROKERS for
 *   settings, TP_COLUMN_RESERVED for a column called `diff` or `time`, TP_GRAPH_RUNNING. From `pw.run()`:
 *   TP_KAFKA_UNREACHABLE, TP_KAFKA_AUTHENTICATION, TP_KAFKA_TOPIC_UNKNOWN, TP_KAFKA_MESSAGE_TOO_LARGE for a row that
 *   fits no message, TP_KAFKA_UNDELIVERED.
 * @example
 * pw.kafka.write(sum, { "bootstrap.servers": "127.0.0.1:9092" }, { topicName: "sum", format: "json" });
 * await pw.run(); // topic sum: [{"diff":1,"sum":0,"time":1700000000000}], …
 */
export function write<C>(table: TableMethods<C>, settings: KafkaSettings, options: WriteOptions): void {
  const resolved = resolveWriteOptions(options);
  producerConf(settings);
  formats[resolved.format].formatter.create(nodeOf(table).columns);
  const { name, ...described } = resolved;
  const kept = Object.freeze({ ...settings });
  addOutput(table, {
    connector: "kafka",
    name,
    describe: { ...described, settings: redactSettings(kept) },
    create: (columns) => new KafkaSink(columns, kept, resolved),
  });
}
