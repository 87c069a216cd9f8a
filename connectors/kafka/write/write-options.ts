/** What `pw.kafka.write` takes, and the checks that name a wrong option when the plan is built. */
import { nearest } from "../../../lib/base/nearest.ts";
import { TowpathError } from "../../../lib/errors.ts";
import { Expression } from "../../../lib/expressions/expression.ts";
import type { ColumnsOf, NameOf, Operand, Said } from "../../../lib/table/types.ts";
import type { AvroWriteSettings } from "../../formats/avro/avro-settings.ts";
import type { JsonSchemaWriteSettings } from "../../formats/json-schema/json-schema-settings.ts";
import type { ProtobufWriteSettings } from "../../formats/protobuf/protobuf-settings.ts";
import type { RegistryOption } from "../../registry/index.ts";
import { isTopicName } from "../client/topic-name.ts";
import {
  isRegisteredFormat,
  type RegisteredFormat,
  type RegisteredOutput,
  registeredOutput,
  settingsOf,
} from "../read/registered-format.ts";

/** A column by itself or by its name, an expression, or a callback from the columns. */
type ColumnSaid<C> = NameOf<C> | Said<[ColumnsOf<C>], Expression<unknown, NameOf<C>>>;

interface CommonWriteOptions<C> {
  /**
   * The topic that messages go to; or a `str` column, an expression or a callback that says it for each row. A row that
   * says null or what cannot be a topic ends the run, before anything of its commit is written.
   */
  readonly topicName: string | Said<[ColumnsOf<C>], Expression<string | null, NameOf<C>>>;
  /** The output's name in logs; default: the topic. */
  readonly name?: string;
}

/** A message holds whole commits, as a JSON array of rows with `diff` and `time`, deletions before insertions. */
export interface UpdatesWriteOptions<C = unknown> extends CommonWriteOptions<C> {
  readonly envelope?: "updates";
  readonly format?: "json";
  /** At most this many commits in one message; default 1, which is all that a topic for each row allows. */
  readonly commitFrequencyInMessages?: number;
  /** A commit waits at most this long for others; default 0 where a message holds one commit, else 1,000. */
  readonly flushEveryMs?: number;
  /** The partition that all messages go to, because their order is their meaning; default 0. */
  readonly partition?: number;
  /** Adds to each row its key, as the text `key`; default false. */
  readonly includeKey?: boolean;
  readonly key?: never;
  readonly headers?: never;
  readonly commitMarkers?: never;
  readonly schemaRegistry?: never;
  readonly avro?: never;
  readonly protobuf?: never;
  readonly jsonSchema?: never;
}

interface RecordWriteOptions<C> extends CommonWriteOptions<C> {
  /**
   * json (default): an object. csv: one line, without a header. raw: the bytes or the text of the one column that
   * topicName, key and headers do not read; null is a null payload. avro: a record, framed with the id of its schema
   * where `schemaRegistry` is given; so is the key then, where `key` says it and in the envelope "upsert". protobuf,
   * jsonschema: in the same way, a message of Protobuf, or json that a schema vouches for.
   */
  readonly format?: "json" | "csv" | "raw" | RegisteredFormat;
  /**
   * Where schemas are registered, for the formats "avro", "protobuf" and "jsonschema": settings, a client of
   * `pw.schemaRegistry`, or a lookup.
   */
  readonly schemaRegistry?: RegistryOption;
  /** How the format "avro" is written. */
  readonly avro?: AvroWriteSettings;
  /** How the format "protobuf" is written. */
  readonly protobuf?: ProtobufWriteSettings;
  /** How the format "jsonschema" is written. */
  readonly jsonSchema?: JsonSchemaWriteSettings;
  /**
   * Headers of each message, before Towpath's own: an object of values by name (bytes as they are, null as null,
   * anything else as text), or a json column that lists them as the column `_metadata` does.
   */
  readonly headers?: Said<
    [ColumnsOf<C>],
    NameOf<C> | Expression<unknown, NameOf<C>> | Readonly<Record<string, Operand<NameOf<C>>>>
  >;
  /** Sends `*COMMIT*` to every partition of each topic that a commit has written to, behind its rows; default false. */
  readonly commitMarkers?: boolean;
  readonly commitFrequencyInMessages?: never;
  readonly flushEveryMs?: never;
  readonly partition?: never;
}

