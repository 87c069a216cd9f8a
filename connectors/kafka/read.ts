import type { Columns } from "../../lib/data/schema.ts";
import { positionOf } from "../../lib/data/schema.ts";
import { TowpathError } from "../../lib/errors.ts";
import type { CommitPolicy } from "../../lib/io/commit-policy.ts";
import type { KeyedSession } from "../../lib/io/keyed-commits.ts";
import type { Parser } from "../../lib/io/parser.ts";
import { updateColumns } from "../../lib/io/update-rows.ts";
import type { DealtSpec } from "../../lib/plan/specs.ts";
import { tableFromSource } from "../../lib/table/source.ts";
import { type FieldColumns, fieldColumns, primaryKeyPositions } from "../../lib/table/source-columns.ts";
import type { Table } from "../../lib/table/table.ts";
import type { Simplify } from "../../lib/table/types.ts";
import type { AvroColumns } from "../formats/avro/avro-types.ts";
import { formats } from "../formats/index.ts";
import { checkSettings, type KafkaSettings } from "./client/options.ts";
import { bad } from "./client/read-arguments.ts";
import { redactSettings } from "./client/redact.ts";
import { findTopics } from "./client/topic-addresses.ts";
import { GroupSource } from "./group/group-source.ts";
import { groupPolicy, notRemade } from "./read/group-options.ts";
import { metadataColumn } from "./read/metadata-column.ts";
import { checkReadOptions, commitPolicy, type ReadOptions, updatesPolicy } from "./read/read-options.ts";
import { isRegistered, registeredColumns, registeredParsers } from "./read/registered-format.ts";
import { KafkaSource } from "./read/source.ts";
import type { SourcePlan } from "./read/source-plan.ts";

type PayloadColumns<O> = O extends { readonly format: "raw" }
  ? { data: (O extends { readonly encoding: "utf8" } ? string : Buffer) | null }
  : O extends { readonly schema: unknown } | { readonly valueColumns: unknown }
    ? FieldColumns<O>
    : O extends { readonly format: "avro"; readonly avro: { readonly schema: infer S } }
      ? AvroColumns<S>
      : never;

/** The columns of the table that `pw.kafka.read` makes with options O. */
export type ReadColumns<O> = Simplify<
  PayloadColumns<O> & (O extends { readonly withMetadata: true } ? { _metadata: unknown } : unknown)
>;

/**
 * A table of the rows in Kafka topics: all their partitions, from the earliest message on, kept current as messages
 * arrive. Rows become visible together, at each `*COMMIT*` message (see `commit`); what has no commit yet is dropped
 * at the end of the run and read again by the next.
 *
 * `settings` are librdkafka's own; a topic may be named by its address, which brings them (`kafka://host:port/orders`: see
 * `pw.kafka.parseUri`). Columns by format: raw has one, `data` (bytes, or text with `encoding: "utf8"`; null
 * where a message has no payload); csv and json have those of `schema`, or of `valueColumns`, which csv gives as text
 * and json as whatever the message holds (type `any`; a schema is faster and checks). With `withMetadata` comes
 * `_metadata`, a json object { topic, partition, offset, timestamp, key, headers: [{ name, value }] } in which keys and
 * header values are text, or { base64 } where they are not UTF-8.
 *
 * Without a primary key every message is a row of its own. With one, a later message replaces the row of its key (of
 * those in one commit, the one behind in the order of partition and offset); with `session: "insert"` it is a bad row.
 * A message without payload ends the row that its message key names: a JSON object of the key's columns, or for one
 * column a JSON scalar or its plain text.
 *
 * Format "updates" reads back what `pw.kafka.write` wrote to a topic: the table that was written, with the commits that
 * it had, also over restarts of the writer (a new run's first commit replaces the rows of the run before). Columns are
 * those of `schema`, or of `valueColumns` (type `any`). A row's key is the one that the writer added with `includeKey`
 * (unless a column is called `key`), else a hash of the primary key, else of the row's cells and its number among equal
 * rows. Each partition is a history of its own. `commit` takes `maxPendingRows` only. Read such a topic from the
 * earliest message: a row that is taken back and is not there is a bad row.
 *
 * Format "avro" reads records whose schemas are in a Schema Registry (`schemaRegistry`), or bare ones of `avro.schema`;
 * columns are those of `schema`, of `valueColumns` (type `any`), or of the reader's schema `avro.schema`. Formats
 * "protobuf" and "jsonschema" do the same for theirs, with columns of `schema` or `valueColumns`.
 *
 * With `pw.run({ persistence })` a run reads on where the last one ended, however it did: with the same commits, whatever
 * `commit` says by then. `startFrom` counts only for topics that no run has read; partitions that have come since are
 * read from their beginning. Messages that were sent to `deadLetter` before a commit are not sent again with it. With
 * "enable.auto.commit" the group's offsets follow the checkpoints. Messages that are gone by then end the run, and so
 * does a topic that is not the one that was read.
 *
 * @throws TowpathError TP_BAD_ARGUMENT naming the option, TP_KAFKA_UNKNOWN_SETTING, TP_KAFKA_NO_BROKERS,
 *   TP_BAD_SCHEMA, TP_COLUMN_DUPLICATE. While it runs, `pw.run` rejects with TP_KAFKA_UNREACHABLE (within 10 s),
 *   TP_KAFKA_AUTHENTICATION, TP_KAFKA_TOPIC_UNKNOWN, TP_KAFKA_OFFSET_OUT_OF_RANGE, TP_SOURCE_CHANGED, TP_CSV_NO_HEADER,
 *   TP_COMMIT_TOO_LARGE, TP_KAFKA_UNDELIVERED for a dead letter, or TP_ROW_… for a bad message.
 * @example
 * const t = pw.kafka.read({ "bootstrap.servers": "localhost:9092" }, {
 *   topicNames: ["orders"], format: "json", schema: pw.schema({ id: "int", amount: "float" }),
 * });
 */
