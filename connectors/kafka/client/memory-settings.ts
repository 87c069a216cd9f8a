import type { SinkMemory, SourceMemory } from "../../../lib/io/memory-budget.ts";
import type { KafkaSettings } from "./options.ts";
import { propertyNames } from "./property-names.ts";

/** librdkafka takes no smaller fetches than these. */
const FETCH_BYTES_MIN = 64 << 10;
const FETCH_BYTES_MAX = 2 << 20;

/** Settings that keep a consumer's queue within its share; what the user set wins. */
export function consumerMemory(settings: KafkaSettings, memory: SourceMemory | undefined): KafkaSettings {
  if (memory === undefined) return settings;
  // A fetch goes into the queue whole, beyond its bound.
  const fetch = Math.max(FETCH_BYTES_MIN, Math.min(FETCH_BYTES_MAX, memory.queueBytes >> 2));
  return withDefaults(settings, {
    "queued.max.messages.kbytes": Math.max(1, (memory.queueBytes >> 10) - (fetch >> 10)),
    "fetch.message.max.bytes": fetch,
    "fetch.max.bytes": Math.max(fetch, maxMessageBytes(settings)),
  });
}

/** Settings that keep a producer's queue within its share; what the user set wins. */
export function producerMemory(settings: KafkaSettings, memory: SinkMemory | undefined): KafkaSettings {
  if (memory === undefined) return settings;
  return withDefaults(settings, { "queue.buffering.max.kbytes": Math.max(1, memory.outputBytes >> 10) });
}

/** librdkafka refuses a fetch.max.bytes below it. */
function maxMessageBytes(settings: KafkaSettings): number {
  return Number(settings["message.max.bytes"] ?? 1_000_000);
}

function withDefaults(settings: KafkaSettings, defaults: KafkaSettings): KafkaSettings {
  const canonical = (name: string): string =>
    (Object.hasOwn(propertyNames, name) ? propertyNames[name]?.aliasOf : undefined) ?? name;
  const given = new Set(Object.keys(settings).map(canonical));
  const missing = Object.entries(defaults).filter(([name]) => !given.has(canonical(name)));
  return { ...settings, ...Object.fromEntries(missing) };
}
