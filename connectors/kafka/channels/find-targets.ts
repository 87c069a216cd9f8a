import type { KafkaSettings } from "../client/options.ts";
import type { Consumer } from "../ingest/consumer.ts";
import { dataTopic } from "./channel-topics.ts";
import { findTails, type TailQuestion } from "./find-tails.ts";
import { GroupTarget } from "./group-target.ts";
import type { ReaderGroup } from "./readers-watch.ts";
import type { WriterStatus } from "./status-record.ts";

/**
 * What the topics of these groups hold of a writer, which `status` says how far it was. A group that it did not write to
 * before begins where the others are. Throws TP_KAFKA_….
 */
export async function findTargets(
  consumer: Consumer,
  settings: KafkaSettings,
  channel: string,
  groups: readonly ReaderGroup[],
  { name, acked, offsets }: WriterStatus,
): Promise<GroupTarget[]> {
  const knownOf = ({ group, of }: ReaderGroup): readonly number[] | null =>
    offsets[group]?.length === of ? offsets[group] : null;
  const ask = async (list: readonly ReaderGroup[], from: number): Promise<GroupTarget[]> => {
    const questions = list.map(
      (one): TailQuestion => ({
        topic: dataTopic(channel, one.group),
        partitions: one.of,
        acked: from,
        from: knownOf(one),
      }),
    );
    const tails = await findTails(consumer, settings, name, questions);
    return list.map(({ group }, i) => new GroupTarget(group, tails[i], questions[i].from ?? []));
  };
  const known = await ask(
    groups.filter((group) => knownOf(group) !== null),
    acked,
  );
  const first = known.reduce((least, { missing }) => Math.min(least, missing), Number.POSITIVE_INFINITY);
  const added = await ask(
    groups.filter((group) => knownOf(group) === null),
    known.length === 0 ? acked : first,
  );
  return [...known, ...added];
}
