/** The one real broker of this test run (global-setup.ts). */
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { inject } from "vitest";
import type { ClientSettings } from "./broker.ts";
import type { Availability } from "./jars.ts";

/** Client settings of the shared broker's two listeners. */
export interface SharedBroker {
  /** PLAINTEXT. */
  readonly settings: ClientSettings;
  /** SASL_SSL with SCRAM-SHA-256. */
  readonly sasl: ClientSettings;
}

/** Whether this run has a real broker, and why not. Decides at collection time whether a suite is skipped. */
export function sharedBrokerAvailable(): Availability {
  const kafka = inject("kafka");
  return kafka.ok ? { ok: true } : kafka;
}

/**
 * The shared broker; the first call of a run starts it (some seconds). Other suites use it at the same time: use
 * topics of your own, and never stop it (`startKafka` gives a broker of your own).
 */
export async function sharedBroker(): Promise<SharedBroker> {
  const kafka = inject("kafka");
  if (!kafka.ok) throw new Error(kafka.reason);
  const answer = JSON.parse(await text(connect(kafka.socket)));
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer;
}
