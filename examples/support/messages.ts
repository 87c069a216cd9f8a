/** What the examples of messages send before, and show after: only with a broker of their own, which nobody else can see. */
import * as pw from "towpath";

export interface Sent {
  readonly key?: string | null;
  readonly value: string | Buffer | null;
}

const Messages = pw.schema({ key: "str?", value: "bytes?" });

/** Sends messages to a topic; resolves when the broker has them. */
export function send(
  brokers: pw.kafka.KafkaSettings,
  topic: string,
  messages: readonly Sent[],
): Promise<unknown> {
  return pw.graph(() => {
    const rows = pw.input(Messages, { appendOnly: true });
    pw.kafka.output(rows, { brokers, topic });
    for (const { key = null, value } of messages)
      rows.insert({ key, value: typeof value === "string" ? Buffer.from(value) : value });
    rows.close();
    return pw.run({ monitoring: "none" });
  });
}

/** Prints every message that topics hold: key, value, and headers where it has any. */
export async function show(brokers: pw.kafka.KafkaSettings, ...topics: readonly string[]): Promise<void> {
  for (const topic of topics) {
    await pw.graph(() => {
      const messages = pw.kafka.source({ brokers, topics: topic, tail: false });
      pw.subscribe(messages, {
        onChange({ row: { key, value, headers } }) {
          const named = headers.map(([name, header]) => `${name}=${text(header)}`);
          console.log(
            `${topic} ← ${text(key)}: ${text(value)}${named.length === 0 ? "" : ` (${named.join(", ")})`}`,
          );
        },
      });
      return pw.run({ monitoring: "none" });
    });
  }
}

function text(bytes: Uint8Array | null): string {
  return bytes === null ? "null" : Buffer.from(bytes).toString();
}
