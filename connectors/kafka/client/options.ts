/**
 * librdkafka's settings as the user gives them: checked, split into what a consumer and a producer take, and completed
 * with the defaults that Towpath changes. Nothing is renamed and no value is touched.
 */
import { nearest } from "../../../lib/base/nearest.ts";
import { TowpathError } from "../../../lib/errors.ts";
import { type Property, propertyNames } from "./property-names.ts";

/** Settings by librdkafka's own names. */
export type KafkaSettings = Readonly<Record<string, string | number | boolean>>;

/** Which of the two clients settings are for. */
export type ClientRole = "consumer" | "producer";

/** The two configurations that node-rdkafka's clients are made from; the caller owns them. */
export interface ClientConf {
  readonly global: Record<string, string | number | boolean>;
  readonly topic: Record<string, string | number | boolean>;
}

/**
 * Defaults that differ from librdkafka's; a setting of the user (or of its alias) wins.
 *
 * With librdkafka's own, a full queue is refilled only after a second, and a reader that does any work per row drops
 * from 3.6 to 0.5 million messages a second (docs/decisions, "packed ingest"). `murmur2_random` is the Java clients'
 * partitioner, so that keys meet those of other producers. A fetch comes into memory whole, each message as an object of
 * librdkafka's: 8 MB of small messages are some 300,000 of them, and no faster than 2 MB (docs/decisions/0007-speed.md).
 * An idempotent producer has one request of a partition on its way at a time, so small messages need large batches:
 * `batch.size` bounds them (docs/decisions/0010-message-pipe.md).
 */
export const changedDefaults: Readonly<Record<ClientRole, KafkaSettings>> = {
  consumer: {
    "fetch.queue.backoff.ms": 1,
    "fetch.message.max.bytes": 2_097_152,
    "fetch.wait.max.ms": 10,
    "queued.max.messages.kbytes": 65_536,
  },
  producer: { "linger.ms": 5, "batch.num.messages": 100_000, partitioner: "murmur2_random" },
};

/** What other clients call things: their names are far from librdkafka's by any distance of letters. */
const foreignNames: Readonly<Record<string, string>> = {
  brokers: "bootstrap.servers",
  "sasl.jaas.config": "sasl.username",
  "ssl.truststore.location": "ssl.ca.location",
  "ssl.truststore.certificates": "ssl.ca.pem",
  "ssl.keystore.key": "ssl.key.pem",
  "ssl.keystore.certificate.chain": "ssl.certificate.pem",
  "buffer.memory": "queue.buffering.max.kbytes",
  "fetch.max.wait.ms": "fetch.wait.max.ms",
  "max.request.size": "message.max.bytes",
  "request.timeout": "socket.timeout.ms",
};

/**
 * Checks settings as a whole, for both clients.
 *
 * Throws TP_KAFKA_UNKNOWN_SETTING for a name that librdkafka does not have (naming the nearest one) or that only code
 * can set, TP_BAD_ARGUMENT for a value that is not text, number or boolean, TP_KAFKA_NO_BROKERS without an address.
 * With `plugin.library.paths` unknown names pass, because a plugin may bring its own.
 */
export function checkSettings(settings: KafkaSettings): void {
  if (typeof settings !== "object" || settings === null || Array.isArray(settings)) {
    throw new TowpathError("TP_BAD_ARGUMENT", "the Kafka settings are not an object", {
      hint: 'Give librdkafka\'s settings, such as { "bootstrap.servers": "host:9092" }.',
    });
  }
  for (const [name, value] of Object.entries(settings)) {
    checkName(name, settings);
    checkValue(name, value);
  }
  checkBrokers(settings);
}

function propertyOf(name: string): Property | undefined {
  return Object.hasOwn(propertyNames, name) ? propertyNames[name] : undefined;
}

function checkName(name: string, settings: KafkaSettings): void {
  const property = propertyOf(name);
  if (property === undefined && "plugin.library.paths" in settings) return;
  if (property === undefined) {
    throw new TowpathError("TP_KAFKA_UNKNOWN_SETTING", `librdkafka has no setting ${JSON.stringify(name)}`, {
      hint: hintFor(name),
    });
  }
  if (property.level === "callback") {
    throw new TowpathError(
      "TP_KAFKA_UNKNOWN_SETTING",
      `${JSON.stringify(name)} cannot be given as a setting`,
      {
        hint: "It is a callback that the connector itself installs. Remove it.",
      },
    );
  }
}

function hintFor(name: string): string {
  const meant = suggestion(name);
  const question = meant === undefined ? "" : `Did you mean ${JSON.stringify(meant)}? `;
  return `${question}librdkafka's CONFIGURATION.md lists all names.`;
}

/** The nearest name, however the words are joined: `bootstrapServers` is as good as `bootstrap.servers`. */
function suggestion(name: string): string | undefined {
  if (Object.hasOwn(foreignNames, name)) return foreignNames[name];
  const dotted = name
    .slice(0, 100)
    .replace(/([a-z])([A-Z])/g, "$1.$2")
    .replace(/[_\-\s]+/g, ".");
  const settable = Object.keys(propertyNames).filter((known) => propertyNames[known]?.level !== "callback");
  return nearest(dotted, settable);
}

/** The value itself stays out of the message: it may be a secret. */
function checkValue(name: string, value: unknown): void {
  if (typeof value === "string" || typeof value === "boolean" || Number.isFinite(value)) return;
  const what =
    value === undefined || value === null ? "has no value" : "is not a text, a number or a boolean";
  throw new TowpathError("TP_BAD_ARGUMENT", `the Kafka setting ${JSON.stringify(name)} ${what}`, {
    hint: "Give it one, or leave it out (is an environment variable unset?).",
  });
}

function checkBrokers(settings: KafkaSettings): void {
  const lists = [settings["bootstrap.servers"], settings["metadata.broker.list"]];
  if (lists.some((list) => /[^\s,]/.test(String(list ?? "")))) return;
  throw new TowpathError("TP_KAFKA_NO_BROKERS", "the Kafka settings name no broker", {
    hint: 'Give "bootstrap.servers", such as "host:9092", or several with commas between.',
  });
}

/**
 * The configurations of one client: the settings that concern its role, on the level where librdkafka has them, with
 * the changed defaults under them.
 *
 * Throws as `checkSettings` does.
 *
 * @example
 * const { global, topic } = clientConf("consumer", settings);
 * const consumer = new KafkaConsumer({ ...global, "enable.auto.commit": false }, topic);
 */
export function clientConf(role: ClientRole, settings: KafkaSettings): ClientConf {
  checkSettings(settings);
  const conf: ClientConf = { global: {}, topic: {} };
  const otherScope = role === "consumer" ? "P" : "C";
  for (const [name, value] of Object.entries({ ...appliedDefaults(role, settings), ...settings })) {
    const property = propertyOf(name);
    if (property?.scope === otherScope) continue;
    conf[property?.level === "topic" ? "topic" : "global"][name] = value;
  }
  return conf;
}

/** The changed defaults that hold beside these settings: those that the user set by neither name. */
export function appliedDefaults(role: ClientRole, settings: KafkaSettings): KafkaSettings {
  const given = new Set(Object.keys(settings).map(canonicalName));
  return Object.fromEntries(
    Object.entries(changedDefaults[role]).filter(([name]) => !given.has(canonicalName(name))),
  );
}

function canonicalName(name: string): string {
  return propertyOf(name)?.aliasOf ?? name;
}
