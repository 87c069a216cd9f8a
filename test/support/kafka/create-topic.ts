/** Creates topics through node-rdkafka's own admin client. */
import { setTimeout as sleep } from "node:timers/promises";
import rdkafka from "node-rdkafka";
import { partitionCount } from "./clients.ts";

export interface TopicPlan {
  readonly name: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

/**
 * Creates a topic on the cluster that `settings` reach, and waits until the broker tells its partitions to others: it
 * answers the creation as soon as the controller has decided.
 *
 * Throws the broker's words when the topic exists or is refused.
 */
export async function createTopic(
  settings: Readonly<Record<string, string>>,
  plan: TopicPlan,
): Promise<void> {
  const admin = rdkafka.AdminClient.create({ ...settings });
  try {
    await new Promise<void>((resolve, reject) => {
      const topic = {
        topic: plan.name,
        num_partitions: plan.partitions,
        replication_factor: 1,
        config: { ...plan.config },
      };
      admin.createTopic(topic, 30_000, (error) => (error ? reject(new Error(error.message)) : resolve()));
    });
  } finally {
    admin.disconnect();
  }
  await untilKnown(settings, plan);
}

async function untilKnown(settings: Readonly<Record<string, string>>, plan: TopicPlan): Promise<void> {
  const deadline = performance.now() + 30_000;
  while ((await partitionCount(settings, plan.name)) < plan.partitions) {
    if (performance.now() > deadline) throw new Error(`the broker does not tell of topic ${plan.name}`);
    await sleep(50);
  }
}
