/** Runs that are held up by a broker or a reader: they end in bounded time, and take bounded memory. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type KafkaBroker, startKafka } from "../support/kafka/broker.ts";
import { produce } from "../support/kafka/clients.ts";
import { sharedBrokerAvailable } from "../support/kafka/shared-broker.ts";
import { Script } from "../support/script.ts";
import { waitForPrint } from "../support/wait-for-print.ts";

const long = { timeout: 240_000 };
const available = sharedBrokerAvailable();
const describeReal = available.ok ? describe : describe.skip;
const why = available.ok ? "" : ` (skipped: ${available.reason})`;

/** Starting node and tsx takes seconds on a busy machine; ending does not, but the process has to get its turns. */
const SLACK_MS = 5_000;

describeReal(`a run that is held up${why}`, () => {
  let kafka: KafkaBroker;
  let topics = 0;

  beforeAll(async () => {
    kafka = await startKafka();
  }, 120_000);
  afterAll(async () => await kafka?.stop());

  async function newTopic(): Promise<string> {
    const name = `bounds-${++topics}`;
    // A broker that was away takes its time to be one again.
    await vi.waitFor(() => kafka.createTopic(name), { timeout: 120_000, interval: 500 });
    return name;
  }

  async function start(
    mode: string,
    messages: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ) {
    const [input, output] = [await newTopic(), await newTopic()];
    await produce(
      kafka.settings,
      input,
      messages.map((value) => ({ value })),
    );
    const names = { BOOTSTRAP: kafka.bootstrap, INPUT: input, OUTPUT: output, MODE: mode };
    const script = new Script("test/support/kafka/bounds-script.ts", { env: { ...names, ...env } });
    return { script, input };
  }

  async function endOf(script: Script) {
    const startedAt = performance.now();
    const ended = await script.ended;
    return { ...ended, ms: performance.now() - startedAt };
  }

  const row = (n: number) => JSON.stringify({ n, text: "x" });

  it.each(["SIGSTOP", "SIGKILL"] as const)(
    "by a broker after %s, ends within stopTimeoutMs and says what was not delivered",
    long,
    async (fault) => {
      const { script } = await start("write", [row(1), "*COMMIT*"], { STOP_MS: "2000" });
      await waitForPrint(script, '"seen":1');
      await kafka.kill(fault);
      script.signal("SIGTERM");
      const { code, stderr, ms } = await endOf(script);
      if (fault === "SIGSTOP") await kafka.kill("SIGCONT");
      else await kafka.restart();
      expect(ms).toBeLessThan(3_000 + SLACK_MS);
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /TP_STOP_TIMEOUT: the run did not end within 2000 ms \(output .*: 1 messages to topic bounds-\d+ at .* not delivered/,
      );
    },
  );

  it("by a broker, ends at once by a second signal", long, async () => {
    const { script } = await start("write", [row(1), "*COMMIT*"], { STOP_MS: "60000" });
    await waitForPrint(script, '"seen":1');
    await kafka.kill("SIGSTOP");
    script.signal("SIGTERM");
    await sleep(300);
    script.signal("SIGTERM");
    const { code, ms } = await endOf(script);
    await kafka.kill("SIGCONT");
    expect(code).toBe(143);
    expect(ms).toBeLessThan(SLACK_MS);
  });

  it("by a dead letter topic, ends within stopTimeoutMs", long, async () => {
    const { script, input } = await start("letters", [row(1), "*COMMIT*"], { STOP_MS: "2000" });
    await waitForPrint(script, '"seen":1');
    await produce(kafka.settings, input, [{ value: "bad" }, { value: "*COMMIT*" }]);
    await kafka.kill("SIGSTOP");
    script.signal("SIGTERM");
    const { ms } = await endOf(script);
    await kafka.kill("SIGCONT");
    expect(ms).toBeLessThan(3_000 + SLACK_MS);
  });

  it("by a slow reader, keeps within its memory, tells of it, and loses nothing", long, async () => {
    // 200 MB in commits of 1,000 rows: several times what the run may hold.
    const text = "x".repeat(1_000);
    const commits = 200;
    const messages: string[] = [];
    for (let n = 0; n < commits * 1_000; n++) {
      messages.push(JSON.stringify({ n, text }));
      if (n % 1_000 === 999) messages.push("*COMMIT*");
    }
    const { script } = await start("hold", messages, { MEMORY_MB: "32" });
    await waitForPrint(script, "stall: output slow");
    await sleep(3_000);
    const rss = () =>
      [...script.printed.matchAll(/"rss":(\d+)/g)].map(([, bytes]) => Number(bytes) / (1 << 20));
    const held = rss();
    script.signal("SIGUSR2");
    await waitForPrint(script, `"seen":${commits * 1_000}`, 120_000);
    script.signal("SIGTERM");
    expect((await script.ended).code).toBe(0);
    // What node, tsx and librdkafka take by themselves, and the limit.
    const base = held[0];
    expect(Math.max(...held)).toBeLessThan(Math.max(base, 150) + 32);
    // Flat: the last ones are not above those before.
    expect(held.at(-1)).toBeLessThan((held.at(-3) ?? 0) + 5);
  });
});
