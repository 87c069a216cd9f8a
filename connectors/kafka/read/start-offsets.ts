import { TowpathError } from "../../../lib/errors.ts";
import { addressOf, offsetHint } from "../client/client-errors.ts";
import type { KafkaSettings } from "../client/options.ts";
import type { TopicPartition } from "../client/partition-slots.ts";
import { type Consumer, OFFSET_BEGINNING, type Watermarks } from "../ingest/consumer.ts";
import type { StartFrom } from "./read-options.ts";
import type { KafkaHistory, Resumed } from "./source-history.ts";

/** What the start of a source depends on. */
export interface StartOptions {
  readonly startFrom: StartFrom | number;
  /** Whether the ends are wanted too. */
  readonly wantsEnds: boolean;
  /** What an earlier process has read; it comes before `startFrom`. */
  readonly history: KafkaHistory;
}

/** Where reading a partition begins. */
export interface Start {
  /** What `assign` is given: an offset, or OFFSET_BEGINNING. */
  readonly offset: number;
  /** The offset that is read next, -1 where it is not known yet. */
  readonly position: number;
  /** The offset after the last message at the start; null where nobody asked. */
  readonly end: number | null;
}

/**
 * Finds the start of each partition. The offsets go into `assign`, because a seek right after it fails.
 *
 * "earliest" stays a name where it can: a number could be gone by the time of the first fetch. "latest" becomes a
 * number, so that nothing which comes after this moment is missed. `startFrom` counts for partitions that nobody has
 * read yet, of topics that nobody has read yet.
 *
 * Throws TP_KAFKA_OFFSET_OUT_OF_RANGE for an offset that the broker does not have, TP_SOURCE_CHANGED for a topic
 * that ends before what has been read of it, TP_KAFKA_FAILED for times on a broker that cannot look them up.
 */
export async function findStarts(
  consumer: Consumer,
  settings: KafkaSettings,
  partitions: readonly TopicPartition[],
  { startFrom, wantsEnds, history }: StartOptions,
): Promise<Start[]> {
  if (startFrom === "earliest" && !wantsEnds && !history.isOn) {
    return partitions.map(() => ({ offset: OFFSET_BEGINNING, position: -1, end: null }));
  }
  const before = partitions.map(({ topic, partition }) => history.resumed(topic, partition));
  const fresh = partitions.filter(({ topic }, i) => before[i] === null && !history.hasRead(topic));
  const given = await givenOffsets(consumer, settings, startFrom, fresh);
  const marks = await Promise.all(partitions.map((partition) => consumer.watermarks(partition)));
  return partitions.map((partition, i) => {
    const resumed = before[i];
    if (resumed !== null && resumed.position >= 0)
      return resumedStart(partition, resumed, marks[i], settings);
    const place = fresh.indexOf(partition);
    return startOf(partition, place < 0 ? "earliest" : given[place], marks[i], settings);
  });
}

type Given = number | "earliest" | "latest";

function startOf(
  { topic, partition }: TopicPartition,
  given: Given,
  { low, high }: Watermarks,
  settings: KafkaSettings,
): Start {
  if (given === "earliest") return { offset: OFFSET_BEGINNING, position: low, end: high };
  if (given === "latest") return { offset: high, position: high, end: high };
  // Beyond the last stable offset there may be messages of a transaction that is still open.
  if ((given < low || given > high) && settings["auto.offset.reset"] === undefined) {
    throw new TowpathError(
      "TP_KAFKA_OFFSET_OUT_OF_RANGE",
      `offset ${given} was to be read next, but the broker has ${low} to ${high}`,
      { where: `topic ${topic}, partition ${partition}`, hint: offsetHint },
    );
  }
  return { offset: given, position: Math.max(given, low), end: high };
}

