/** The peers that race over Kafka, installed on first use: one function and one line here for each. */
import type { Contender } from "./contenders.ts";
import { flink, kafkaStreams } from "./java-peers.ts";
import { pathway } from "./pathway.ts";

/** A peer for a job, ready to run; null where it cannot do that job. Throws with the reason when it is not there. */
export type Peer = (job: string) => Promise<Contender | null>;

const kafkaPeers = { pathway, "kafka-streams": kafkaStreams, flink } as const satisfies Record<string, Peer>;

export interface PeersFound {
  readonly contenders: readonly Contender[];
  /** Why the others do not take part. */
  readonly missing: Readonly<Record<string, string>>;
}

/** Installs and starts nothing that was not asked for. */
export async function findPeers(names: readonly string[], job: string): Promise<PeersFound> {
  const contenders: Contender[] = [];
  const missing: Record<string, string> = {};
  for (const name of names) {
    if (!isPeer(name)) {
      missing[name] = `not a peer over Kafka; there are ${Object.keys(kafkaPeers).join(", ")}`;
      continue;
    }
    try {
      const contender = await kafkaPeers[name](job);
      if (contender === null) missing[name] = `it has no ${job} (docs/benchmarks.md says why)`;
      else contenders.push(contender);
    } catch (error) {
      missing[name] = `not installed: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  return { contenders, missing };
}

function isPeer(name: string): name is keyof typeof kafkaPeers {
  return Object.hasOwn(kafkaPeers, name);
}
