/** A connected node-rdkafka producer, and how messages get into it. */
import { setTimeout as sleep } from "node:timers/promises";
import type { LibrdKafkaError, Metadata, Producer } from "node-rdkafka";
import { TowpathError } from "../../../lib/errors.ts";
import {
  addressOf,
  type ClientError,
  clientErrors,
  clientFailure,
  isAuthentication,
} from "../client/client-errors.ts";
import { type ErrorEvents, onErrorEvents } from "../client/client-events.ts";
import { type HookedClient, HookedSettings } from "../client/client-hooks.ts";
import { type ClientLibrary, loadClientLibrary } from "../client/client-library.ts";
import type { KafkaSettings } from "../client/options.ts";
import { redactText } from "../client/redact.ts";
import { trySettings } from "../client/try-settings.ts";
import { findPlugin, forcedIngest } from "../ingest/open-consumer.ts";
import { attachPress } from "../native/press.ts";
import type { ChunkSender } from "./chunk-sender.ts";
import { PackedSender } from "./packed-sender.ts";
import { PlainSender } from "./plain-sender.ts";
import type { ProducerConf } from "./producer-conf.ts";

/** A connected producer and the way to its messages. */
export interface ConnectedProducer {
  readonly raw: Producer;
  readonly sender: ChunkSender;
}

/** What calls a client makes of the script's functions, as long as the client is there. */
const hooks = new WeakMap<Producer, HookedSettings>();

/** A broker that has not answered by then is called unreachable. */
const CONNECT_MS = 8_000;
/** How long a topic that the broker makes on demand may take to come into being. */
const TOPIC_MS = 5_000;

/**
 * Connects; `topic` is asked about where it is known. `TOWPATH_INGEST=packed|plain` forces a way to send.
 *
 * Throws TP_KAFKA_UNREACHABLE, TP_KAFKA_AUTHENTICATION, TP_KAFKA_FAILED for settings that librdkafka refuses,
 * TP_KAFKA_INGEST where the forced way cannot be, TP_KAFKA_NATIVE_MISSING without node-rdkafka.
 */
export async function connectProducer(
  conf: ProducerConf,
  settings: KafkaSettings,
  topic: string | null,
): Promise<ConnectedProducer> {
  const library = await loadClientLibrary();
  checkCodec(library, settings);
  const forced = forcedIngest();
  const plugin = forced === "plain" ? null : findPlugin(library);
  if (plugin instanceof TowpathError && forced === "packed") throw notPacked(plugin);
  if (typeof plugin === "string") {
    const raw = createProducer(library, packedConf(conf, plugin), settings, false);
    await trySettings("producer", conf, settings);
    await handshake(raw, settings, topic);
    const press = attachPress((raw as { readonly name?: string }).name);
    if (press !== null) return { raw, sender: new PackedSender(press) };
    await disconnectProducer(raw);
    if (forced === "packed") throw notPacked(null);
  }
  const raw = await connectPlainProducer(conf, settings, topic);
  return { raw, sender: new PlainSender(raw) };
}

/** Connects a producer for node-rdkafka's own `produce`, with a delivery report for each message. Throws likewise. */
export async function connectPlainProducer(
  conf: ProducerConf,
  settings: KafkaSettings,
  topic: string | null,
): Promise<Producer> {
  const raw = createProducer(await loadClientLibrary(), conf, settings, true);
  await handshake(raw, settings, topic);
  return raw;
}

/** Which settings name a codec: librdkafka's own name and its alias. */
const codecSettings = ["compression.codec", "compression.type"] as const;

/** librdkafka's own refusal of a codec that it was built without says neither why nor what to do. */
function checkCodec({ features }: ClientLibrary, settings: KafkaSettings): void {
  const name = codecSettings.find((one) => settings[one] === "zstd");
  if (name === undefined || features.includes("zstd")) return;
  const there = ["gzip", "snappy", "lz4"].filter((codec) => features.includes(codec));
  throw new TowpathError("TP_BAD_ARGUMENT", `"${name}": "zstd" needs a librdkafka that was built with zstd`, {
    where: addressOf(settings),
    hint: `node-rdkafka's own was built without: take one of ${there.join(", ")}, or build node-rdkafka where libzstd and its headers are (Debian: libzstd-dev): npm rebuild node-rdkafka.`,
  });
}

/**
 * A user's own plugins stay in front. Delivered messages are counted by an interceptor, and need not come through the
 * client's queue as well: librdkafka's own thread lets go of them.
 */
function packedConf(conf: ProducerConf, plugin: string): ProducerConf {
  const own = conf.global["plugin.library.paths"];
  const paths = own === undefined ? plugin : `${own};${plugin}`;
  const added = { "plugin.library.paths": paths, "delivery.report.only.error": true };
  return { ...conf, global: { ...conf.global, ...added } };
}

function createProducer(
  library: ClientLibrary,
  conf: ProducerConf,
  settings: KafkaSettings,
  reports: boolean,
): Producer {
  try {
    const raw = new library.Producer(reports ? { ...conf.global, dr_cb: true } : conf.global, conf.topic);
    hooks.set(raw, new HookedSettings(raw as HookedClient, settings));
    return raw;
  } catch (error) {
    throw new TowpathError("TP_KAFKA_FAILED", redactText((error as Error).message, settings), {
      hint: "librdkafka refuses these settings; its CONFIGURATION.md says what each one takes.",
    });
  }
}

function notPacked(cause: TowpathError | null): TowpathError {
  const why = cause?.detail ?? "librdkafka did not load the packed writer";
  return new TowpathError(
    "TP_KAFKA_INGEST",
    `TOWPATH_INGEST=packed, but packed writing is not there: ${why}`,
    {
      hint: cause?.hint ?? "Leave TOWPATH_INGEST out.",
      cause: cause ?? undefined,
    },
  );
}

/**
 * What connecting itself reports is only that it failed; the reason comes as an error event before, when it is polled
 * for. Refused credentials end it at once; the client then gives up by itself in the background.
 */
async function handshake(producer: Producer, settings: KafkaSettings, topic: string | null): Promise<void> {
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
    await hooks.get(producer)?.connecting();
    await new Promise<void>((resolve, reject) => {
      let refused = false;
      onErrorEvents(producer as ErrorEvents, (error) => {
        reasons.push(error);
        refused ||= isAuthentication(error);
        if (refused) reject(clientFailure(error, settings));
      });
      const asked = topic === null ? { allTopics: false } : { topic };
      producer.connect({ ...asked, timeout: CONNECT_MS }, (error) => {
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

/**
 * The number of a topic's partitions. A broker that makes topics on demand makes it. Throws TP_KAFKA_TOPIC_UNKNOWN where
 * it does not, and what `clientFailure` makes of errors.
 */
export async function partitionsOf(
  producer: Producer,
  settings: KafkaSettings,
  topic: string,
): Promise<number> {
  const deadline = performance.now() + TOPIC_MS;
  for (;;) {
    const { topics } = await new Promise<Metadata>((resolve, reject) => {
      producer.getMetadata({ topic, timeout: TOPIC_MS }, (error: LibrdKafkaError | null, metadata) =>
        error ? reject(clientFailure(error, settings)) : resolve(metadata),
      );
    });
    const count = topics.find(({ name }) => name === topic)?.partitions.length ?? 0;
    if (count > 0) return count;
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
  hooks.get(producer)?.stop();
  return new Promise((resolve) => {
    if (producer.isConnected()) producer.disconnect(0, () => resolve());
    else resolve();
  });
}
