/** What `pw.kafka.read` takes, and the checks that name a wrong option when the plan is built. */
import { type CommitOptions, type CommitPolicy, defaultCommitPolicy } from "../../../lib/io/commit-policy.ts";
import type { KeyedSession } from "../../../lib/io/keyed-commits.ts";
import type { FieldOptions } from "../../../lib/table/source-columns.ts";
import type { AvroReadSettings } from "../../formats/avro/avro-settings.ts";
import type { CsvOptions } from "../../formats/csv.ts";
import { type FormatName, formats } from "../../formats/index.ts";
import type { JsonSchemaReadSettings } from "../../formats/json-schema/json-schema-settings.ts";
import type { ProtobufReadSettings } from "../../formats/protobuf/protobuf-settings.ts";
import type { RegistryOption } from "../../registry/index.ts";
import type { KafkaSettings } from "../client/options.ts";
import { bad, isCount, knownNames, oneOf, positive } from "../client/read-arguments.ts";
import { isTopicName } from "../client/topic-name.ts";
import { checkGroup } from "./group-options.ts";
import { checkPartitions, type PartitionChoice } from "./partition-choice.ts";

/** Offsets by topic and partition: `{ orders: { 0: 120, 3: 7 } }`, or `{ orders: [120, 0, 0, 7] }`. */
export type OffsetsByTopic = Readonly<Record<string, Readonly<Record<number, number>>>>;

/**
 * Where reading begins.
 *
 * "earliest" (default): the oldest message that the broker has. "latest": what comes after the run has started.
 * "committed": the committed offsets of "group.id", the earliest where there is none. `timestamp` (ms since 1970, or a
 * Date): the first message that is not older. `offsets`: given ones; partitions left out begin at the earliest.
 * Partitions that come into being while the run lasts are always read from their beginning.
 */
export type StartFrom =
  | "earliest"
  | "latest"
  | "committed"
  | { readonly timestamp: number | Date }
  | { readonly offsets: OffsetsByTopic };

export type OnError = "fail" | "skip" | { readonly deadLetter: string };

interface CommonOptions {
  /** At least one; all their partitions are read. */
  readonly topicNames: readonly string[];
  /** When received rows become visible; default: at each `*COMMIT*` message. */
  readonly commit?: CommitOptions;
  /** "streaming" (default) goes on for ever; "static" ends with what the topics hold at the start. */
  readonly mode?: "streaming" | "static";
  readonly startFrom?: StartFrom;
  /**
   * A message that cannot be read ends the run ("fail", default), or is counted, logged and left out: forgotten
   * ("skip"), or sent to a topic of the same cluster ({ deadLetter }) with its key, payload and headers as they were,
   * and headers saying why and from where (`tp-error-code`, `tp-error-detail`, `tp-source`, `tp-topic`, `tp-partition`,
   * `tp-offset`, `tp-timestamp`). It has arrived there before the commit that lacks it has any effect; where it cannot
   * arrive, the run fails.
   */
  readonly onError?: OnError;
  /** Which partitions are read; default: all. See `PartitionChoice`. */
  readonly partitions?: PartitionChoice;
  /**
   * "all" (default): the partitions are this source's, without a consumer group that deals them out. "group": the
   * processes of one `group.id` share them, for plans whose state follows their partitions or that keep none; any other
   * is refused by `pw.run` with TP_PLAN_NEEDS_ALL_PARTITIONS. Each partition then has commits of its own, and the
   * group's offsets are committed behind what outputs have delivered (each `auto.commit.interval.ms`, default 500).
   */
  readonly assignment?: "all" | "group";
  /**
   * Nothing more is read while commits of at least this many changes together have not been delivered by all outputs;
   * default: no bound, as outputs that are full hold the run by themselves. Rows that wait for their marker do not
   * count, and a commit may be larger.
   */
  readonly maxBacklogRows?: number;
  /** Adds the json column `_metadata`; default false. */
  readonly withMetadata?: boolean;
  /** The source's name in logs and keys; default: its topics. */
  readonly name?: string;
}

export interface RawReadOptions extends CommonOptions {
  readonly format: "raw";
  /** "utf8": `data` is text, and a message that is not UTF-8 is a bad row. Default: bytes. */
  readonly encoding?: "utf8";
  readonly session?: never;
  readonly primaryKey?: never;
  readonly csv?: never;
}

interface RecordOptions extends CommonOptions, FieldOptions {
  /**
   * With a primary key: a message with the key of a live row replaces that row ("upsert", default), or is a bad row
   * ("insert"). In both a message without payload ends the row of its message key: a JSON object of the key's columns,
   * or for one column a JSON scalar or its plain text.
   */
  readonly session?: KeyedSession;
  readonly encoding?: never;
}

export interface CsvReadOptions extends RecordOptions {
  readonly format: "csv";
  readonly csv?: CsvOptions;
}

export interface JsonReadOptions extends RecordOptions {
  readonly format: "json";
  readonly csv?: never;
}

