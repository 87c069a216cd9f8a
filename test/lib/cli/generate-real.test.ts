/** `towpath generate` on a real Apache Kafka: topics are created, credentials come from a file. */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { consume, partitionCount } from "../../support/kafka/clients.ts";
import { sharedBroker, sharedBrokerAvailable } from "../../support/kafka/shared-broker.ts";
import { runScript } from "../../support/script.ts";

const available = sharedBrokerAvailable();
const suite = `towpath generate on a real Kafka${available.ok ? "" : ` (skipped: ${available.reason})`}`;
/** The first test of a run that needs the broker waits for its start, and for the jars on a first run. */
const timeoutMs = 240_000;

describe.skipIf(!available.ok)(suite, () => {
  it(
    "creates the topic with its partitions, and takes settings from a file",
    async () => {
      const { sasl } = await sharedBroker();
      const topic = `generated-${randomUUID()}`;
      const folder = mkdtempSync(join(tmpdir(), "towpath-cli-"));
      const config = join(folder, "client.properties");
      const lines = Object.entries(sasl).map(([name, value]) => `${name} = ${value}`);
      writeFileSync(config, ["# for the tests", "", ...lines].join("\n"));
      const stream = ["--format", "csv", "--rows", "250", "--rate", "0", "--partitions", "3", "--json"];
      const args = ["generate", "--topic", topic, "--config", config, ...stream];
      const { code, stdout, stderr } = await runScript("lib/cli/main.ts", { args });
      rmSync(folder, { recursive: true });
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(JSON.parse(stdout)).toMatchObject({ topic, rows: 250, commits: 3, messages: 1 + 250 + 3 * 3 });
      expect(await partitionCount(sasl, topic)).toBe(3);
      const messages = await consume(sasl, topic, { partitions: 3, count: 260 });
      const rows = messages.filter(({ value }) => /^\d/.test(String(value)));
      expect(rows.map(({ value }) => Number.parseInt(String(value), 10)).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 250 }, (_, i) => i),
      );
    },
    timeoutMs,
  );
});
