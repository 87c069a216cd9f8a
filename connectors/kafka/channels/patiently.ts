import { setTimeout as sleep } from "node:timers/promises";
import { TowpathError } from "../../../lib/errors.ts";

/** A broker takes seconds to open hundreds of partitions that were just made, and a coordinator to move. */
const SETTLED_MS = 30_000;
const AGAIN_MS = 100;

/** Asks again for a while where the answer may be another one when partitions and groups have found their brokers. */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  const until = performance.now() + SETTLED_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const code = error instanceof TowpathError ? error.code : null;
      const mayHelp = code === "TP_KAFKA_FAILED" || code === "TP_KAFKA_TOPIC_UNKNOWN";
      if (!mayHelp || performance.now() > until) throw error;
      await sleep(AGAIN_MS);
    }
  }
}