export interface AvroReadOptions extends RecordOptions {
  readonly format: "avro";
  readonly csv?: never;
  /** Where the schemas are that messages name. Absent: messages are bare records of `avro.schema`. */
  readonly schemaRegistry?: RegistryOption;
  readonly avro?: AvroReadSettings;
}

export interface ProtobufReadOptions extends RecordOptions {
  readonly format: "protobuf";
  readonly csv?: never;
  /** Where the schemas are that messages name. Absent: messages are bare, and `protobuf` says what they are. */
  readonly schemaRegistry?: RegistryOption;
  readonly protobuf?: ProtobufReadSettings;
}

export interface JsonSchemaReadOptions extends RecordOptions {
  readonly format: "jsonschema";
  readonly csv?: never;
  /** Where the schemas are that messages name. Absent: messages are plain JSON, and `jsonSchema.schema` checks them. */
  readonly schemaRegistry?: RegistryOption;
  readonly jsonSchema?: JsonSchemaReadSettings;
}

/** Those of formats whose messages name a schema. */
export type RegisteredReadOptions = AvroReadOptions | ProtobufReadOptions | JsonSchemaReadOptions;

export interface UpdatesReadOptions extends Omit<CommonOptions, "commit" | "withMetadata">, FieldOptions {
  readonly format: "updates";
  readonly session?: never;
  readonly encoding?: never;
  readonly csv?: never;
  /** `maxPendingRows` bounds the rows of commits of which parts are missing; messages hold whole commits otherwise. */
  readonly commit?: Pick<CommitOptions, "maxPendingRows">;
  /** A row may be added by one message and taken back by another, so it has no metadata. */
  readonly withMetadata?: false;
}

export type ReadOptions =
  | RawReadOptions
  | CsvReadOptions
  | JsonReadOptions
  | RegisteredReadOptions
  | UpdatesReadOptions;

const commonNames = [
  "topicNames",
  "format",
  "commit",
  "mode",
  "startFrom",
  "onError",
  "withMetadata",
  "partitions",
  "assignment",
  "maxBacklogRows",
  "name",
] as const;
const fieldNames = ["valueColumns", "schema", "primaryKey", "session"] as const;

const namesByFormat: Readonly<Record<FormatName, readonly string[]>> = {
  raw: [...commonNames, "encoding"],
  csv: [...commonNames, ...fieldNames, "csv"],
  json: [...commonNames, ...fieldNames],
  avro: [...commonNames, ...fieldNames, "schemaRegistry", "avro"],
  protobuf: [...commonNames, ...fieldNames, "schemaRegistry", "protobuf"],
  jsonschema: [...commonNames, ...fieldNames, "schemaRegistry", "jsonSchema"],
  updates: [...commonNames, "valueColumns", "schema", "primaryKey"],
};

/** Throws TP_BAD_ARGUMENT naming the option. What concerns columns is checked where they are made. */
export function checkReadOptions(options: ReadOptions, settings: KafkaSettings): void {
  if (typeof options !== "object" || options === null) {
    throw bad("the options of pw.kafka.read are not an object", "Give at least { topicNames, format }.");
  }
  const { format } = options;
  oneOf("format", format, Object.keys(formats));
  knownNames(options, namesByFormat[format], (name) => `format "${format}" has no option "${name}"`);
  checkTopicNames(options.topicNames);
  oneOf("mode", options.mode, ["streaming", "static"]);
  checkOnError(options.onError, options.topicNames);
  checkPartitions(options.partitions);
  oneOf("assignment", options.assignment, ["all", "group"]);
  if (options.assignment === "group") checkGroup(options, settings);
  const { maxBacklogRows } = options;
  if (maxBacklogRows !== undefined) {
    positive("maxBacklogRows", maxBacklogRows, Number.isSafeInteger(maxBacklogRows));
  }
  oneOf("withMetadata", options.withMetadata, options.format === "updates" ? [false] : [true, false]);
  if (options.format === "raw") oneOf("encoding", options.encoding, ["utf8"]);
  else oneOf("session", options.session, ["upsert", "insert"]);
  if (options.name !== undefined && (typeof options.name !== "string" || options.name === "")) {
    throw bad("name is not a text", "Give the source a name of at least one character, or leave it out.");
  }
  checkStartFrom(options.startFrom, options.topicNames, settings);
}

function checkOnError(onError: unknown, topics: readonly string[]): void {
  if (typeof onError !== "object" || onError === null) {
    oneOf("onError", onError, ["fail", "skip"], 'or { deadLetter: "topic" }');
    return;
  }
  knownNames(onError, ["deadLetter"], (name) => `onError has no option "${name}"`);
  const { deadLetter } = onError as { deadLetter?: unknown };
  if (!isTopicName(deadLetter)) {
    throw bad(
      `onError.deadLetter: ${JSON.stringify(deadLetter) ?? String(deadLetter)} is not a name for a topic`,
      'Give a topic of the same cluster, for example onError: { deadLetter: "orders-rejected" }.',
    );
  }
  if (topics.includes(deadLetter)) {
    throw bad(
      `onError.deadLetter: "${deadLetter}" is read by this very source, which would meet its bad messages again`,
      "Give another topic.",
    );
  }
}

