import { TowpathError } from "../../../lib/errors.ts";
import { loadClientLibrary } from "./client-library.ts";
import { clientConf, type KafkaSettings } from "./options.ts";
import { redactText } from "./redact.ts";

export interface NewTopic {
  readonly topic: string;
  readonly partitions: number;
  /** The topic's own settings, by Kafka's names. */
  readonly config: Readonly<Record<string, string>>;
}

/** Why a topic was not created. */
export interface TopicRefusal {
  /** Of librdkafka. */
  readonly code: number;
  readonly message: string;
}

const CREATE_MS = 3_000;
/** The broker's word (rd_kafka_resp_err_t) for what somebody else has created. */
const ALREADY_EXISTS = 36;

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
  await createTopic(settings, { topic, partitions, config: {} });
}

/**
 * Creates a topic with as many replicas as the broker wants; returns why it is not there after it, null where it is. One
 * that exists already is left as it is. Throws TP_KAFKA_FAILED for settings that librdkafka refuses.
 */
export async function createTopic(settings: KafkaSettings, wanted: NewTopic): Promise<TopicRefusal | null> {
  const library = await loadClientLibrary();
  const { global } = clientConf("producer", settings);
  const admin = createAdmin(() => library.AdminClient.create({ ...global }), settings);
  const { topic, partitions, config } = wanted;
  try {
    return await new Promise((resolve) => {
      const asked = { topic, num_partitions: partitions, replication_factor: -1, config };
      admin.createTopic(asked, CREATE_MS, (error) => {
        const isThere = !error || error.code === ALREADY_EXISTS;
        resolve(isThere ? null : { code: error.code, message: redactText(error.message, settings) });
      });
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
