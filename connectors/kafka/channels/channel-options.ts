/** What channel readers and writers are told, checked and completed. */
import { TowpathError } from "../../../lib/errors.ts";
import type { AvroSchemaInput } from "../../formats/avro/avro-schema.ts";
import type { KafkaSettings } from "../client/options.ts";
import { parseUri } from "../client/uri.ts";
import { type ChannelSchema, channelSchema } from "./channel-schema.ts";

interface ChannelOptions<Schema> {
  /** `kafka://host:port[,host:port]/channel?option=value`: see `pw.kafka.parseUri`. */
  readonly uri: string;
  /** The Avro schema of the records, as text or object, on which both ends must agree. */
  readonly schema: Schema;
  /** How long `open` may take. Default: as long as it takes. */
  readonly openTimeoutMs?: number | undefined;
  /** How often it says that it is there. Default 2,000. */
  readonly heartbeatMs?: number | undefined;
  /** How long a peer may be silent before it counts as dead. Default 30,000. */
  readonly deadAfterMs?: number | undefined;
  /** Further settings by librdkafka's names; those of the address win. */
  readonly settings?: KafkaSettings | undefined;
}

export interface ChannelReaderOptions<Schema extends AvroSchemaInput = AvroSchemaInput>
  extends ChannelOptions<Schema> {
  /** The group of readers that it belongs to; each group gets every record. Default "reader". */
  readonly group?: string | undefined;
  /** Its place in the group, from 0. Default 0. */
  readonly index?: number | undefined;
  /** How many members the group has. Default 1. */
  readonly of?: number | undefined;
  /** How many writers the channel has: the reader ends when that many are done. Default 1. */
  readonly writers?: number | undefined;
  /** "stored", behind what was committed, or "beginning", whatever was. Default "stored". */
  readonly startFrom?: "stored" | "beginning" | undefined;
}

export interface ChannelWriterOptions<Schema extends AvroSchemaInput = AvroSchemaInput>
  extends ChannelOptions<Schema> {
  /** By which it is known again when it comes back; no two writers of a channel have the same. Default "writer". */
  readonly name?: string | undefined;
  /** The groups of readers that it writes to. Default ["reader"]. */
  readonly readers?: readonly string[] | undefined;
}

export interface ChannelPlan {
  readonly channel: string;
  readonly settings: KafkaSettings;
  readonly schema: ChannelSchema;
  /** null: no limit. */
  readonly openTimeoutMs: number | null;
  readonly heartbeatMs: number;
  readonly deadAfterMs: number;
}

/** Letters that may stand in a topic, but for the dot: it stands before the group. */
const NAME = /^[a-zA-Z0-9_-]{1,100}$/;
const TOPIC_MAX = 249;
const MEMBERS_MAX = 100_000;

/** Throws TP_KAFKA_URI and others, TP_BAD_SCHEMA, TP_BAD_ARGUMENT. */
export function channelPlan(call: string, options: ChannelOptions<AvroSchemaInput>): ChannelPlan {
  const { uri, schema, openTimeoutMs, heartbeatMs = 2_000, deadAfterMs = 30_000, settings = {} } = options;
  const address = parseUri(uri);
  checkCount(call, "heartbeatMs", heartbeatMs, 10);
  checkCount(call, "deadAfterMs", deadAfterMs, 2 * heartbeatMs);
  if (openTimeoutMs !== undefined) checkCount(call, "openTimeoutMs", openTimeoutMs, 1);
  return {
    channel: address.topic,
    settings: { ...settings, ...address.settings },
    schema: channelSchema(schema),
    openTimeoutMs: openTimeoutMs ?? null,
    heartbeatMs,
    deadAfterMs,
  };
}

/** Throws TP_BAD_ARGUMENT. */
export function checkCount(call: string, option: string, value: unknown, least: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  throw new TowpathError("TP_BAD_ARGUMENT", `the option ${option} of ${call} cannot be ${String(value)}`, {
    hint: `Give a whole number, ${least} or more.`,
  });
}

/** A place in a group. Throws TP_BAD_ARGUMENT. */
export function checkPlace(call: string, index: number, of: number): void {
  checkCount(call, "of", of, 1);
  checkCount(call, "index", index, 0);
  if (index < of && of <= MEMBERS_MAX) return;
  const what = of > MEMBERS_MAX ? `${of} members` : `member ${index} of ${of}`;
  throw new TowpathError("TP_BAD_ARGUMENT", `a group of readers cannot have ${what}`, {
    hint: `Members are counted from 0: index is less than of, which is at most ${MEMBERS_MAX}.`,
  });
}

/** The name of a group or writer. Throws TP_BAD_ARGUMENT. */
export function checkName(call: string, option: string, name: unknown, channel: string): void {
  const isReserved = option !== "name" && name === "status";
  if (typeof name === "string" && NAME.test(name) && !isReserved) {
    if (channel.length + 1 + name.length <= TOPIC_MAX) return;
  }
  throw new TowpathError(
    "TP_BAD_ARGUMENT",
    `the option ${option} of ${call} cannot be ${JSON.stringify(name)}`,
    {
      hint: isReserved
        ? "The channel's status topic has this name: take another."
        : `Give a name of letters, digits, "_" and "-"; with the channel's, ${TOPIC_MAX} characters at most.`,
    },
  );
}
