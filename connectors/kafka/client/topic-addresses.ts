import { TowpathError } from "../../../lib/errors.ts";
import type { KafkaSettings } from "./options.ts";
import { parseUri } from "./uri.ts";

/** Topics by their names, and the settings that lead to them. */
export interface FoundTopics {
  readonly settings: KafkaSettings;
  readonly names: readonly string[];
}

const isAddress = (name: unknown): name is string => typeof name === "string" && name.includes("://");

/**
 * Topics that may be named by address (`kafka://host:port/topic`: see `parseUri`) wherever they may be by name. What an
 * address says wins over settings that were given; topics that are used together are of one cluster. What is no address is
 * left for others to check.
 *
 * Throws TP_KAFKA_URI and TP_KAFKA_URI_…; TP_BAD_ARGUMENT for addresses, or settings, of different brokers.
 */
export function findTopics(settings: KafkaSettings, names: readonly string[]): FoundTopics {
  // Wrong settings and wrong lists are for the checks that are to come.
  if (!Array.isArray(names) || !names.some(isAddress)) return { settings, names };
  let found: KafkaSettings = { ...settings };
  const plain = names.map((name) => {
    if (!isAddress(name)) return name;
    const address = parseUri(name);
    refuseOther(found, address.settings, address.topic);
    found = { ...found, ...address.settings };
    return address.topic;
  });
  return { settings: found, names: plain };
}

/** `findTopics` for one topic, which may also be said by something other than a text. */
export function findTopic<T>(
  settings: KafkaSettings,
  name: T,
): { settings: KafkaSettings; name: T | string } {
  if (!isAddress(name)) return { settings, name };
  const found = findTopics(settings, [name]);
  return { settings: found.settings, name: found.names[0] };
}

function refuseOther(given: KafkaSettings, found: KafkaSettings, topic: string): void {
  const brokers = given["bootstrap.servers"] ?? given["metadata.broker.list"];
  if (brokers === undefined || brokers === found["bootstrap.servers"]) return;
  throw new TowpathError(
    "TP_BAD_ARGUMENT",
    `the address of topic ${topic} leads to ${found["bootstrap.servers"]}, and the brokers are ${brokers}`,
    {
      hint: "Topics that are used together are of one cluster: leave the brokers to the address, or name the topic.",
    },
  );
}
