/** What librdkafka's error codes mean for a source: which end a run, which only take time, and what to tell the user. */
import { type ErrorCode, TowpathError } from "../../../lib/errors.ts";
import type { KafkaSettings } from "./options.ts";
import { redactText } from "./redact.ts";

/** The codes of `rd_kafka_resp_err_t` (rdkafka.h) that are told apart here; the negative ones are the client's own. */
export const clientErrors = {
  partitionEof: -191,
  transport: -195,
  resolve: -193,
  unknownPartition: -190,
  unknownTopic: -188,
  allBrokersDown: -187,
  timedOut: -185,
  ssl: -181,
  authentication: -169,
  fatal: -150,
  maxPollExceeded: -147,
  autoOffsetReset: -140,
  offsetOutOfRange: 1,
  unknownTopicOrPartition: 3,
  leaderNotAvailable: 5,
  notLeader: 6,
  requestTimedOut: 7,
  coordinatorLoading: 14,
  coordinatorNotAvailable: 15,
  notCoordinator: 16,
  topicAuthorization: 29,
  groupAuthorization: 30,
  clusterAuthorization: 31,
  saslAuthentication: 58,
} as const;

/** An error as node-rdkafka or the packed reader hands it out. */
export interface ClientError {
  readonly code: number;
  readonly message: string;
}

const passing: ReadonlySet<number> = new Set([
  clientErrors.transport,
  clientErrors.resolve,
  clientErrors.allBrokersDown,
  clientErrors.timedOut,
  clientErrors.maxPollExceeded,
  clientErrors.leaderNotAvailable,
  clientErrors.notLeader,
  clientErrors.requestTimedOut,
  // Of no concern to a directly assigned consumer.
  clientErrors.groupAuthorization,
]);

/** Whether librdkafka goes on by itself, so that a running source needs to do nothing. */
export function isPassing({ code }: ClientError): boolean {
  return passing.has(code);
}

const settling: ReadonlySet<number> = new Set([
  clientErrors.unknownTopicOrPartition,
  clientErrors.leaderNotAvailable,
  clientErrors.notLeader,
  clientErrors.coordinatorLoading,
  clientErrors.coordinatorNotAvailable,
  clientErrors.notCoordinator,
]);

/** Whether the same request may work in a moment: a topic was just made, a leader or coordinator is being elected. */
export function isSettling({ code }: ClientError): boolean {
  return settling.has(code);
}

/** Whether the broker refused who we say we are: waiting does not help. */
export function isAuthentication({ code }: ClientError): boolean {
  return code === clientErrors.authentication || code === clientErrors.saslAuthentication;
}

/** The addresses that settings name. */
export function addressOf(settings: KafkaSettings): string {
  return String(settings["bootstrap.servers"] ?? settings["metadata.broker.list"] ?? "");
}

/** The error that ends a run, for an error of the client; secrets of `settings` are masked. */
export function clientFailure(
  { code, message }: ClientError,
  settings: KafkaSettings,
  where = addressOf(settings),
): TowpathError {
  const [name, hint] = meaningOf(code);
  const text = redactText(stripped(message), settings);
  const detail =
    name === "TP_KAFKA_OFFSET_OUT_OF_RANGE" ? `the broker no longer has the next offset: ${text}` : text;
  return new TowpathError(name, detail, { where, hint });
}

function meaningOf(code: number): readonly [ErrorCode, string] {
  switch (code) {
    case clientErrors.authentication:
    case clientErrors.saslAuthentication:
      return ["TP_KAFKA_AUTHENTICATION", 'Check "sasl.username", "sasl.password" and "sasl.mechanism".'];
    case clientErrors.topicAuthorization:
      return ["TP_KAFKA_AUTHORIZATION", "Give this user the right to read and describe the topic."];
    case clientErrors.unknownTopic:
    case clientErrors.unknownPartition:
    case clientErrors.unknownTopicOrPartition:
      return ["TP_KAFKA_TOPIC_UNKNOWN", "Was the topic deleted while it was read?"];
    case clientErrors.autoOffsetReset:
    case clientErrors.offsetOutOfRange:
      return ["TP_KAFKA_OFFSET_OUT_OF_RANGE", offsetHint];
    case clientErrors.ssl:
      return ["TP_KAFKA_UNREACHABLE", 'Check "security.protocol" and "ssl.ca.location".'];
    case clientErrors.transport:
    case clientErrors.resolve:
    case clientErrors.allBrokersDown:
    case clientErrors.timedOut:
      return ["TP_KAFKA_UNREACHABLE", 'Check that a broker listens there and that "security.protocol" fits.'];
    default:
      return ["TP_KAFKA_FAILED", "See the message of the Kafka client."];
  }
}

/** What to do about an offset that the broker does not have. */
export const offsetHint =
  'Messages are gone (retention, or the topic was made anew). To go on with those that are left, set "auto.offset.reset": "earliest", or start with startFrom: "earliest".';

/** librdkafka's texts begin with where they come from, and may end with a full stop, as ours do. */
function stripped(message: string): string {
  return message
    .trim()
    .replace(/^(?:Local|Broker): /, "")
    .replace(/\.$/, "");
}
