/** What is told of a message that was not delivered. */
import { TowpathError } from "../../../lib/errors.ts";
import { addressOf, clientErrors } from "../client/client-errors.ts";
import type { KafkaSettings } from "../client/options.ts";
import { redactText } from "../client/redact.ts";
import { QUEUE_FULL } from "./dispatcher.ts";

/** Where messages go; null: their rows say where. */
export interface Target {
  readonly topic: string | null;
  readonly partition: number | null;
}

export interface SendProblem {
  /** Of librdkafka; 0: delivered, but not behind the message before; null: only the text is known. */
  readonly code: number | null;
  readonly text: string;
  readonly topic?: string;
  readonly partition?: number;
  readonly bytes?: number;
}

const MESSAGE_TOO_LARGE = 10;

/** The error for the first message that was not delivered, while `outstanding` messages were not acknowledged. */
export function sendError(
  problem: SendProblem,
  outstanding: number,
  target: Target,
  settings: KafkaSettings,
): TowpathError {
  const {
    code,
    text,
    topic = target.topic ?? undefined,
    partition = target.partition ?? undefined,
  } = problem;
  const where = placeOf(topic, partition) ?? addressOf(settings);
  const detail = redactText(text, settings);
  const named = topic === undefined ? "the topic" : `topic ${topic}`;
  const lost = `${outstanding} messages were not acknowledged`;
  if (code === 0) {
    return new TowpathError(
      "TP_KAFKA_UNDELIVERED",
      `${named} has lost messages that it had acknowledged: an offset came twice`,
      { where, hint: "Was it deleted and made again while it was written? Run again to write all of it." },
    );
  }
  if (code === MESSAGE_TOO_LARGE || /message size too large/i.test(text)) return tooLarge(problem, where);
  if (code === clientErrors.topicAuthorization || /authorization failed/i.test(text)) {
    return new TowpathError("TP_KAFKA_AUTHORIZATION", `the broker refused a message: ${detail}`, {
      where,
      hint: "Give this user the right to write to the topic.",
    });
  }
  if (isUnknown(code, text)) {
    return new TowpathError(
      "TP_KAFKA_TOPIC_UNKNOWN",
      `the broker no longer has ${named}: ${lost} (${detail})`,
      {
        where,
        hint: "Was it deleted while it was written? Make it again and run again.",
      },
    );
  }
  const hint =
    code === QUEUE_FULL
      ? 'Raise "queue.buffering.max.kbytes" above the size of a message.'
      : `Is the broker at ${addressOf(settings)} up, and does it take messages for this topic?`;
  return new TowpathError("TP_KAFKA_UNDELIVERED", `${lost}: ${detail}`, { where, hint });
}

function isUnknown(code: number | null, text: string): boolean {
  const codes: readonly (number | null)[] = [
    clientErrors.unknownTopic,
    clientErrors.unknownPartition,
    clientErrors.unknownTopicOrPartition,
  ];
  return codes.includes(code) || /unknown (topic|partition)/i.test(text);
}

function placeOf(topic: string | undefined, partition: number | undefined): string | undefined {
  if (topic === undefined) return undefined;
  return partition === undefined || partition < 0
    ? `topic ${topic}`
    : `topic ${topic}, partition ${partition}`;
}

function tooLarge({ bytes }: SendProblem, where: string): TowpathError {
  const size = bytes === undefined ? "some size" : `${bytes} bytes`;
  const detail = `the broker refused a message of ${size}, or the batch that it was sent in, as too large`;
  return new TowpathError("TP_KAFKA_MESSAGE_TOO_LARGE", detail, {
    where,
    hint: "Set \"message.max.bytes\" in the settings to the topic's max.message.bytes, so that commits are split; or raise the topic's.",
  });
}
