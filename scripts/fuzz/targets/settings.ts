import { clientConf, type KafkaSettings } from "../../../connectors/kafka/client/options.ts";
import { redactSettings, redactText } from "../../../connectors/kafka/client/redact.ts";
import type { ReadOptions } from "../../../connectors/kafka/read/read-options.ts";
import { read } from "../../../connectors/kafka/read.ts";
import { graph } from "../../../lib/plan/plan.ts";
import { schema } from "../../../lib/table/schema.ts";
import { mutated, texts } from "../mutate.ts";
import type { FuzzTarget } from "../target.ts";

const seeds = texts(
  '{"settings":{"bootstrap.servers":"h:1","sasl.password":"canary-secret","group.id":"g"},"options":{"topicNames":["t"],"format":"csv","valueColumns":["a","b"]}}',
  '{"settings":{"bootstrap.servers":"h:1","__proto__":{"polluted":1}},"options":{"topicNames":["t"],"format":"json","schema":{"a":"int","b":"str?"},"primaryKey":["a"],"commit":{"everyMs":5,"scope":"aligned"}}}',
  '{"settings":{"metadata.broker.list":"h:1","ssl.key.pem":"canary-secret"},"options":{"topicNames":["t","u"],"format":"raw","mode":"static","startFrom":{"t":{"0":5}},"partitions":{"index":0,"of":2},"onError":{"deadLetter":"d"}}}',
  '{"settings":{"bootstrap.servers":"h:1"},"options":{"topicNames":["t"],"format":"updates","valueColumns":["a"],"commit":{"maxPendingRows":5}}}',
);
const tokens = [
  '"format":',
  '"schema":',
  '"commit":{',
  '"startFrom":{"timestamp":',
  '"csv":{"delimiter":"',
  '"sasl.password":',
  "null",
  "[]",
  "{}",
  "-1",
  "1e9",
  '"*"',
];

/** Settings and options of pw.kafka.read, as objects of any shape: refused by name, and no secret in the words. */
export const settings: FuzzTarget = {
  name: "settings",
  make: (rng) => mutated(rng, seeds, tokens),
  run(bytes) {
    const given = parsed(bytes);
    if (given === null) return;
    const kafka = given.settings as KafkaSettings;
    try {
      redactSettings(Object.fromEntries(Object.entries(kafka ?? {})) as KafkaSettings);
      clientConf("consumer", kafka);
      clientConf("producer", kafka);
      const options = given.options as ReadOptions & { schema?: never };
      const columns = options?.schema === undefined ? {} : { schema: schema(options.schema) };
      graph(() => read(kafka, { ...options, ...columns } as ReadOptions));
    } catch (error) {
      const secret = (kafka as Record<string, unknown> | null)?.["sasl.password"];
      const text = String(error instanceof Error ? error.message : error);
      if (typeof secret === "string" && secret.length >= 8 && text.includes(secret)) {
        throw new Error(`a secret is in an error: ${redactText(text, kafka)}`);
      }
      throw error;
    }
  },
};

function parsed(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString());
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
