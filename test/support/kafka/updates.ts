/** What the writer's envelope "updates" left in a topic, read from outside. */
import type { Message } from "node-rdkafka";
import type { ClientSettings } from "./broker.ts";
import { consume, watermarks } from "./clients.ts";

export interface WrittenMessage {
  readonly text: string;
  readonly rows: readonly Record<string, unknown>[];
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: number;
}

/** All messages of one partition, in order. */
export async function writtenTo(
  settings: ClientSettings,
  topic: string,
  partition = 0,
): Promise<WrittenMessage[]> {
  const { low, high } = await watermarks(settings, topic, partition);
  if (high === low) return [];
  const partitions = partition + 1;
  // The other partitions are empty, or their messages are told apart below.
  const messages = await consume(settings, topic, { partitions, count: high - low, timeoutMs: 60_000 });
  return messages.filter((message) => message.partition === partition).map(written);
}

function written({ value, headers, size }: Message): WrittenMessage {
  const text = value?.toString() ?? "";
  const named = (headers ?? []).flatMap((header) => Object.entries(header));
  return {
    text,
    rows: JSON.parse(text),
    headers: Object.fromEntries(named.map(([name, bytes]) => [name, String(bytes)])),
    bytes: size,
  };
}