export function read<const O extends ReadOptions>(
  settings: KafkaSettings,
  options: O,
): Table<ReadColumns<O>> {
  return readNamed(...named(settings, options));
}

function readNamed<O extends ReadOptions>(settings: KafkaSettings, options: O): Table<ReadColumns<O>> {
  checkSettings(settings);
  checkReadOptions(options, settings);
  const payload = payloadColumns(options);
  const primaryKey =
    options.format === "raw" ? null : primaryKeyPositions(options.primaryKey, payload, "pw.kafka.read");
  const withMetadata = options.withMetadata === true;
  if (withMetadata && positionOf(payload, metadataColumn.name) >= 0) {
    throw new TowpathError("TP_COLUMN_DUPLICATE", "a column _metadata comes with withMetadata", {
      hint: "Rename the field, or leave withMetadata out.",
    });
  }
  const isGroup = options.assignment === "group";
  const plan: SourcePlan = {
    name: options.name ?? options.topicNames.join(","),
    settings: { ...settings },
    topics: [...options.topicNames],
    columns: withMetadata ? [...payload, metadataColumn] : payload,
    primaryKey,
    policy: isGroup ? groupPolicy(policyOf(options)) : policyOf(options),
    mode: options.mode ?? "streaming",
    startFrom: options.startFrom ?? "earliest",
    partitions: options.partitions,
    maxBacklogRows: options.maxBacklogRows ?? Number.POSITIVE_INFINITY,
    session: sessionOf(options, primaryKey),
    onError: options.onError ?? "fail",
    withMetadata,
    holdsCommits: options.format === "updates",
    createParser: parsersOf(options, payload, primaryKey),
  };
  // A parser checks its own options: better now than when the run starts.
  plan.createParser();
  return tableFromSource<ReadColumns<O>>(plan.columns, {
    connector: "kafka",
    name: plan.name,
    describe: describePlan(plan, options),
    identity: identityOf(plan, options),
    appendOnly: plan.primaryKey === null && !plan.holdsCommits,
    // What is read back has the keys that its writer gave.
    primaryKey: plan.holdsCommits ? null : plan.primaryKey,
    ownKeys: plan.primaryKey === null && !plan.holdsCommits,
    ...(isGroup ? { dealt: dealtSpec(plan) } : {}),
    create: (needed, dealing = { isStateful: true }) =>
      isGroup ? new GroupSource(plan, needed, dealing) : new KafkaSource(plan, needed),
  });
}

