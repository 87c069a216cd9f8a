/** Runs one suite against the embedded mock and a real Apache Kafka. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe } from "vitest";
import { type EmbeddedBroker, embedded } from "../../../connectors/kafka/embedded/embedded.ts";
import type { ClientSettings } from "./broker.ts";
import { createTopic } from "./create-topic.ts";
import { type SharedBroker, sharedBroker, sharedBrokerAvailable } from "./shared-broker.ts";

export type BrokerKind = "mock" | "real";

/** The broker of a suite. Its fields are there from the first `beforeAll` on. */
export interface TestBroker {
  readonly kind: BrokerKind;
  /** Client settings; on the real broker, those of the PLAINTEXT listener. */
  readonly settings: ClientSettings;
  /** Client settings for SASL_SSL with SCRAM-SHA-256; the mock has none, and throws. */
  readonly sasl: ClientSettings;
  /** Creates a topic under a name that no other test has; returns the name. */
  freshTopic(partitions?: number): Promise<string>;
}

/**
 * Describes `name` once for each kind of broker. A real broker that cannot be started here makes a skipped suite
 * whose name tells why.
 *
 * @example
 * describeOnBrokers("the writer", ["mock", "real"], (broker) => {
 *   it("writes", async () => {
 *     const topic = await broker.freshTopic(3);
 *     await produce(broker.settings, topic, [{ value: "x" }]);
 *   });
 * });
 */
export function describeOnBrokers(
  name: string,
  kinds: readonly BrokerKind[],
  suite: (broker: TestBroker) => void,
): void {
  for (const kind of kinds) {
    if (kind === "mock") describe(`${name} (embedded broker)`, () => onMock(suite));
    else describeOnReal(name, suite);
  }
}

function describeOnReal(name: string, suite: (broker: TestBroker) => void): void {
  const available = sharedBrokerAvailable();
  if (available.ok) describe(`${name} (real Kafka)`, () => onReal(suite));
  else describe.skip(`${name} (real Kafka; skipped: ${available.reason})`, () => onReal(suite));
}

/** Generous: the first suite that needs the real broker waits for its start, and for the jars on a first run. */
const startTimeoutMs = 180_000;

function onMock(suite: (broker: TestBroker) => void): void {
  let started: EmbeddedBroker | undefined;
  beforeAll(async () => {
    started = await embedded();
  }, startTimeoutMs);
  afterAll(async () => {
    await started?.[Symbol.asyncDispose]();
  });
  suite({
    kind: "mock",
    get settings() {
      return { "bootstrap.servers": present(started).bootstrap };
    },
    get sasl(): never {
      throw new Error("the embedded broker has no authentication: run this on the real one only");
    },
    async freshTopic(partitions = 1) {
      const topic = freshName();
      await present(started).createTopic(topic, partitions);
      return topic;
    },
  });
}

function onReal(suite: (broker: TestBroker) => void): void {
  let shared: SharedBroker | undefined;
  beforeAll(async () => {
    shared = await sharedBroker();
  }, startTimeoutMs);
  suite({
    kind: "real",
    get settings() {
      return present(shared).settings;
    },
    get sasl() {
      return present(shared).sasl;
    },
    async freshTopic(partitions = 1) {
      const topic = freshName();
      await createTopic(present(shared).settings, { name: topic, partitions, config: {} });
      return topic;
    },
  });
}

function freshName(): string {
  return `t-${randomUUID()}`;
}

function present<T>(broker: T | undefined): T {
  if (broker === undefined) throw new Error("the broker is there only within tests and hooks");
  return broker;
}
