/** The Kafka connector, as `pw.kafka`. */
export { type EmbeddedBroker, type EmbeddedOptions, embedded } from "./embedded.ts";
export type { KafkaSettings } from "./options.ts";
export type { PartitionChoice } from "./partition-choice.ts";
export { type ReadColumns, read } from "./read.ts";
export type { OffsetsByTopic, ReadOptions, StartFrom } from "./read-options.ts";
export { write } from "./write.ts";
export type { WriteOptions } from "./write-options.ts";