function checkTopicNames(names: unknown): void {
  if (!Array.isArray(names) || names.length === 0) {
    throw bad("topicNames names no topic", 'Give a list, for example topicNames: ["orders"].');
  }
  names.forEach((name, i) => {
    if (!isTopicName(name)) {
      throw bad(
        `topicNames: ${JSON.stringify(name) ?? String(name)} is not a name for a topic`,
        "Use up to 249 of the characters a-z, A-Z, 0-9, '.', '_' and '-'; patterns are not supported.",
      );
    }
    if (names.indexOf(name) !== i) throw bad(`topicNames names "${name}" twice`, "Name each topic once.");
  });
}

function checkStartFrom(startFrom: unknown, topics: readonly string[], settings: KafkaSettings): void {
  if (startFrom === undefined || startFrom === "earliest" || startFrom === "latest") return;
  if (startFrom === "committed") {
    if (settings["group.id"] !== undefined) return;
    throw bad('startFrom: "committed" needs a "group.id" in the settings', 'Set "group.id".');
  }
  const given = typeof startFrom === "object" && startFrom !== null ? startFrom : {};
  if ("timestamp" in given) {
    if (Number.isFinite(Number(given.timestamp)) && Number(given.timestamp) >= 0) return;
    throw bad("startFrom.timestamp is no time", "Give milliseconds since 1970, or a Date.");
  }
  if ("offsets" in given) {
    checkOffsets(given.offsets, topics);
    return;
  }
  throw bad(
    "startFrom is none of its forms",
    'Give "earliest", "latest", "committed", { timestamp } or { offsets: { topic: { partition: offset } } }.',
  );
}

function checkOffsets(offsets: unknown, topics: readonly string[]): void {
  const hint = "Give offsets by topic and partition: { offsets: { orders: { 0: 120 } } }.";
  if (typeof offsets !== "object" || offsets === null || Array.isArray(offsets)) {
    throw bad("startFrom.offsets is not an object", hint);
  }
  for (const [topic, ofTopic] of Object.entries(offsets as Record<string, unknown>)) {
    if (!topics.includes(topic)) throw bad(`startFrom.offsets: "${topic}" is not in topicNames`, hint);
    if (typeof ofTopic !== "object" || ofTopic === null)
      throw bad(`startFrom.offsets.${topic} is not an object`, hint);
    for (const [partition, offset] of Object.entries(ofTopic as Record<string, unknown>)) {
      if (isCount(Number(partition)) && isCount(offset)) continue;
      throw bad(`startFrom.offsets.${topic}: partition ${partition} has no offset`, hint);
    }
  }
}

/** The whole policy, from what the user wrote. Throws TP_BAD_ARGUMENT naming the option. */
export function commitPolicy(options: CommitOptions | undefined, mode: ReadOptions["mode"]): CommitPolicy {
  const given = options ?? {};
  if (typeof given !== "object" || given === null)
    throw bad("commit is not an object", "Give commit: { everyMs: 100 }.");
  knownNames(given, Object.keys(defaultCommitPolicy), (name) => `commit has no option "${name}"`);
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const policy: CommitPolicy = { ...defaultCommitPolicy, ...set };
  const { marker, everyMs, everyRows, maxPendingRows, stallAfterMs } = policy;
  if (marker !== null && (typeof marker !== "string" || marker.trim() === "")) {
    throw bad("commit.marker is not a text", "Give a text that is not blank, or null to switch markers off.");
  }
  oneOf("commit.scope", policy.scope, ["connector", "partition", "aligned"]);
  oneOf("commit.tail", policy.tail, ["auto", "commit", "drop"]);
  if (everyMs !== null) positive("commit.everyMs", everyMs, Number.isFinite(everyMs));
  if (everyRows !== null) positive("commit.everyRows", everyRows, Number.isSafeInteger(everyRows));
  positive("commit.maxPendingRows", maxPendingRows, Number.isSafeInteger(maxPendingRows));
  positive("commit.stallAfterMs", stallAfterMs, Number.isFinite(stallAfterMs));
  if (mode !== "static" && marker === null && everyMs === null && everyRows === null) {
    throw bad(
      "commit: nothing would ever commit a row without a marker",
      "Set commit.everyMs or commit.everyRows.",
    );
  }
  return policy;
}

/** The policy for format "updates", whose messages hold whole commits. Throws TP_BAD_ARGUMENT naming the option. */
export function updatesPolicy(options: UpdatesReadOptions["commit"]): CommitPolicy {
  const other = Object.keys(options ?? {}).find((name) => name !== "maxPendingRows");
  if (other === undefined) return commitPolicy({ ...options, marker: null }, "static");
  throw bad(
    `format "updates" has no option commit.${other}`,
    "Its commits are those that were written; commit.maxPendingRows bounds the rows of commits of which parts are missing.",
  );
}
