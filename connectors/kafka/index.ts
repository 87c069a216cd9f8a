/** The Kafka connector, as `pw.kafka`. */

export type {
  ClientHooks,
  ClientStatistics,
  OAuthBearerProvider,
  OAuthBearerToken,
} from "./client/client-hooks.ts";
export type { KafkaSettings } from "./client/options.ts";
export { type KafkaAddress, parseUri } from "./client/uri.ts";
export { type EmbeddedBroker, type EmbeddedOptions, embedded } from "./embedded/embedded.ts";
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
export type { PartitionChoice } from "./read/partition-choice.ts";
export type { OffsetsByTopic, ReadOptions, StartFrom } from "./read/read-options.ts";
export { type ReadColumns, read } from "./read.ts";
export type { WriteOptions } from "./write/write-options.ts";
export { write } from "./write.ts";