/** One message for each change, its value the row with `diff` and `time`, which are headers too. */
export interface RowWriteOptions<C = unknown> extends RecordWriteOptions<C> {
  readonly envelope: "row";
  /** The message key: a column's value by itself (null: no key), or of several a JSON object. Default: the row's key. */
  readonly key?: ColumnSaid<C> | readonly ColumnSaid<C>[];
  /** Adds to each row its key, as the text `key`; default false. Not with format "raw". */
  readonly includeKey?: boolean;
}

/** One message for each key that changed, its value the row, or null where the row is gone: for compacted topics. */
export interface UpsertWriteOptions<C = unknown> extends RecordWriteOptions<C> {
  readonly envelope: "upsert";
  /** What identifies a row. Default: the primary key, or the columns that the table is grouped by. */
  readonly key?: ColumnSaid<C> | readonly ColumnSaid<C>[];
  readonly includeKey?: never;
}

/** The options of `pw.kafka.write` for a table of columns C. */
export type WriteOptions<C = unknown> = UpdatesWriteOptions<C> | RowWriteOptions<C> | UpsertWriteOptions<C>;

/** Those that are plain values, with all defaults filled in. */
export interface ResolvedWriteOptions {
  /** null: rows say it. */
  readonly topicName: string | null;
  readonly format: "json" | "csv" | "raw" | RegisteredFormat;
  readonly envelope: "updates" | "row" | "upsert";
  readonly commitFrequencyInMessages: number;
  readonly flushEveryMs: number;
  readonly partition: number;
  readonly includeKey: boolean;
  readonly commitMarkers: boolean;
  readonly name: string;
  /** What a format whose messages name a schema writes with; null for the others. */
  readonly registered: RegisteredOutput | null;
}

type OptionName = keyof UpdatesWriteOptions | keyof RowWriteOptions;

const registeredOptions = ["schemaRegistry", "avro", "protobuf", "jsonSchema"] as const;
const common = ["topicName", "format", "envelope", "name"] as const satisfies readonly OptionName[];
const optionsOf = {
  updates: [...common, "commitFrequencyInMessages", "flushEveryMs", "partition", "includeKey"],
  row: [...common, "key", "headers", "commitMarkers", "includeKey", ...registeredOptions],
  upsert: [...common, "key", "headers", "commitMarkers", ...registeredOptions],
} as const satisfies Record<string, readonly OptionName[]>;
const recordFormats = ["json", "csv", "raw", "avro", "protobuf", "jsonschema"] as const;
const formatsOf = { updates: ["json"], row: recordFormats, upsert: recordFormats } as const;
const optionNames = [...new Set(Object.values(optionsOf).flat())];

const PARTITION_MAX = 2 ** 31 - 1;
/** The longest wait that a timer can have. */
const FLUSH_MS_MAX = 2 ** 31 - 1;
const FLUSH_MS_OF_SEVERAL = 1_000;

/** Checks and completes options. Throws TP_BAD_ARGUMENT, naming the option and what it takes. */
export function resolveWriteOptions(options: WriteOptions<never>): ResolvedWriteOptions {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new TowpathError("TP_BAD_ARGUMENT", "pw.kafka.write needs options as its third argument", {
      hint: 'Give at least the topic: { topicName: "results" }.',
    });
  }
  const { topicName, format = "json", envelope = "updates", commitMarkers = false } = options;
  const { partition = 0, commitFrequencyInMessages = 1, includeKey = false } = options;
  const { flushEveryMs = commitFrequencyInMessages === 1 ? 0 : FLUSH_MS_OF_SEVERAL } = options;
  const isByRow = topicName instanceof Expression || typeof topicName === "function";
  const { name = isByRow ? "topics by row" : topicName } = options;
  checkEnvelope(envelope);
  checkNames(options, envelope);
  const byRow = "a topic (up to 249 of a-z, A-Z, 0-9, '.', '_' and '-'), or a column that says it";
  check(isByRow || isTopicName(topicName), "topicName", topicName, byRow);
  const resolved = {
    topicName: isByRow ? null : topicName,
    format,
    envelope,
    commitFrequencyInMessages,
    flushEveryMs,
    partition,
    includeKey,
    commitMarkers,
    name,
    registered: isRegisteredFormat(format) ? registeredOutput(format, options, topicName) : null,
  } as ResolvedWriteOptions;
  checkFormat(resolved, options);
  checkMessages(resolved);
  check(typeof name === "string" && name !== "", "name", name, "a text that is not empty");
  return resolved;
}

