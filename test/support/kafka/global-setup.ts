/**
 * One real Apache Kafka for all suites that ask for it (shared-broker.ts), started when the first one does.
 *
 * Tests run in processes of their own, so they ask through a socket: each connection is answered with one line of
 * JSON, once the broker runs. Where Java or Maven is missing, the reason is printed and handed to the suites, which
 * skip with it; with CI=true the run fails instead.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { type KafkaBroker, startKafka } from "./broker.ts";
import { kafkaAvailable } from "./jars.ts";

/** How a suite gets at the broker. */
export type SharedKafka =
  | { readonly ok: true; readonly socket: string }
  | { readonly ok: false; readonly reason: string };

declare module "vitest" {
  export interface ProvidedContext {
    kafka: SharedKafka;
  }
}

/** Run by vitest once before all tests; returns what it runs after them. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const available = kafkaAvailable();
  if (!available.ok) {
    const line = `Tests against a real Apache Kafka are skipped. ${available.reason}.`;
    if (process.env.CI === "true") throw new Error(`${line} With CI=true that is an error.`);
    console.warn(line);
    project.provide("kafka", { ok: false, reason: available.reason });
    return async () => {};
  }
  let broker: Promise<KafkaBroker> | undefined;
  const dir = await mkdtemp(join(tmpdir(), "towpath-kafka-"));
  const socket = join(dir, "shared");
  const server = await listen(socket, () => {
    broker ??= startKafka();
    return broker;
  });
  project.provide("kafka", { ok: true, socket });
  return async () => {
    server.close();
    await rm(dir, { recursive: true, force: true });
    await (await broker?.catch(() => undefined))?.stop();
  };
}

function listen(path: string, start: () => Promise<KafkaBroker>): Promise<Server> {
  const server = createServer(async (connection) => {
    connection.on("error", () => {});
    try {
      const { settings, sasl } = await start();
      connection.end(JSON.stringify({ settings, sasl: sasl.settings }));
    } catch (error) {
      connection.end(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }));
    }
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => resolve(server));
  });
}
