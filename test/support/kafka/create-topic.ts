/** Creates topics through node-rdkafka's own admin client. */
import rdkafka from "node-rdkafka";

export interface TopicPlan {
  readonly name: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

/** Creates a topic on the cluster that `settings` reach; throws the broker's words when it exists or is refused. */
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
}
