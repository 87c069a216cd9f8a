/** Where the examples find their Kafka. */
import rdkafka from "node-rdkafka";
import * as pw from "towpath";

export interface Broker extends AsyncDisposable {
  /** librdkafka's settings, for readers, writers and producers. */
  readonly settings: Readonly<Record<string, string>>;
  /** Whether the broker lives in this process, where nobody else knows of it. */
  readonly isEmbedded: boolean;
}

/** Environment variables and the settings that they give. */
const variables = {
  KAFKA_BOOTSTRAP_SERVERS: "bootstrap.servers",
  KAFKA_SECURITY_PROTOCOL: "security.protocol",
  KAFKA_SASL_MECHANISM: "sasl.mechanism",
  KAFKA_SASL_USERNAME: "sasl.username",
  KAFKA_SASL_PASSWORD: "sasl.password",
  KAFKA_SSL_CA_LOCATION: "ssl.ca.location",
} as const;

/**
 * The broker that KAFKA_BOOTSTRAP_SERVERS names (with KAFKA_SECURITY_PROTOCOL, KAFKA_SASL_MECHANISM,
 * KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD and KAFKA_SSL_CA_LOCATION where it wants them), else one in this process.
 * Topics that it does not have yet are created.
 */
export async function openBroker(topics: readonly string[]): Promise<Broker> {
  const given = Object.entries(variables).flatMap(([variable, name]) => {
    const value = process.env[variable];
    return value === undefined || value === "" ? [] : [[name, value] as const];
  });
  const settings = Object.fromEntries(given);
  if (settings["bootstrap.servers"] === undefined) return embeddedBroker(topics);
  // `towpath explain` asks for the plan alone.
  if (process.env.TOWPATH_EXPLAIN === undefined) await createMissing(settings, topics);
  return { settings, isEmbedded: false, async [Symbol.asyncDispose]() {} };
}

async function embeddedBroker(topics: readonly string[]): Promise<Broker> {
  const broker = await pw.kafka.embedded({ topics });
  return {
    settings: { "bootstrap.servers": broker.bootstrap },
    isEmbedded: true,
    [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
  };
}

/**
 * Creates topics that are not there. Whatever goes wrong is left to the reader and the writer, which tell it better:
 * the topic may be there already, this user may use topics but not make them, or no broker may answer at all.
 */
async function createMissing(settings: Broker["settings"], topics: readonly string[]): Promise<void> {
  const admin = rdkafka.AdminClient.create({ ...settings });
  const create = (topic: string): Promise<{ readonly timedOut: boolean }> =>
    new Promise((resolve) => {
      admin.createTopic({ topic, num_partitions: 1, replication_factor: -1 }, 3_000, (error) =>
        resolve({ timedOut: error?.code === rdkafka.CODES.ERRORS.ERR__TIMED_OUT }),
      );
    });
  for (const topic of topics) if ((await create(topic)).timedOut) break;
  admin.disconnect();
}
