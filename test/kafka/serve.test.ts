/** The harness as a command, and its promise that no broker outlives whoever started it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { consume, partitionCount, produce } from "../support/kafka/clients.ts";
import { sharedBrokerAvailable } from "../support/kafka/shared-broker.ts";

const available = sharedBrokerAvailable();
const whenAvailable = available.ok ? describe : describe.skip;

interface Served {
  readonly child: ChildProcess;
  readonly facts: {
    readonly pid: number;
    readonly dir: string;
    readonly settings: Record<string, string>;
    readonly sasl: Record<string, string>;
  };
}

async function serve(...args: readonly string[]): Promise<Served> {
  const command = ["--import", "tsx", "test/support/kafka/serve.ts", ...args];
  const child = spawn(process.execPath, command, { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(createInterface(child.stdout), "line");
  return { child, facts: JSON.parse(line) };
}

/** Whether a process runs; one that has ended but was not yet waited for does not. */
function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!condition() && performance.now() < deadline) await sleep(50);
  expect(condition()).toBe(true);
}

whenAvailable(`serve.ts${available.ok ? "" : ` (skipped: ${available.reason})`}`, () => {
  it("serves both listeners until SIGTERM, then leaves nothing", { timeout: 120_000 }, async () => {
    const { child, facts } = await serve("--topic", "one", "--topic", "two:2");
    expect(await partitionCount(facts.settings, "two")).toBe(2);
    await produce(facts.sasl, "one", [{ value: "hello" }]);
    const [message] = await consume(facts.settings, "one", { count: 1 });
    expect(message?.value?.toString()).toBe("hello");
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(runs(facts.pid)).toBe(false);
    expect(existsSync(facts.dir)).toBe(false);
  });

  it("takes its broker and its folder along when it is killed", { timeout: 120_000 }, async () => {
    const { child, facts } = await serve();
    expect(runs(facts.pid)).toBe(true);
    child.kill("SIGKILL");
    await until(() => !runs(facts.pid));
    await until(() => !existsSync(facts.dir));
  });
});
