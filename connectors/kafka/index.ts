/** The Kafka connector, as `pw.kafka`. */

export type { ClientHooks, ClientStatistics, OAuthBearerProvider, OAuthBearerToken } from "./client-hooks.ts";
export { type EmbeddedBroker, type EmbeddedOptions, embedded } from "./embedded.ts";
export {
  deserialize,
  deserializeKey,
  deserializeValue,
  serialize,
  serializeKey,
  serializeValue,
} from "./messages/convert.ts";
export { type LogErrorsOptions, logErrors } from "./messages/log-errors.ts";
export type { MessageError, ReceivedMessage, SourceError } from "./messages/message-columns.ts";
export {
  type MessageDraft,
  type MessageTarget,
  message,
  output,
  type SinkOptions,
  sink,
} from "./messages/output.ts";
export { input, type MessageTables, source } from "./messages/source.ts";
export type {
  ClientOptions,
  InputOptions,
  SourceOptions,
  StartingOffset,
} from "./messages/source-options.ts";
export type { KafkaSettings } from "./options.ts";
export type { PartitionChoice } from "./partition-choice.ts";
export { type ReadColumns, read } from "./read.ts";
export type { OffsetsByTopic, ReadOptions, StartFrom } from "./read-options.ts";
export { type KafkaAddress, parseUri } from "./uri.ts";
export { write } from "./write.ts";
export type { WriteOptions } from "./write-options.ts";