function checkEnvelope(envelope: unknown): asserts envelope is keyof typeof optionsOf {
  const takes = '"updates" (whole commits), "row" (each change) or "upsert" (each key)';
  check(typeof envelope === "string" && Object.hasOwn(optionsOf, envelope), "envelope", envelope, takes);
}

function checkFormat(resolved: ResolvedWriteOptions, given: WriteOptions<never>): void {
  const { format, envelope, includeKey, commitMarkers } = resolved;
  const known: readonly string[] = formatsOf[envelope];
  const listed = known.map((one) => `"${one}"`).join(", ");
  const isRecord = (recordFormats as readonly string[]).includes(format);
  if (isRecord && !known.includes(format))
    throw new TowpathError(
      "TP_BAD_ARGUMENT",
      `pw.kafka.write cannot write format "${format}" in the envelope "${envelope}"`,
      {
        hint: `A message of that envelope is all changes of a commit as one JSON array, and "${format}" says one record: give envelope: "row" (each change) or "upsert" (each key), or format: "json".`,
      },
    );
  for (const option of registeredOptions) {
    const takers = option === "schemaRegistry" ? Object.keys(settingsOf) : takersOf(option);
    const takes = takers.map((taker) => `"${taker}"`).join(" or ");
    check(
      takers.includes(format) || given[option] === undefined,
      option,
      given[option],
      `it with format: ${takes}`,
    );
  }
  check(known.includes(format), "format", format, `${listed} with the envelope "${envelope}"`);
  check(typeof includeKey === "boolean", "includeKey", includeKey, "true or false");
  const place = 'false with format "raw", which has no place for it';
  check(!includeKey || format !== "raw", "includeKey", includeKey, place);
  check(typeof commitMarkers === "boolean", "commitMarkers", commitMarkers, "true or false");
}

function takersOf(option: string): string[] {
  return Object.entries(settingsOf).flatMap(([format, name]) => (name === option ? [format] : []));
}

function checkMessages(options: ResolvedWriteOptions): void {
  const { topicName, commitFrequencyInMessages: commits, flushEveryMs, partition } = options;
  const count = "the largest number of commits in one message: a whole number from 1";
  check(isWhole(commits, 1, Number.MAX_SAFE_INTEGER), "commitFrequencyInMessages", commits, count);
  const one = "1, because with a topic for each row there is one message for each topic and commit";
  check(topicName !== null || commits === 1, "commitFrequencyInMessages", commits, one);
  const isTime = typeof flushEveryMs === "number" && flushEveryMs >= 0 && flushEveryMs <= FLUSH_MS_MAX;
  check(isTime, "flushEveryMs", flushEveryMs, "a time in milliseconds: a number from 0");
  const which = "a partition's number: a whole number from 0";
  check(isWhole(partition, 0, PARTITION_MAX), "partition", partition, which);
}

function checkNames(options: object, envelope: keyof typeof optionsOf): void {
  const takes: readonly string[] = optionsOf[envelope];
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined || takes.includes(option)) continue;
    const others = Object.entries(optionsOf).filter(([, names]) =>
      (names as readonly string[]).includes(option),
    );
    if (others.length > 0) {
      const which = others.map(([other]) => `"${other}"`).join(" or ");
      throw new TowpathError(
        "TP_BAD_ARGUMENT",
        `the option ${option} of pw.kafka.write has no meaning in the envelope "${envelope}"`,
        { hint: `Leave it out, or give envelope: ${which}.` },
      );
    }
    const meant = nearest(option, optionNames);
    throw new TowpathError("TP_BAD_ARGUMENT", `pw.kafka.write has no option ${JSON.stringify(option)}`, {
      hint: meant === undefined ? `The options are ${optionNames.join(", ")}.` : `Did you mean "${meant}"?`,
    });
  }
}

function check(fits: boolean, option: string, value: unknown, takes: string): void {
  if (fits) return;
  const given =
    typeof value === "object" && value !== null ? "an object" : (JSON.stringify(value) ?? String(value));
  throw new TowpathError("TP_BAD_ARGUMENT", `the option ${option} of pw.kafka.write cannot be ${given}`, {
    hint: `Give ${takes}.`,
  });
}

function isWhole(value: unknown, min: number, max: number): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max;
}
