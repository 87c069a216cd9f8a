/**
 * Sends a stream of CSV messages to the topic connector_example: the header, then the numbers 0 to 9, each a commit.
 *
 *     KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092 npx tsx examples/generating-kafka-stream.ts
 *
 * START_MS (5000) passes before the first number, INTERVAL_MS (1000) before each.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { openBroker } from "./support/broker.ts";
import { Producer } from "./support/producer.ts";

const topic = "connector_example";

export interface Pace {
  readonly startMs: number;
  readonly intervalMs: number;
}

/** The pace that the environment asks for, else this one. */
export function paceFromEnvironment(otherwise: Pace): Pace {
  const { START_MS, INTERVAL_MS } = process.env;
  return {
    startMs: START_MS === undefined ? otherwise.startMs : Number(START_MS),
    intervalMs: INTERVAL_MS === undefined ? otherwise.intervalMs : Number(INTERVAL_MS),
  };
}

/** Sends the stream. */
export async function generateStream(settings: Readonly<Record<string, string>>, pace: Pace): Promise<void> {
  await using producer = await Producer.connect(settings);
  const send = async (message: string): Promise<void> => {
    await producer.send(topic, message);
    console.log(`${topic} ← ${message}`);
  };

  await send("value");
  await sleep(pace.startMs);
  for (let i = 0; i < 10; i++) {
    await sleep(pace.intervalMs);
    await send(String(i));
    await send("*COMMIT*");
  }
}

if (process.argv[1] === import.meta.filename) {
  await using broker = await openBroker([topic]);
  if (broker.isEmbedded) console.log("No KAFKA_BOOTSTRAP_SERVERS: this broker ends with the script.");
  await generateStream(broker.settings, paceFromEnvironment({ startMs: 5_000, intervalMs: 1_000 }));
}
