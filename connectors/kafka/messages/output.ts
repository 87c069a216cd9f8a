import { TowpathError } from "../../../lib/errors.ts";
import { makeTuple } from "../../../lib/expressions/conditionals.ts";
import { Expression } from "../../../lib/expressions/expression.ts";
import type { NamesRead, Operand } from "../../../lib/expressions/types.ts";
import { addOutput } from "../../../lib/table/output.ts";
import { nodeOf, type TableMethods } from "../../../lib/table/table.ts";
import type { KafkaSettings } from "../client/options.ts";
import { knownNames } from "../client/read-arguments.ts";
import { redactSettings } from "../client/redact.ts";
import { isTopicName } from "../client/topic-name.ts";
import { producerConf } from "../produce/producer-conf.ts";
import { messageParts } from "./message-parts.ts";
import { MessageSink } from "./message-sink.ts";
import { type ClientOptions, saidBy, topicsOf } from "./source-options.ts";

export interface SinkOptions extends ClientOptions {
  /** The topic of messages that name none; default: every message names its own. */
  readonly topic?: string | null | undefined;
  /** Of received messages, whether their headers are sent on too; default false: key and value only. */
  readonly headers?: boolean | undefined;
  /** The output's name in logs; default: the topic. */
  readonly name?: string | undefined;
}

/** Where messages go, as `pw.kafka.sink` makes it. */
export class MessageTarget {
  readonly options: SinkOptions;

  constructor(options: SinkOptions) {
    this.options = options;
    Object.freeze(this);
  }
}

const optionNames = ["brokers", "config", "oauthBearer", "onStatistics", "topic", "headers", "name"] as const;

/**
 * Where `pw.kafka.output` sends messages to: brokers, and a topic for messages that name none.
 *
 * @throws TowpathError TP_BAD_ARGUMENT naming the option, TP_KAFKA_UNKNOWN_SETTING, TP_KAFKA_NO_BROKERS.
 * @example
 * const out = pw.kafka.sink({ brokers: ["localhost:19092"], topic: "out-topic" });
 * pw.kafka.output(messages, out);
 */
export function sink(options: SinkOptions): MessageTarget {
  checkSink(options, "pw.kafka.sink");
  return new MessageTarget({ ...options });
}

function checkSink(options: SinkOptions, call: string): void {
  saidBy(call, () => {
    const hint = "Give at least { brokers, topic }.";
    if (typeof options !== "object" || options === null)
      throw wrong("its options are not an object", call, hint);
    knownNames(options, optionNames, (name) => `${call} has no option "${name}"`);
    const { settings, topic } = targetOf(options);
    producerConf(settings);
    const { headers, name } = options;
    if (topic !== undefined && topic !== null && !isTopicName(topic))
      throw wrong(
        `topic cannot be ${JSON.stringify(topic) ?? String(topic)}`,
        call,
        "Give a topic's name, or none.",
      );
    if (headers !== undefined && typeof headers !== "boolean")
      throw wrong("headers is neither true nor false", call, "It says whether received headers are sent on.");
    if (name !== undefined && (typeof name !== "string" || name === ""))
      throw wrong("name is not a text", call, "Give one, or leave it out.");
  });
}

function targetOf(options: SinkOptions): { readonly settings: KafkaSettings; readonly topic: string | null } {
  const { settings, names } = topicsOf(
    options,
    [options.topic ?? null].filter((topic) => topic !== null),
  );
  return { settings, topic: names[0] ?? null };
}

function wrong(detail: string, where: string, hint: string): TowpathError {
  return new TowpathError("TP_BAD_ARGUMENT", detail, { where, hint });
}

