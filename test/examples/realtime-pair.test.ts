/** The pair of programs that the README begins with, each a process of its own, against a real Apache Kafka. */
import { describe, expect, it } from "vitest";
import { type ClientSettings, startKafka } from "../support/kafka/broker.ts";
import { consume, watermarks } from "../support/kafka/clients.ts";
import { sharedBroker, sharedBrokerAvailable } from "../support/kafka/shared-broker.ts";
import { runScript, Script } from "../support/script.ts";

const available = sharedBrokerAvailable();
const suite = `the pair on a real Kafka${available.ok ? "" : ` (skipped: ${available.reason})`}`;
/** The first test of a run that needs the broker waits for its start, and for the jars on a first run. */
const timeoutMs = 240_000;

const variables: Readonly<Record<string, string>> = {
  "bootstrap.servers": "KAFKA_BOOTSTRAP_SERVERS",
  "security.protocol": "KAFKA_SECURITY_PROTOCOL",
  "sasl.mechanism": "KAFKA_SASL_MECHANISM",
  "sasl.username": "KAFKA_SASL_USERNAME",
  "sasl.password": "KAFKA_SASL_PASSWORD",
  "ssl.ca.location": "KAFKA_SSL_CA_LOCATION",
};

describe.skipIf(!available.ok)(suite, () => {
  it(
    "writes each change of the sum as one message",
    async () => expectPairToWork((await sharedBroker()).settings),
    timeoutMs,
  );

  // A broker of its own, because the programs' topics have fixed names.
  it(
    "does so over SASL_SSL with SCRAM-SHA-256",
    async () => {
      await using broker = await startKafka();
      await expectPairToWork(broker.sasl.settings);
    },
    timeoutMs,
  );
});

/** Neither topic is there before: the programs make them. */
async function expectPairToWork(settings: ClientSettings): Promise<void> {
  const env = Object.fromEntries(Object.entries(settings).map(([name, value]) => [variables[name], value]));
  const summing = new Script("examples/realtime-kafka.ts", { env });
  const pace = { START_MS: "0", INTERVAL_MS: "50" };
  const generator = await runScript("examples/generating-kafka-stream.ts", { env: { ...env, ...pace } });
  expect(generator).toMatchObject({ code: 0, stderr: "" });

  const messages = await consume(settings, "sum", { count: 10 });
  const times = messages.map(({ value }) => JSON.parse(String(value))[0].time);
  expect(messages.map(({ value }) => String(value))).toEqual(expectedMessages(times));
  expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));

  summing.signal("SIGINT");
  expect((await summing.ended).code).toBe(0);
  expect(await watermarks(settings, "sum")).toEqual({ low: 0, high: 10 });
}

/** The messages for the numbers 0 to 9 at these times, byte for byte. */
function expectedMessages(times: readonly number[]): string[] {
  let sum = 0;
  return times.map((time, i) => {
    const before = `{"diff":-1,"sum":${sum},"time":${time}},`;
    sum += i;
    return `[${i === 0 ? "" : before}{"diff":1,"sum":${sum},"time":${time}}]`;
  });
}
