import { nearest } from "../../../lib/base/nearest.ts";
import { type ErrorCode, TowpathError } from "../../../lib/errors.ts";
import type { KafkaSettings } from "./options.ts";
import { propertyNames } from "./property-names.ts";
import { isTopicName } from "./topic-name.ts";

/** What an address says. */
export interface KafkaAddress {
  readonly settings: KafkaSettings;
  readonly topic: string;
}

const PORT = 9092;
const PORT_MAX = 65_535;
const hostName = /^(?:[a-zA-Z0-9_](?:[a-zA-Z0-9_.-]*[a-zA-Z0-9_])?\.?|\[[0-9a-fA-F:.]+\])$/;
const shortOptions: Readonly<Record<string, string>> = { ca: "ssl.ca.location", mechanism: "sasl.mechanism" };

/**
 * Reads `kafka://[user[:password]@]host[:port][,host[:port]]…/topic[?option=value&…]`: brokers, topic and the client's
 * settings. `kafkas://` is with TLS, and so is the option `tls=true`; with a user it is SASL, by SCRAM-SHA-256 unless
 * `mechanism` says otherwise; `ca` is the file of the certificate authority; any other option is a setting by
 * librdkafka's own name. User, password, topic and values may be percent-encoded.
 *
 * Throws TP_KAFKA_URI_SCHEME, TP_KAFKA_URI_HOST, TP_KAFKA_URI_PORT, TP_KAFKA_URI_TOPIC, TP_KAFKA_URI_OPTION, and
 * TP_KAFKA_URI for what is no address at all; a password is in none of them.
 *
 * @example
 * const { settings, topic } = pw.kafka.parseUri("kafka://localhost:9092/orders?fetch.wait.max.ms=5");
 */
export function parseUri(uri: string): KafkaAddress {
  if (typeof uri !== "string") throw failure("TP_KAFKA_URI", `an address is a text, not ${typeof uri}`);
  const scheme = /^([^:/?#]*):\/\//.exec(uri);
  if (scheme === null) throw failure("TP_KAFKA_URI", "an address begins with kafka://");
  if (scheme[1] !== "kafka" && scheme[1] !== "kafkas") {
    throw failure(
      "TP_KAFKA_URI_SCHEME",
      `the scheme ${JSON.stringify(scheme[1].slice(0, 40))} is not kafka or kafkas`,
    );
  }
  const rest = uri.slice(scheme[0].length);
  const [beforeQuery, ...query] = rest.split("?");
  // A password may hold a slash: hosts and topics have no @.
  const at = beforeQuery.lastIndexOf("@");
  const user = at < 0 ? null : beforeQuery.slice(0, at);
  const slash = beforeQuery.indexOf("/", at + 1);
  const hosts = beforeQuery.slice(at + 1, slash < 0 ? undefined : slash);
  const topic = slash < 0 ? "" : beforeQuery.slice(slash + 1);
  const brokers = brokersOf(hosts);
  const options = optionsOf(query.join("?"));
  const tls = scheme[1] === "kafkas" || options.tls;
  return {
    topic: topicOf(topic),
    settings: {
      "bootstrap.servers": brokers,
      ...protocol(tls, user !== null),
      ...(user === null ? {} : credentials(user)),
      ...options.settings,
    },
  };
}

function brokersOf(hosts: string): string {
  if (hosts === "") throw failure("TP_KAFKA_URI_HOST", "it names no host");
  return hosts.split(",").map(brokerOf).join(",");
}

function brokerOf(broker: string): string {
  const colon = broker.lastIndexOf(":");
  const hasPort = colon > broker.lastIndexOf("]");
  const host = hasPort ? broker.slice(0, colon) : broker;
  if (!hostName.test(host)) {
    throw failure(
      "TP_KAFKA_URI_HOST",
      host === "" ? "one of its hosts is empty" : "one of its hosts is no host name",
    );
  }
  if (!hasPort) return `${host}:${PORT}`;
  const port = broker.slice(colon + 1);
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > PORT_MAX) {
    throw failure("TP_KAFKA_URI_PORT", `the port of ${host} is not a number from 1 to ${PORT_MAX}`);
  }
  return `${host}:${Number(port)}`;
}

function topicOf(path: string): string {
  const topic = decoded(path.replace(/\/$/, ""), "TP_KAFKA_URI_TOPIC");
  if (topic === "") throw failure("TP_KAFKA_URI_TOPIC", "it names no topic");
  if (isTopicName(topic)) return topic;
  throw failure(
    "TP_KAFKA_URI_TOPIC",
    "a topic's name has letters, digits, dots, underscores and hyphens only, and at most 249 of them",
  );
}

function credentials(user: string): KafkaSettings {
  const colon = user.indexOf(":");
  const name = decoded(colon < 0 ? user : user.slice(0, colon), "TP_KAFKA_URI");
  const password = colon < 0 ? "" : decoded(user.slice(colon + 1), "TP_KAFKA_URI");
  return {
    "sasl.mechanism": "SCRAM-SHA-256",
    "sasl.username": name,
    ...(colon < 0 ? {} : { "sasl.password": password }),
  };
}

function protocol(tls: boolean, sasl: boolean): KafkaSettings {
  if (!tls && !sasl) return {};
  return { "security.protocol": `${sasl ? "sasl_" : ""}${tls ? "ssl" : "plaintext"}` };
}

function optionsOf(query: string): { readonly tls: boolean; readonly settings: KafkaSettings } {
  const settings: Record<string, string> = {};
  let tls = false;
  for (const part of query.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = decoded(equals < 0 ? part : part.slice(0, equals), "TP_KAFKA_URI_OPTION");
    const value = equals < 0 ? "" : decoded(part.slice(equals + 1), "TP_KAFKA_URI_OPTION");
    const setting = Object.hasOwn(shortOptions, name) ? shortOptions[name] : name;
    if (setting === "tls") tls = isTrue(value);
    else settings[checkedSetting(setting, settings)] = value;
  }
  return { tls, settings };
}

function isTrue(value: string): boolean {
  if (value === "true" || value === "false") return value === "true";
  throw failure("TP_KAFKA_URI_OPTION", 'the option tls is "true" or "false"');
}

function checkedSetting(name: string, given: Readonly<Record<string, string>>): string {
  const property = Object.hasOwn(propertyNames, name) ? propertyNames[name] : undefined;
  if (property === undefined || property.level === "callback") {
    const meant = nearest(name.slice(0, 100), [
      "tls",
      ...Object.keys(shortOptions),
      ...Object.keys(propertyNames),
    ]);
    const hint = meant === undefined ? undefined : `Did you mean ${meant}?`;
    throw failure("TP_KAFKA_URI_OPTION", `there is no option ${JSON.stringify(name.slice(0, 100))}`, hint);
  }
  if (name === "bootstrap.servers" || name === "metadata.broker.list") {
    throw failure("TP_KAFKA_URI_OPTION", "brokers stand before the topic, not among the options");
  }
  if (Object.hasOwn(given, name)) throw failure("TP_KAFKA_URI_OPTION", `the option ${name} is given twice`);
  return name;
}

function decoded(text: string, code: ErrorCode): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw failure(code, "a percent sign in it is not followed by two hexadecimal digits of a character");
  }
}

/** The address itself stays out of the message: it may hold a password. */
function failure(code: ErrorCode, detail: string, hint?: string): TowpathError {
  return new TowpathError(code, `the address of a topic cannot be used: ${detail}`, {
    hint: hint ?? "Write kafka://host:port/topic, such as kafka://localhost:9092/orders.",
  });
}
