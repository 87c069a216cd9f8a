import type { Columns } from "../../../lib/data/schema.ts";
import { InputSession } from "../../../lib/io/input-session.ts";
import type { Parser } from "../../../lib/io/parser.ts";
import type { DeadLetters } from "../../../lib/io/rejections.ts";
import type { Session } from "../../../lib/io/session.ts";
import type { SessionOptions } from "../../../lib/io/session-options.ts";
import type { Rejection } from "../../../lib/io/source.ts";
import { UpdatesSession } from "../../../lib/io/updates-session.ts";
import { MessageKeyReader } from "../../formats/message-key.ts";
import type { PartitionSlots } from "../client/partition-slots.ts";
import type { AheadPartitions } from "../ingest/ahead-partitions.ts";
import type { Attributes } from "../ingest/ingest.ts";
import type { MetadataWriter } from "./metadata-column.ts";
import type { SourcePlan } from "./source-plan.ts";

/** What a source lends its session. */
export interface SessionParts {
  readonly slots: PartitionSlots;
  readonly metadata: MetadataWriter;
  readonly ahead: AheadPartitions;
  /** Where rejected messages go, if anywhere. */
  readonly letters: DeadLetters | null;
  /** Default: rows are not bounded by their bytes. */
  pendingBytesMax?(): number;
  log(line: string): void;
  list(rejection: Rejection): void;
}

/** The session that makes commits of a source's messages. */
export function createSession(plan: SourcePlan, needed: readonly boolean[], parts: SessionParts): Session {
  const { name, topics, columns, primaryKey, policy, onError, withMetadata } = plan;
  const { slots, metadata, ahead, letters, log, list } = parts;
  const parser = plan.createParser(slots);
  const options: SessionOptions = {
    parser,
    columns,
    needed,
    primaryKey,
    session: plan.session,
    compare(slot, otherSlot) {
      const [one, other] = [slots.at(slot), slots.at(otherSlot)];
      const byTopic = topics.indexOf(one.topic) - topics.indexOf(other.topic);
      return byTopic === 0 ? one.partition - other.partition : byTopic;
    },
    policy,
    pendingBytesMax: () => parts.pendingBytesMax?.() ?? Number.POSITIVE_INFINITY,
    onError: typeof onError === "object" ? (letters ?? "fail") : onError,
    origin: (slot) => `${name}\0${slots.at(slot).topic}\0${slots.at(slot).partition}`,
    place: (slot) => slots.place(slot),
    ...(primaryKey === null ? {} : { readKey: keyReader(parser, columns, primaryKey) }),
    ...(withMetadata ? { metadata: (...run) => metadata.write(...run) } : {}),
    onAhead: (slot, isAhead) => ahead.note(slot, isAhead),
    log,
    list,
    now: Date.now,
  };
  return plan.holdsCommits ? new UpdatesSession(options) : new InputSession(options);
}

function keyReader(
  parser: Parser,
  columns: Columns,
  primaryKey: readonly number[],
): NonNullable<Parser["readKey"]> {
  if (parser.readKey !== undefined) return parser.readKey;
  const reader = new MessageKeyReader(columns, primaryKey);
  return (...place) => reader.read(...place);
}

/** Which attributes of the messages the session will look at; what nobody looks at is not fetched. */
export function wantedAttributes(plan: SourcePlan, needed: readonly boolean[]): Attributes {
  const { primaryKey, holdsCommits, onError, columns, withMetadata } = plan;
  const wanted = plan.attributes?.(needed) ?? { timestamps: false, keys: false, headers: false };
  const all = typeof onError === "object" || (withMetadata && needed[columns.length - 1]);
  return {
    timestamps: all || wanted.timestamps,
    keys: all || wanted.keys || (primaryKey !== null && !holdsCommits),
    headers: all || wanted.headers || holdsCommits,
  };
}
