/** A connected node-rdkafka producer whose topic and partition are known to be there. */
import { setTimeout as sleep } from "node:timers/promises";
import type { LibrdKafkaError, Metadata, Producer } from "node-rdkafka";
import { TowpathError } from "../../lib/errors.ts";
import {
  addressOf,
  type ClientError,
  clientErrors,
  clientFailure,
  isAuthentication,
} from "./client-errors.ts";
import { type ErrorEvents, onErrorEvents } from "./client-events.ts";
import { type ClientLibrary, loadClientLibrary } from "./client-library.ts";
import type { KafkaSettings } from "./options.ts";
import type { ProducerConf } from "./producer-conf.ts";
import { redactText } from "./redact.ts";

/** Where all messages of a producer go. */
export interface Target {
  readonly topic: string;
  readonly partition: number;
}

/** A broker that has not answered by then is called unreachable. */
const CONNECT_MS = 8_000;
/** How long a topic that the broker makes on demand may take to come into being. */
const TOPIC_MS = 5_000;

/**
 * Connects. Throws TP_KAFKA_UNREACHABLE, TP_KAFKA_AUTHENTICATION, TP_KAFKA_TOPIC_UNKNOWN, TP_KAFKA_FAILED for settings
 * that librdkafka refuses, and TP_BAD_ARGUMENT for a partition that the topic does not have.
 */
export async function connectProducer(
  conf: ProducerConf,
  settings: KafkaSettings,
  target: Target,
): Promise<Producer> {
  const producer = createProducer(await loadClientLibrary(), conf, settings);
  await handshake(producer, settings, target.topic);
  try {
    await checkPartition(producer, settings, target);
  } catch (error) {
    await disconnectProducer(producer);
    throw error;
  }
  return producer;
}

function createProducer(library: ClientLibrary, conf: ProducerConf, settings: KafkaSettings): Producer {
  try {
    return new library.Producer({ ...conf.global, dr_cb: true }, conf.topic);
  } catch (error) {
    throw new TowpathError("TP_KAFKA_FAILED", redactText((error as Error).message, settings), {
      hint: "librdkafka refuses these settings; its CONFIGURATION.md says what each one takes.",
    });
  }
}

/**
 * What connecting itself reports is only that it failed; the reason comes as an error event before, when it is polled
 * for. Refused credentials end it at once; the client then gives up by itself in the background.
 */
async function handshake(producer: Producer, settings: KafkaSettings, topic: string): Promise<void> {
  const reasons: ClientError[] = [];
  const polling = setInterval(() => {
    if (producer.isConnected()) producer.poll();
  }, 50);
  const failure = (error: ClientError): TowpathError => {
    const told = reasons.filter(({ code }) => code !== clientErrors.allBrokersDown);
    const { code, detail, hint } = clientFailure(told.at(-1) ?? error, settings);
    return new TowpathError(code, `the broker did not answer: ${detail}`, {
      where: addressOf(settings),
      hint,
    });
  };
  try {
    await new Promise<void>((resolve, reject) => {
      let refused = false;
      onErrorEvents(producer as ErrorEvents, (error) => {
        reasons.push(error);
        refused ||= isAuthentication(error);
        if (refused) reject(clientFailure(error, settings));
      });
      producer.connect({ topic, timeout: CONNECT_MS }, (error) => {
        if (error) reject(failure(error));
        else if (refused) disconnectProducer(producer);
        else resolve();
      });
    });
  } finally {
    clearInterval(polling);
    producer.removeAllListeners("event.error");
    producer.removeAllListeners("event.log");
  }
}

async function checkPartition(producer: Producer, settings: KafkaSettings, target: Target): Promise<void> {
  const { topic, partition } = target;
  const deadline = performance.now() + TOPIC_MS;
  for (;;) {
    const { topics } = await new Promise<Metadata>((resolve, reject) => {
      producer.getMetadata({ topic, timeout: TOPIC_MS }, (error: LibrdKafkaError | null, metadata) =>
        error ? reject(clientFailure(error, settings)) : resolve(metadata),
      );
    });
    const count = topics.find(({ name }) => name === topic)?.partitions.length ?? 0;
    if (partition < count) return;
    if (count > 0) {
      throw new TowpathError("TP_BAD_ARGUMENT", `topic ${topic} has no partition ${partition}`, {
        where: addressOf(settings),
        hint: count === 1 ? "Its only partition is 0." : `Its partitions are 0 to ${count - 1}.`,
      });
    }
    if (performance.now() > deadline) {
      throw new TowpathError(
        "TP_KAFKA_TOPIC_UNKNOWN",
        `the broker has no topic ${topic}, and did not create it`,
        {
          where: addressOf(settings),
          hint: "Create the topic, or check its name and that this user may see it.",
        },
      );
    }
    await sleep(100);
  }
}

/** Its flush is given no time: what is outstanding has either been delivered or must not be. */
export function disconnectProducer(producer: Producer): Promise<void> {
  return new Promise((resolve) => {
    if (producer.isConnected()) producer.disconnect(0, () => resolve());
    else resolve();
  });
}
