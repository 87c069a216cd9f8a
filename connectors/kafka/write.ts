import { addOutput } from "../../lib/table/output.ts";
import type { TableMethods } from "../../lib/table/table.ts";
import type { KafkaSettings } from "./client/options.ts";
import { redactSettings } from "./client/redact.ts";
import { findTopic } from "./client/topic-addresses.ts";
import { producerConf } from "./produce/producer-conf.ts";
import { KafkaSink } from "./write/sink.ts";
import { resolveWriteOptions, type WriteOptions } from "./write/write-options.ts";
import { planWrite } from "./write/write-plan.ts";

/**
 * Writes every change of a table to Kafka while `pw.run()` runs. The envelope says what a message is:
 *
 * - "updates" (default): whole commits, a JSON array of rows with `"diff": 1 | -1` and `"time"`, names in order,
 *   deletions first. All messages go to one partition, because their order is their meaning.
 * - "row": one change; `diff` and `time` are headers too. Partitioned by the message key as Java does it.
 * - "upsert": one key's new row, or a null payload where it is gone, for compacted topics.
 *
 * Order and completeness hold over retries and broker restarts, and `pw.run()` resolves once all is acknowledged.
 *
 * Headers of each message: `tp-run` (a UUID of this output's history: one run, or with `persistence` all runs of its
 * state), `tp-commit` (the time of its last commit), and for a commit that one message of updates cannot hold `part` and
 * `parts` (from 1).
 *
 * `settings` are librdkafka's own; the topic may be named by its address, which brings them (`kafka://host:port/sums`: see
 * `pw.kafka.parseUri`). librdkafka's "message.max.bytes" (default 1,000,000) bounds a message, its
 * "message.timeout.ms" (default 300,000) the wait for an acknowledgement, its "partitioner" chooses partitions by key
 * (default here "murmur2_random").
 *
 * @throws TowpathError here: TP_BAD_ARGUMENT for options, TP_BAD_SCHEMA for columns that the format cannot write,
 *   TP_KAFKA_UNKNOWN_SETTING and TP_KAFKA_NO_BROKERS for settings, TP_COLUMN_RESERVED for a column called `diff` or
 *   `time` (or `key` with includeKey), TP_GRAPH_RUNNING. From `pw.run()`: TP_KAFKA_UNREACHABLE, TP_KAFKA_AUTHENTICATION,
 *   TP_KAFKA_TOPIC_UNKNOWN, TP_KAFKA_TOPIC_INVALID and TP_KAFKA_HEADERS_INVALID for what a row says,
 *   TP_KAFKA_MESSAGE_TOO_LARGE for a row that fits no message, TP_KEY_COLLISION for two rows of one upsert key,
 *   TP_KAFKA_UNDELIVERED.
 * @example
 * pw.kafka.write(sum, { "bootstrap.servers": "127.0.0.1:9092" }, { topicName: "sum", format: "json" });
 * await pw.run(); // topic sum: [{"diff":1,"sum":0,"time":1700000000000}], …
 * @example
 * pw.kafka.write(orders, settings, { topicName: (c) => c.region, envelope: "row", key: orders.id });
 */
export function write<C>(table: TableMethods<C>, settings: KafkaSettings, options: WriteOptions<C>): void {
  const { settings: found, name: topicName } = findTopic(settings, options?.topicName);
  writeNamed(table, found, topicName === options?.topicName ? options : { ...options, topicName });
}

function writeNamed<C>(table: TableMethods<C>, settings: KafkaSettings, options: WriteOptions<C>): void {
  const resolved = resolveWriteOptions(options as WriteOptions<never>);
  producerConf(settings);
  const { input, plan } = planWrite(table, resolved, options);
  const { name, registered: _, ...described } = resolved;
  const kept = Object.freeze({ ...settings });
  addOutput(
    table,
    {
      connector: "kafka",
      name,
      describe: { ...described, settings: redactSettings(kept) },
      ...(resolved.envelope === "updates" ? { needsAllPartitions: oneWriter } : {}),
      create: (columns) => new KafkaSink(columns, kept, plan),
    },
    input,
  );
}

const oneWriter =
  'the order of messages in the envelope "updates" is their meaning, and several processes have no common one: write with envelope "row" or "upsert"';
