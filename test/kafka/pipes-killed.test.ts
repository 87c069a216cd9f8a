import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { produce } from "../support/kafka/clients.ts";
import { describeOnBrokers } from "../support/kafka/describe-on-brokers.ts";
import { Rng, seedFrom } from "../support/rng.ts";
import { Script } from "../support/script.ts";

const KILLS = 3;

describeOnBrokers("a pipe in a group", ["real"], (broker) => {
  const seed = seedFrom("TOWPATH_TEST_SEED");

  it(`loses nothing when it is killed, or another takes over (TOWPATH_TEST_SEED=${seed})`, {
    timeout: 150_000,
  }, async () => {
    const rng = new Rng(seed);
    const topic = await broker.freshTopic(3);
    const uri = `kafka://${broker.settings["bootstrap.servers"]}/${topic}`;
    const folder = await mkdtemp(join(tmpdir(), "towpath-killed-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    let sent = 0;
    const send = async (): Promise<void> => {
      const messages = Array.from({ length: 500 }, (_, i) => ({ value: `m${sent + i}`, partition: i % 3 }));
      await produce(broker.settings, topic, messages);
      sent += messages.length;
    };
    const start = (name: string): Script =>
      new Script("test/support/kafka/pipe-script.ts", { args: [uri, `g-${topic}`, join(folder, name)] });
    for (let kill = 0; kill < KILLS; kill++) {
      const script = start(`killed-${kill}.jsonl`);
      await expect
        .poll(() => existsSync(join(folder, `killed-${kill}.jsonl`)), { timeout: 30_000 })
        .toBe(true);
      for (let i = 0; i < 4; i++) {
        await send();
        await sleep(rng.below(500));
      }
      script.signal("SIGKILL");
      await script.ended;
    }
    const first = start("first.jsonl");
    const second = start("second.jsonl");
    await send();
    await expect.poll(() => linesOf(folder).size, { timeout: 60_000, interval: 200 }).toBe(sent);
    for (const script of [first, second]) {
      script.signal("SIGTERM");
      expect((await script.ended).code).toBe(0);
    }
  });
});

/** The different whole lines of all files: a killed process may leave half of one. */
function linesOf(folder: string): ReadonlySet<string> {
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
  return new Set(texts.flatMap((text) => text.split("\n").slice(0, -1)));
}
