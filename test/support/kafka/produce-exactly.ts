/** Messages with any keys and headers, which node-rdkafka's own `produce` cannot send. */
import { writeHeader } from "../../../connectors/kafka/produce/message-headers.ts";
import { BY_KEY, Outbox } from "../../../connectors/kafka/produce/outbox.ts";
import { Producer } from "../../../connectors/kafka/produce/producer.ts";
import type { ClientSettings } from "./broker.ts";

export interface ExactMessage {
  readonly value: Uint8Array | null;
  readonly key?: Uint8Array | null;
  readonly headers?: readonly (readonly [name: string, value: Uint8Array | null])[];
  readonly partition?: number;
}

/** Sends messages by the packed writer and waits until every one is acknowledged. */
export async function produceExactly(
  settings: ClientSettings,
  topic: string,
  messages: readonly ExactMessage[],
): Promise<void> {
  const ingest = process.env.TOWPATH_INGEST;
  process.env.TOWPATH_INGEST = "packed";
  const outbox = new Outbox();
  let failure: Error | null = null;
  const fail = (error: Error): void => {
    failure ??= error;
  };
  const listener = { fail, wake: () => {}, log: () => {} };
  const producer = await Producer.connect(settings, { topic, partition: null }, outbox, listener);
  if (ingest === undefined) delete process.env.TOWPATH_INGEST;
  else process.env.TOWPATH_INGEST = ingest;
  try {
    const index = producer.topic(topic);
    const ticket = producer.ticket(2);
    for (const { value, key = null, headers = [], partition = BY_KEY } of messages) {
      const { out } = outbox.begin();
      const part = (bytes: Uint8Array | null): [number, number] => {
        const start = out.used;
        if (bytes !== null) out.append(bytes);
        return [start, bytes === null ? -1 : out.used];
      };
      const [valueAt, valueEnd] = part(value);
      const [keyAt, keyEnd] = part(key);
      const headersAt = out.used;
      for (const [name, bytes] of headers) writeHeader(Buffer.from(name), bytes, out);
      outbox.add(index, partition, valueAt, valueEnd, keyAt, keyEnd, headersAt, out.used, ticket);
    }
    producer.commit(2, messages.length);
    await producer.drained();
    if (failure !== null) throw failure;
  } finally {
    await producer.close();
  }
}
