import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { consume, watermarks } from "../support/kafka/clients.ts";
import { describeOnBrokers } from "../support/kafka/describe-on-brokers.ts";
import { Rng, seedFrom } from "../support/rng.ts";
import { Script } from "../support/script.ts";
import { waitForPrint } from "../support/wait-for-print.ts";

const COUNT = 3_000;
const program = "test/support/kafka/channel-script.ts";
const all = Array.from({ length: COUNT }, (_, n) => n);

describeOnBrokers("a channel whose ends are killed", ["real"], (broker) => {
  const seed = seedFrom("TOWPATH_TEST_SEED");

  async function channel() {
    const name = `c-${randomUUID()}`;
    const uri = `kafka://${broker.settings["bootstrap.servers"]}/${name}`;
    const folder = await mkdtemp(join(tmpdir(), "towpath-channel-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const fileOf = (place: string): string => join(folder, `${place.replaceAll(":", "-")}.txt`);
    return {
      write: (pauseMs = 2) =>
        new Script(program, { args: ["write", uri, "", String(COUNT), String(pauseMs)] }),
      read: (place: string, pauseMs = 0) =>
        new Script(program, { args: ["read", uri, `${place}:${fileOf(place)}`, "0", String(pauseMs)] }),
      /** What all openings of a reader have read, in order. */
      linesOf: (place: string): number[] =>
        existsSync(fileOf(place)) ? readFileSync(fileOf(place), "utf8").trim().split("\n").map(Number) : [],
      /** What the topics hold: each number once, whoever was killed. */
      async expectExact(): Promise<void> {
        for (const [group, partitions] of [
          ["mean", 2],
          ["max", 1],
        ] as const) {
          const topic = `${name}.${group}`;
          for (let partition = 0; partition < partitions; partition++) {
            const { high } = await watermarks(broker.settings, topic, partition);
            expect(high, `${topic} ${partition}`).toBe(COUNT / partitions);
          }
          const messages = await consume(broker.settings, topic, { partitions, count: COUNT });
          const numbers = messages.map(({ headers = [] }) => {
            const bytes = headers.map((header) => header["tp-seq"]).find((value) => value !== undefined);
            return Number(String(bytes));
          });
          expect(numbers.sort((a, b) => a - b)).toEqual(all);
        }
      },
    };
  }

  /** Resolves with what it printed; fails where it did not end in order. */
  async function end(script: Script): Promise<string> {
    const { code, stdout, stderr } = await script.ended;
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    return stdout;
  }

  async function kill(script: Script): Promise<void> {
    script.signal("SIGKILL");
    await script.ended;
  }

  const places = ["mean:0:2", "mean:1:2", "max:0:1"];
  const membersOf = {
    "mean:0:2": all.filter((n) => n % 2 === 0),
    "mean:1:2": all.filter((n) => n % 2 === 1),
  };
  const ofMember = (place: string): number[] => membersOf[place as keyof typeof membersOf] ?? all;

  it(`writes each record once, whenever its writer dies (TOWPATH_TEST_SEED=${seed})`, {
    timeout: 180_000,
  }, async () => {
    const rng = new Rng(seed);
    const { read, write, linesOf, expectExact } = await channel();
    // Waiting for readers.
    const waiting = write();
    await waitForPrint(waiting, "opened");
    await sleep(rng.below(1_500));
    await kill(waiting);
    const readers = places.map((place) => read(place));
    // In the middle of writing.
    for (let death = 0; death < 3; death++) {
      const writing = write();
      await waitForPrint(writing, "started at");
      await sleep(20 + rng.below(400));
      await kill(writing);
    }
    // While it closes, or just before or after that.
    const stopping = write(0);
    await waitForPrint(stopping, "stopping");
    await sleep(rng.below(120));
    await kill(stopping);
    const last = write();
    // It may have closed before it was killed: then readers have ended, and it need not come back.
    const ends = Promise.all(readers.map(end));
    await Promise.race([ends, last.ended]);
    await ends;
    for (const place of places) expect(linesOf(place)).toEqual(ofMember(place));
    await expectExact();
  });

  it(`brings each record to each reader, whenever that dies (TOWPATH_TEST_SEED=${seed})`, {
    timeout: 180_000,
  }, async () => {
    const rng = new Rng(seed + 1);
    const { read, write, linesOf, expectExact } = await channel();
    const steady = ["mean:1:2", "max:0:1"].map((place) => read(place));
    const victim = "mean:0:2";
    // While it opens.
    const opening = read(victim);
    await waitForPrint(opening, "opened");
    await sleep(rng.below(800));
    await kill(opening);
    let reader = read(victim);
    const writer = write();
    await waitForPrint(writer, "started at");
    // In the middle of reading.
    for (let death = 0; death < 2; death++) {
      const before = linesOf(victim).length;
      await expect.poll(() => linesOf(victim).length, { timeout: 30_000 }).toBeGreaterThan(before + 20);
      await sleep(rng.below(300));
      await kill(reader);
      reader = read(victim);
    }
    await end(writer);
    // When it has read all, or nearly so, and closes.
    await expect.poll(() => linesOf(victim).at(-1), { timeout: 30_000 }).toBe(COUNT - 2);
    await sleep(rng.below(60));
    await kill(reader);
    await Promise.all(steady.map(end));
    // It may have said that it is done, or not: with another run, which has nothing to add, all end either way.
    await Promise.all([...places.map((place) => read(place)), write()].map(end));
    for (const place of ["mean:1:2", "max:0:1"]) expect(linesOf(place)).toEqual(ofMember(place));
    const lines = linesOf(victim);
    expect([...new Set(lines)]).toEqual(ofMember(victim));
    // Only what was read since the last commit comes again: a stretch for each kill, in order.
    const turns = lines.filter((n, i) => i > 0 && n <= (lines[i - 1] as number));
    expect(turns.length).toBeLessThanOrEqual(4);
    await expectExact();
  });
});
