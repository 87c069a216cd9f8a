/** The configuration of the writing client: order and acknowledgement are kept whatever goes wrong. */
import { TowpathError } from "../../../lib/errors.ts";
import { type ClientConf, clientConf, type KafkaSettings } from "../client/options.ts";
import { propertyNames } from "../client/property-names.ts";

export interface ProducerConf extends ClientConf {
  /** A message that has not been acknowledged for this long ends the run; Infinity: never. */
  readonly deliveryTimeoutMs: number;
  /** The largest payload that fits one message with our headers. */
  readonly payloadBytesMax: number;
}

/** librdkafka's own default of message.timeout.ms. */
const DELIVERY_TIMEOUT_MS = 300_000;
/** librdkafka's own default of message.max.bytes. */
const MESSAGE_BYTES = 1_000_000;
/**
 * What a broker counts beside the payload when one message is alone in its batch: 61 bytes of batch header
 * (kafka.apache.org/documentation, "Record Batch"), at most 35 of record header, and our own headers, below 150.
 */
const MESSAGE_OVERHEAD = 512;

/**
 * The producer's configuration for these settings. Throws as `clientConf` does, and TP_BAD_ARGUMENT for a
 * `transactional.id`.
 *
 * - A retry must not overtake the message behind it: `enable.idempotence` is on, and `enable.gapless.guarantee`, so
 *   that nothing is sent behind a message that the broker refused. Where the user's own settings exclude idempotence,
 *   one request at a time (`max.in.flight=1`) keeps the order.
 * - librdkafka's `message.timeout.ms` gives up message by message, and might still deliver the ones behind. So its own
 *   is switched off, and the user's (or the usual 300 s) is a deadline for the whole output (producer.ts).
 */
export function producerConf(settings: KafkaSettings): ProducerConf {
  const { global, topic } = clientConf("producer", settings);
  if (global["transactional.id"] !== undefined) {
    throw new TowpathError(
      "TP_BAD_ARGUMENT",
      'the setting "transactional.id" cannot be used by pw.kafka.write',
      {
        hint: "It writes outside transactions, with delivery at least once: leave the setting out.",
      },
    );
  }
  const given = (name: string): string | undefined => settingOf(settings, name);
  const timeout = Number(given("message.timeout.ms") ?? DELIVERY_TIMEOUT_MS);
  delete topic["delivery.timeout.ms"];
  return {
    global: { ...orderDefaults(given), ...global, "delivery.report.only.error": false },
    topic: { ...topic, "message.timeout.ms": 0 },
    deliveryTimeoutMs: timeout === 0 ? Number.POSITIVE_INFINITY : timeout,
    payloadBytesMax: Number(given("message.max.bytes") ?? MESSAGE_BYTES) - MESSAGE_OVERHEAD,
  };
}

function orderDefaults(given: (name: string) => string | undefined): KafkaSettings {
  const inFlight = given("max.in.flight.requests.per.connection");
  const excluded =
    !["all", "-1", undefined].includes(given("request.required.acks")) ||
    Number(inFlight ?? 1) > 5 ||
    given("message.send.max.retries") === "0" ||
    given("queuing.strategy") === "lifo";
  const wanted = given("enable.idempotence");
  if (wanted === "true" || (wanted === undefined && !excluded)) {
    return { "enable.idempotence": true, "enable.gapless.guarantee": true };
  }
  return inFlight === undefined ? { "max.in.flight": 1 } : {};
}

/** A setting as text, by its own name or an alias; undefined where the user did not give it. */
function settingOf(settings: KafkaSettings, name: string): string | undefined {
  for (const [key, value] of Object.entries(settings)) {
    const property = Object.hasOwn(propertyNames, key) ? propertyNames[key] : undefined;
    if (key === name || property?.aliasOf === name) return String(value);
  }
  return undefined;
}
