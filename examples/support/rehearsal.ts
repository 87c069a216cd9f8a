/** With an embedded broker nobody else can send or look, so the examples do both themselves. */
import * as pw from "towpath";

export interface Rehearsal {
  readonly settings: Readonly<Record<string, string>>;
  /** Feeds the input. */
  send(): Promise<void>;
  /** The output topic, printed message by message. */
  readonly topic: string;
  /** Whether this message of the output topic is the last. */
  isLast(message: string): boolean;
}

/** Runs the current graph, prints what arrives in its output topic, and ends after the last message. */
export async function rehearse({ settings, send, topic, isLast }: Rehearsal): Promise<void> {
  const ending = new AbortController();
  const running = pw.run({ signal: ending.signal, monitoring: "none" });
  const printing = printTopic(settings, topic, isLast, ending.signal);
  try {
    await Promise.race([running, Promise.all([send(), printing])]);
  } finally {
    ending.abort();
    await Promise.allSettled([running, printing]);
  }
  await running;
}

/** Prints every message of a topic as it stands there, up to the last. */
function printTopic(
  settings: Rehearsal["settings"],
  topic: string,
  isLast: Rehearsal["isLast"],
  signal: AbortSignal,
): Promise<unknown> {
  return pw.graph(async () => {
    const done = new AbortController();
    const messages = pw.kafka.read(settings, {
      topicNames: [topic],
      format: "raw",
      encoding: "utf8",
      commit: { marker: null, everyRows: 1 },
    });
    pw.subscribe(messages, {
      onChange({ row: { data } }) {
        console.log(`${topic} → ${data}`);
        if (data !== null && isLast(data)) done.abort();
      },
    });
    await pw.run({ signal: AbortSignal.any([signal, done.signal]), monitoring: "none" });
  });
}
