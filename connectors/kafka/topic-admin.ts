import { TowpathError } from "../../lib/errors.ts";
import { loadClientLibrary } from "./client-library.ts";
import { clientConf, type KafkaSettings } from "./options.ts";
import { redactText } from "./redact.ts";

const CREATE_MS = 3_000;

/**
 * Creates a topic where it is not there yet. What keeps it from being created is left to the client that uses the topic,
 * which tells it better: it may be there although this user may not make topics, or be made on demand, or no broker may
 * answer at all.
 *
 * Throws TP_KAFKA_FAILED for settings that librdkafka refuses.
 */
export async function createTopicIfMissing(
  settings: KafkaSettings,
  topic: string,
  partitions: number,
): Promise<void> {
  const library = await loadClientLibrary();
  const { global } = clientConf("producer", settings);
  const admin = createAdmin(() => library.AdminClient.create({ ...global }), settings);
  try {
    await new Promise<void>((resolve) => {
      const wanted = { topic, num_partitions: partitions, replication_factor: -1 };
      admin.createTopic(wanted, CREATE_MS, () => resolve());
    });
  } finally {
    admin.disconnect();
  }
}

function createAdmin<A>(create: () => A, settings: KafkaSettings): A {
  try {
    return create();
  } catch (error) {
    throw new TowpathError("TP_KAFKA_FAILED", redactText((error as Error).message, settings), {
      hint: "librdkafka refuses these settings; its CONFIGURATION.md says what each one takes.",
    });
  }
}