/** Where an earlier process ended; what is missing of the commits that are made again cannot be left out. */
function resumedStart(
  { topic, partition }: TopicPartition,
  { position, replayedTo }: Resumed,
  { low, high }: Watermarks,
  settings: KafkaSettings,
): Start {
  const where = `topic ${topic}, partition ${partition}`;
  const read = Math.max(position, replayedTo);
  if (high < read) {
    const detail = `it ends at offset ${high}, and an earlier run has read up to offset ${read}`;
    throw new TowpathError("TP_SOURCE_CHANGED", detail, {
      where,
      hint: "Was the topic made anew, or is this another cluster? Start afresh where that is meant: npx towpath state PATH --clear.",
    });
  }
  if (low > position && (replayedTo > position || settings["auto.offset.reset"] === undefined)) {
    const gap = low - 1 === position ? `offset ${position} is` : `offsets ${position} to ${low - 1} are`;
    const detail = `${gap} gone: an earlier run ended at offset ${position}, and the broker has ${low} to ${high}`;
    throw new TowpathError("TP_KAFKA_OFFSET_OUT_OF_RANGE", detail, { where, hint: resumeHint });
  }
  return { offset: position, position: Math.max(position, low), end: high };
}

const resumeHint =
  'Retention has removed messages before they were read. Raise retention.ms of the topic. To go on without them set "auto.offset.reset": "earliest", which works unless commits that no checkpoint holds are among them; or start afresh: npx towpath state PATH --clear.';

async function givenOffsets(
  consumer: Consumer,
  settings: KafkaSettings,
  startFrom: StartFrom | number,
  partitions: readonly TopicPartition[],
): Promise<Given[]> {
  if (partitions.length === 0) return [];
  if (typeof startFrom === "number") return partitions.map(() => startFrom);
  if (startFrom === "earliest" || startFrom === "latest") return partitions.map(() => startFrom);
  if (startFrom === "committed") {
    return (await consumer.committed(partitions)).map((offset) => offset ?? "earliest");
  }
  if ("timestamp" in startFrom) {
    const found = await offsetsAt(consumer, settings, partitions, Number(startFrom.timestamp));
    return found.map((offset) => offset ?? "latest");
  }
  const { offsets } = startFrom;
  return partitions.map(({ topic, partition }) => offsets[topic]?.[partition] ?? "earliest");
}

/** Throws TP_BAD_ARGUMENT where offsets are given for a partition that the topics do not have. */
export function checkStarts(startFrom: StartFrom | number, partitions: readonly TopicPartition[]): void {
  if (typeof startFrom !== "object" || !("offsets" in startFrom)) return;
  for (const [topic, ofTopic] of Object.entries(startFrom.offsets)) {
    for (const partition of Object.keys(ofTopic).map(Number)) {
      if (partitions.some((known) => known.topic === topic && known.partition === partition)) continue;
      throw new TowpathError("TP_BAD_ARGUMENT", `startFrom.offsets: there is no partition ${partition}`, {
        where: `topic ${topic}`,
        hint: "Name only partitions that the topic has.",
      });
    }
  }
}

/**
 * The embedded broker does not refuse to look up times: it says that all messages are older. So where that is the
 * answer, a time is looked up that no message is older than.
 */
async function offsetsAt(
  consumer: Consumer,
  settings: KafkaSettings,
  partitions: readonly TopicPartition[],
  timestamp: number,
): Promise<(number | null)[]> {
  const found = await consumer.offsetsAt(partitions, timestamp);
  const older = partitions.filter((_, i) => found[i] === null);
  const marks = await Promise.all(older.map((partition) => consumer.watermarks(partition)));
  const filled = older.filter((_, i) => marks[i].low < marks[i].high);
  if (filled.length === 0) return found;
  const sinceEver = await consumer.offsetsAt(filled, 0);
  if (sinceEver.some((offset) => offset !== null)) return found;
  throw new TowpathError("TP_KAFKA_FAILED", "the broker cannot look up offsets by time", {
    where: addressOf(settings),
    hint: "The embedded broker never can; use startFrom with offsets there.",
  });
}
