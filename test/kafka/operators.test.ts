/** Operators as processes of their own: how a signal ends them, and what a crash leaves to the next. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished, vi } from "vitest";
import * as pw from "../../lib/index.ts";
import { describeOnBrokers } from "../support/kafka/describe-on-brokers.ts";
import { Script } from "../support/script.ts";

const schema = { type: "record", name: "Sample", fields: [{ name: "n", type: "int" }] } as const;
const lively = { heartbeatMs: 200, deadAfterMs: 20_000 };
/** A signal ends the process within this time. */
const STOP_MS = 5_000;

/** The mock broker lets only its own process create topics. */
describeOnBrokers("an operator", ["real"], (broker) => {
  /** What is before the operator, and behind it. */
  function around() {
    const name = randomUUID();
    const uri = (channel: string) => `kafka://${broker.settings["bootstrap.servers"]}/${channel}-${name}`;
    const writer = pw.channelWriter({ schema, uri: uri("in"), readers: ["double"], ...lively });
    const reader = pw.channelReader({ schema, uri: uri("out"), ...lively });
    onTestFinished(async () => {
      await Promise.allSettled([writer, reader].map((end) => end.close(new Error("the test is over"))));
    });
    const start = () =>
      new Script("test/support/kafka/operator-script.ts", { env: { FROM: uri("in"), TO: uri("out") } });
    return { writer, reader, start };
  }

  const isOpen = (script: Script) =>
    vi.waitFor(() => expect(script.printed).toContain("open"), { timeout: 30_000, interval: 20 });

  it("is ended in order by a signal", async () => {
    const { writer, reader, start } = around();
    const script = start();
    await Promise.all([writer.open(), reader.open(), isOpen(script)]);
    await writer.write([{ n: 1 }, { n: 2 }]);
    expect(await reader.take(1)).toEqual([{ n: 2 }]);
    expect(await reader.take(1)).toEqual([{ n: 4 }]);
    const before = performance.now();
    script.signal("SIGTERM");
    const { code, stdout, stderr } = await script.ended;
    expect(performance.now() - before).toBeLessThan(STOP_MS);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("stopped: 2 read, 2 written");
    expect(await reader.take(1)).toBe(null);
  }, 60_000);

  it("is ended by a signal while it waits for its peers", async () => {
    const { start } = around();
    const script = start();
    await sleep(3_000);
    expect(script.printed).toBe("");
    const before = performance.now();
    script.signal("SIGINT");
    const { code, stdout } = await script.ended;
    expect(performance.now() - before).toBeLessThan(STOP_MS);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "stopped: 0 read, 0 written\n" });
  }, 60_000);

  it("is killed again and again, and everything is doubled, at least once and in order", async () => {
    const { writer, reader, start } = around();
    let script = start();
    let count = 0;
    let isKilling = true;
    await Promise.all([writer.open(), reader.open(), isOpen(script)]);
    const writing = (async () => {
      while (isKilling) {
        await writer.write([{ n: count++ }]);
        if (count % 10 === 0) await sleep(10);
      }
      await writer.close();
    })();
    const taken: number[] = [];
    const reading = (async () => {
      for (let some = await reader.take(100); some !== null; some = await reader.take(100))
        taken.push(...some.map(({ n }) => n));
    })();
    for (let kills = 0; kills < 2; kills++) {
      await sleep(1_500);
      script.signal("SIGKILL");
      await script.ended;
      script = start();
      await isOpen(script);
    }
    isKilling = false;
    await Promise.all([writing, reading]);
    expect((await script.ended).stdout).toMatch(/completed/);
    const first = [...new Set(taken)];
    expect(first).toEqual(Array.from({ length: count }, (_, n) => 2 * n));
  }, 120_000);
});
