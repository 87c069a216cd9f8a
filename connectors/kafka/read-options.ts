/** What `pw.kafka.read` takes, and the checks that name a wrong option when the plan is built. */
import { nearest } from "../../lib/base/nearest.ts";
import { TowpathError } from "../../lib/errors.ts";
import { type CommitOptions, type CommitPolicy, defaultCommitPolicy } from "../../lib/io/commit-policy.ts";
import type { Schema } from "../../lib/table/schema.ts";
import type { CsvOptions } from "../formats/csv.ts";
import { type FormatName, formats } from "../formats/index.ts";
import type { KafkaSettings } from "./options.ts";

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

interface CommonOptions {
  /** At least one; all their partitions are read. */
  readonly topicNames: readonly string[];
  /** When received rows become visible; default: at each `*COMMIT*` message. */
  readonly commit?: CommitOptions;
  /** "streaming" (default) goes on for ever; "static" ends with what the topics hold at the start. */
  readonly mode?: "streaming" | "static";
  readonly startFrom?: StartFrom;
  /** A message that cannot be read ends the run ("fail", default), or is counted, logged and left out ("skip"). */
  readonly onError?: "fail" | "skip";
  /** Adds the json column `_metadata`; default false. */
  readonly withMetadata?: boolean;
  /** The source's name in logs and keys; default: its topics. */
  readonly name?: string;
}

export interface RawReadOptions extends CommonOptions {
  readonly format: "raw";
  /** "utf8": `data` is text, and a message that is not UTF-8 is a bad row. Default: bytes. */
  readonly encoding?: "utf8";
}

interface FieldOptions extends CommonOptions {
  /** Columns by name: csv gives text, json whatever the message holds (type `any`). Either this or `schema`. */
  readonly valueColumns?: readonly string[];
  /** Columns with types. */
  readonly schema?: Schema<unknown, string>;
  /** Columns that identify a row: a later message replaces the row. Default: those that the schema says. */
  readonly primaryKey?: readonly string[];
}

export interface CsvReadOptions extends FieldOptions {
  readonly format: "csv";
  readonly csv?: CsvOptions;
}

export interface JsonReadOptions extends FieldOptions {
  readonly format: "json";
}

export type ReadOptions = RawReadOptions | CsvReadOptions | JsonReadOptions;

const commonNames = [
  "topicNames",
  "format",
  "commit",
  "mode",
  "startFrom",
  "onError",
  "withMetadata",
  "name",
] as const;
const fieldNames = ["valueColumns", "schema", "primaryKey"] as const;

const namesByFormat: Readonly<Record<FormatName, readonly string[]>> = {
  raw: [...commonNames, "encoding"],
  csv: [...commonNames, ...fieldNames, "csv"],
  json: [...commonNames, ...fieldNames],
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
  oneOf("onError", options.onError, ["fail", "skip"]);
  oneOf("withMetadata", options.withMetadata, [true, false]);
  if (options.format === "raw") oneOf("encoding", options.encoding, ["utf8"]);
  if (options.name !== undefined && (typeof options.name !== "string" || options.name === "")) {
    throw bad("name is not a text", "Give the source a name of at least one character, or leave it out.");
  }
  checkStartFrom(options.startFrom, options.topicNames, settings);
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

/** Kafka's rule: org.apache.kafka.common.internals.Topic.validate. */
function isTopicName(name: unknown): name is string {
  return typeof name === "string" && /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/.test(name);
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

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
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

function positive(name: string, value: unknown, isNumber: boolean): void {
  if (!isNumber || Number(value) <= 0) throw bad(`${name} is not a number above 0`, `Set ${name} to one.`);
}

function oneOf(name: string, value: unknown, allowed: readonly unknown[]): void {
  if (allowed.includes(value) || (value === undefined && name !== "format")) return;
  const list = allowed.map((item) => JSON.stringify(item)).join(", ");
  const meant = typeof value === "string" ? nearest(value, allowed.map(String)) : undefined;
  const question = meant === undefined ? "" : `Did you mean "${meant}"? `;
  const shown = typeof value === "string" ? JSON.stringify(value) : String(value);
  throw bad(`${name} cannot be ${shown}`, `${question}It is one of ${list}.`);
}

function knownNames(given: object, known: readonly string[], what: (name: string) => string): void {
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    const meant = nearest(name, known);
    const question = meant === undefined ? "" : `Did you mean "${meant}"? `;
    throw bad(what(name), `${question}The options are ${known.join(", ")}.`);
  }
}

/** An error about an argument of `pw.kafka.read`. */
export function bad(detail: string, hint: string): TowpathError {
  return new TowpathError("TP_BAD_ARGUMENT", detail, { where: "pw.kafka.read", hint });
}