/** With topics by name: `topicNames` and `deadLetter` may be addresses. */
function named<O extends ReadOptions>(settings: KafkaSettings, options: O): [KafkaSettings, O] {
  const { topicNames, onError } = (options ?? {}) as Partial<ReadOptions>;
  if (!Array.isArray(topicNames)) return [settings, options];
  const deadLetter = typeof onError === "object" && onError !== null ? [onError.deadLetter] : [];
  const { settings: found, names } = findTopics(settings, [...topicNames, ...deadLetter]);
  if (names.every((name, i) => name === [...topicNames, ...deadLetter][i])) return [settings, options];
  const topics = names.slice(0, topicNames.length);
  const errors = deadLetter.length === 0 ? {} : { onError: { deadLetter: names[topics.length] } };
  return [found, { ...options, topicNames: topics, ...errors }];
}

function dealtSpec({ columns, withMetadata, topics, policy }: SourcePlan): DealtSpec {
  const metadata = withMetadata ? columns.length - 1 : null;
  return { metadata, topics: topics.length, notRemade: notRemade(policy) };
}

function parsersOf(
  options: ReadOptions,
  columns: Columns,
  primaryKey: readonly number[] | null,
): () => Parser {
  switch (options.format) {
    case "raw":
      return () => formats.raw.parser.create(columns);
    case "csv":
      return () => formats.csv.parser.create(columns, options.csv);
    case "json":
      return () => formats.json.parser.create(columns);
    case "updates":
      return () => formats.updates.parser.create(updateColumns(columns));
    case "avro":
    case "protobuf":
    case "jsonschema":
      return registeredParsers(options, columns, primaryKey);
  }
}

function policyOf(options: ReadOptions): CommitPolicy {
  if (options.format === "updates") return updatesPolicy(options.commit);
  const policy = commitPolicy(options.commit, options.mode);
  return options.format === "raw" ? policy : { ...policy, marker: policy.marker?.trim() ?? null };
}

function payloadColumns(options: ReadOptions): Columns {
  if (options.format === "raw") {
    const name = options.encoding === "utf8" ? "str" : "bytes";
    return [{ name: "data", type: { name, optional: true } }];
  }
  if (isRegistered(options)) return registeredColumns(options);
  const columns = fieldColumns(options, options.format, "pw.kafka.read");
  if (options.format === "updates") refuseOwnFields(columns);
  return columns;
}

function refuseOwnFields(columns: Columns): void {
  const own = columns.find(({ name }) => name === "diff" || name === "time");
  if (own === undefined) return;
  throw new TowpathError("TP_COLUMN_RESERVED", `format "updates" has a field "${own.name}" of its own`, {
    where: "pw.kafka.read",
    hint: "Leave it out of the columns: it says what becomes of the row, and is no part of it.",
  });
}

function sessionOf(options: ReadOptions, primaryKey: readonly number[] | null): KeyedSession {
  if (options.session !== "upsert" || primaryKey !== null) return options.session ?? "upsert";
  throw bad(
    'session: "upsert" needs a primary key: without one, every message is a row of its own',
    'Set primaryKey: ["id"], or mark the columns in the schema with primaryKey: true.',
  );
}

/** What decides which rows there are: brokers, credentials and limits may change from run to run. */
function identityOf({ topics, policy, session, partitions }: SourcePlan, { format }: ReadOptions): unknown {
  const { scope, marker } = policy;
  return { topics, format, session, partitions: partitions ?? null, scope, marker };
}

function describePlan(plan: SourcePlan, options: ReadOptions): Readonly<Record<string, unknown>> {
  const { topics, policy, mode, startFrom, onError, primaryKey, session, partitions } = plan;
  const { format, maxBacklogRows } = options;
  const settings = redactSettings(plan.settings);
  return {
    topics,
    format,
    settings,
    commit: policy,
    mode,
    startFrom,
    onError,
    ...(primaryKey === null || plan.holdsCommits ? {} : { session }),
    ...(partitions === undefined ? {} : { partitions }),
    ...(options.assignment === "group" ? { assignment: options.assignment } : {}),
    ...(maxBacklogRows === undefined ? {} : { maxBacklogRows }),
  };
}