/**
 * Sends each row of a table as a message, as it is, while `pw.run()` runs: its columns `key` and `value` (bytes, text or
 * null), and where it has them `topic`, `headers`, `partition` and `timestamp` (`pw.kafka.message` makes such rows); null
 * leaves the choice to the sink and the partitioner (`murmur2_random` by key, as Java's). Other columns are not sent.
 *
 * A table with a column `offset` is one of received messages: of those key and value are sent on, with `headers: true`
 * the headers too. A table of errors is sent as dead letters: key, value and headers as they came, and behind them the
 * headers `tp-error-code`, `tp-error-detail`, `tp-stage`, `tp-topic`, `tp-partition`, `tp-offset` and `tp-timestamp`.
 *
 * Messages arrive in the order of commits, at least once, and `pw.run()` resolves when all are acknowledged.
 *
 * @throws TowpathError as `pw.kafka.sink`; TP_BAD_SCHEMA for columns that no message can have, TP_GRAPH_RUNNING. From
 *   `pw.run()`: TP_KAFKA_TOPIC_INVALID for a message without a topic, TP_MESSAGE_INVALID, TP_KAFKA_HEADERS_INVALID,
 *   TP_MESSAGE_RETRACTED for a row that is taken back, TP_KAFKA_MESSAGE_TOO_LARGE, and all that `pw.kafka.write` has.
 * @example
 * pw.kafka.output(messages.select((c) => pw.kafka.message({ key: c.key, value: c.value, topic: "out" })), sink);
 */
export function output<C>(table: TableMethods<C>, to: MessageTarget | SinkOptions): void {
  if (!(to instanceof MessageTarget)) checkSink(to, "pw.kafka.output");
  const options = to instanceof MessageTarget ? to.options : to;
  const { headers = false } = options;
  const { settings, topic } = targetOf(options);
  const name = options.name ?? topic ?? "messages";
  const parts = messageParts(nodeOf(table).columns, headers);
  addOutput(table, {
    connector: "kafka",
    name,
    describe: { format: "messages", topic, headers, settings: redactSettings(settings) },
    create: (columns) => new MessageSink(columns, { name, settings, topic, parts }),
  });
}

type Headers =
  | Operand
  | Readonly<Record<string, Operand>>
  | readonly (readonly [name: string, value: Operand])[];

/** What a message to be sent is made of: columns, expressions or plain values. */
export interface MessageDraft {
  readonly key?: Operand;
  readonly value?: Operand;
  /** Default: the sink's. */
  readonly topic?: Operand;
  /** Values by name, or [name, value] in order, where names may repeat; or a column that lists them so. */
  readonly headers?: Headers;
  /** Default: the partitioner's choice by the key. */
  readonly partition?: Operand;
  /** Milliseconds since 1970; default: the time when it is sent. */
  readonly timestamp?: Operand;
}

type HeaderNames<H> = H extends Operand
  ? NamesRead<H>
  : H extends readonly (readonly [string, infer V])[]
    ? NamesRead<V>
    : NamesRead<H[keyof H]>;

/** The columns of a message, for `select`. */
export type MessageSelection<M> = {
  readonly [K in keyof M]: K extends "headers"
    ? M[K] extends Operand
      ? M[K]
      : Expression<unknown, HeaderNames<M[K]>>
    : M[K];
};

const draftNames = ["key", "value", "topic", "headers", "partition", "timestamp"] as const;

/**
 * The columns of a message to be sent, for `select`; `pw.kafka.output` says what they mean.
 *
 * @throws TowpathError TP_BAD_ARGUMENT for anything else than the parts of a message.
 * @example
 * orders.select((c) => pw.kafka.message({ key: c.id, value: c.text, topic: c.region, headers: { kind: "order" } }))
 */
export function message<const M extends MessageDraft>(parts: M): MessageSelection<M> {
  knownNames(parts, draftNames, (name) => `a message has no part "${name}"`);
  const { headers } = parts;
  const isPlain = headers === undefined || headers === null || headers instanceof Expression;
  if (isPlain || typeof headers !== "object" || headers instanceof Uint8Array)
    return parts as MessageSelection<M>;
  const listed: readonly (readonly [string, Operand])[] = Array.isArray(headers)
    ? headers
    : Object.entries(headers);
  const tuples = listed.map(([name, value]) => makeTuple(name, value));
  return { ...parts, headers: makeTuple(...tuples) } as unknown as MessageSelection<M>;
}
