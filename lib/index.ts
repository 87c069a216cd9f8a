// The public API: every name that `import * as pw from "towpath"` gives, nothing defined here.

export {
  type AppendOnlyInput,
  type Change,
  type Input,
  type InputOptions,
  input,
  type SubscribeOptions,
  subscribe,
} from "../connectors/code/index.ts";
export { type CsvInputOptions, csvInput } from "../connectors/fs/adapters/csv-input.ts";
export { type CsvOutputOptions, csvOutput } from "../connectors/fs/adapters/csv-output.ts";
export { jsonInput } from "../connectors/fs/adapters/json-input.ts";
export { jsonOutput } from "../connectors/fs/adapters/json-output.ts";
export * as fs from "../connectors/fs/index.ts";
export {
  type KafkaInput,
  type KafkaInputOptions,
  kafkaInput,
} from "../connectors/kafka/adapters/kafka-input.ts";
export {
  type KafkaHeader,
  KafkaMessage,
  type KafkaMessageParts,
  type ReadMessage,
} from "../connectors/kafka/adapters/kafka-message.ts";
export {
  type KafkaOutput,
  type KafkaOutputOptions,
  kafkaOutput,
} from "../connectors/kafka/adapters/kafka-output.ts";
export type {
  ChannelReaderOptions,
  ChannelWriterOptions,
} from "../connectors/kafka/channels/channel-options.ts";
export { channelReader, type KafkaChannelReader } from "../connectors/kafka/channels/channel-reader.ts";
export type { ChannelRecord } from "../connectors/kafka/channels/channel-record.ts";
export { channelWriter, type KafkaChannelWriter } from "../connectors/kafka/channels/channel-writer.ts";
export * as channels from "../connectors/kafka/channels/index.ts";
export { inputPort, outputPort } from "../connectors/kafka/channels/ports.ts";
export * as kafka from "../connectors/kafka/index.ts";
export {
  type Compatibility,
  type CompatibilityLevel,
  type RegisterOptions,
  type RegistryAuth,
  type RegistrySettings,
  type RegistryTls,
  type SchemaRegistry,
  type SubjectVersion,
  schemaRegistry,
} from "../connectors/registry/index.ts";
export * as serde from "../connectors/serde/index.ts";
export type { ChannelReader, ChannelWriter } from "./channels/ends.ts";
export type { InputPort } from "./channels/input-port.ts";
export type { OutputPort } from "./channels/output-port.ts";
export { ERROR_VALUE as ERROR, type Row } from "./data/value.ts";
export * as debug from "./debug/index.ts";
export { type ErrorCode, TowpathError } from "./errors.ts";
export { type ApplyOptions, apply } from "./expressions/apply.ts";
export {
  type ApplyAsyncOptions,
  type ApplyBatchOptions,
  applyAsync,
  applyBatch,
} from "./expressions/apply-async.ts";
export {
  coalesce,
  fillError,
  ifElse,
  literal,
  makeTuple,
  require,
  unwrap,
} from "./expressions/conditionals.ts";
export type { Column, Expression } from "./expressions/expression.ts";
export { type UdfOptions, udf } from "./expressions/udf.ts";
export type { Commit, RowChange } from "./io/commit-stream.ts";
export type {
  NewSchema,
  RegisteredSchema,
  ResolvedReference,
  SchemaLookup,
  SchemaReference,
  SchemaType,
} from "./io/schema-lookup.ts";
export {
  type FailedRow,
  type PipeBatch,
  type PipeContext,
  type PipeInput,
  type PipeOutput,
  UnreadableRow,
} from "./pipe/ends.ts";
export { type Pipe, type PipeOptions, pipe } from "./pipe/pipe.ts";
export type { PipeReport, PipeStatus } from "./pipe/report.ts";
export { graph } from "./plan/plan.ts";
export { errorLog } from "./runtime/error-log-table.ts";
export type { LogEntry } from "./runtime/log-entry.ts";
export { type Materialized, materialize } from "./runtime/materialize.ts";
export { type RunSummary, run } from "./runtime/run.ts";
export type { RunOptions } from "./runtime/run-options.ts";
export type { StallEvent } from "./runtime/stall-watch.ts";
export type { Grouped } from "./table/grouping.ts";
export type { JoinResult } from "./table/join-result.ts";
export { keyOf } from "./table/keys.ts";
export { reducers } from "./table/reducers.ts";
export { type ColumnOptions, column, type RowInput, type Schema, schema } from "./table/schema.ts";
export type { RowOf, Table } from "./table/table.ts";
export type { UpdatesOptions } from "./table/updates.ts";
