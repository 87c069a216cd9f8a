/** A pair of processes in a chain, the first of which is killed: the second's table is right at every commit. */
import { setTimeout as sleep } from "node:timers/promises";
import * as pw from "towpath";
import { expect, it } from "vitest";
import type { ClientSettings } from "../support/kafka/broker.ts";
import { produce } from "../support/kafka/clients.ts";
import { describeOnBrokers } from "../support/kafka/describe-on-brokers.ts";
import { type Commit, startReading } from "../support/kafka/reading.ts";
import { writtenTo } from "../support/kafka/updates.ts";
import { Rng, seedFrom } from "../support/rng.ts";
import { Script } from "../support/script.ts";

const seed = seedFrom("TOWPATH_FUZZ_SEED");
const COMMITS = 160;
const ACCOUNTS = 50;
const KILLS = 3;
/** Commits sent at a time. */
const STEP = 4;

interface Transfer {
  readonly from: number;
  readonly to: number;
  readonly amount: number;
}

/** Changes something: the balances after each commit are others. */
function randomCommit(rng: Rng, number: number): Transfer[] {
  const transfers = Array.from({ length: rng.between(1, 40) }, () => ({
    from: rng.below(ACCOUNTS),
    to: rng.below(ACCOUNTS),
    amount: rng.between(1, 1000),
  }));
  return [...transfers, { from: ACCOUNTS, to: ACCOUNTS + 1, amount: number + 1 }];
}

/** Balances as one text. */
function textOf(balances: ReadonlyMap<number, number>): string {
  return [...balances].sort(([a], [b]) => a - b).join(" ");
}

/** The balances after each commit, as texts, with the commits' numbers. */
function statesOf(commits: readonly (readonly Transfer[])[]): Map<string, number> {
  const balances = new Map<number, number>();
  const states = new Map<string, number>();
  commits.forEach((transfers, i) => {
    for (const { from, to, amount } of transfers) {
      balances.set(from, (balances.get(from) ?? 0) - amount);
      balances.set(to, (balances.get(to) ?? 0) + amount);
    }
    states.set(textOf(balances), i);
  });
  return states;
}

/** The second's table after each of its commits, as texts. */
function seenStates(commits: readonly Commit[]): string[] {
  const balances = new Map<number, number>();
  return commits.map(({ rows }) => {
    for (const { account, balance, diff } of rows) {
      if (diff !== -1) continue;
      expect(balances.get(Number(account))).toBe(balance);
      balances.delete(Number(account));
    }
    for (const { account, balance, diff } of rows) {
      if (diff === -1) continue;
      expect(balances.has(Number(account))).toBe(false);
      balances.set(Number(account), Number(balance));
    }
    return textOf(balances);
  });
}

async function send(
  settings: ClientSettings,
  topic: string,
  commits: readonly (readonly Transfer[])[],
): Promise<void> {
  const texts = commits.flatMap((transfers) => [
    ...transfers.map((transfer) => JSON.stringify(transfer)),
    "*COMMIT*",
  ]);
  await produce(
    settings,
    topic,
    texts.map((value) => ({ value })),
  );
}

describeOnBrokers("a chained pair", ["real"], (broker) => {
  it(`is right at every commit while the first is killed (TOWPATH_FUZZ_SEED=${seed})`, {
    timeout: 240_000,
  }, async () => {
    const rng = new Rng(seed);
    const [input, output] = [await broker.freshTopic(), await broker.freshTopic()];
    const commits = Array.from({ length: COMMITS }, (_, i) => randomCommit(rng, i));
    const bootstrap = broker.settings["bootstrap.servers"];
    const start = (): Script =>
      new Script("test/support/kafka/balances-script.ts", {
        env: { BOOTSTRAP: bootstrap, INPUT: input, OUTPUT: output },
      });

    const second = startReading(() =>
      pw.kafka.read(broker.settings, {
        topicNames: [output],
        format: "updates",
        schema: pw.schema({ account: pw.column({ type: "int", primaryKey: true }), balance: "int" }),
      }),
    );
    const restarts = (): number =>
      second.logs.filter((line) => line.includes("the writer began anew")).length;
    let first = start();
    for (let kill = 0, at = 0; at < COMMITS; kill++) {
      const until = kill === KILLS ? COMMITS : at + COMMITS / (KILLS + 1);
      const sending = (async () => {
        for (; at < until; at += STEP) {
          await send(broker.settings, input, commits.slice(at, at + STEP));
        }
      })();
      // In the middle of what it does: some of its commits are there, more are being sent and written.
      await second.until(() => restarts() === kill, 60_000);
      const before = second.commits.length;
      await second.until(() => second.commits.length > before + 5, 60_000);
      if (kill < KILLS) {
        await sleep(rng.below(200));
        first.signal("SIGKILL");
        await first.ended;
        first = start();
      }
      await sending;
    }

    const states = statesOf(commits);
    const last = [...states.keys()].at(-1);
    let lookedAt = 0;
    await second.until(() => {
      if (second.rows.length === lookedAt) return false;
      lookedAt = second.rows.length;
      return seenStates(second.commits).at(-1) === last;
    }, 60_000);
    first.signal("SIGTERM");
    await first.ended;
    await second.stop();

    const seen = seenStates(second.commits).map((state) => states.get(state));
    expect(seen).not.toContain(undefined);
    expect(seen.at(-1)).toBe(COMMITS - 1);
    expect(restarts()).toBe(KILLS);
    // One step after the other, but where a new process began with the first commit again.
    const steps = seen.map((state, i) => Number(state) - Number(seen[i - 1] ?? -1));
    const jumps = seen.filter((_, i) => steps[i] !== 1);
    expect(jumps).toEqual(Array.from({ length: KILLS }, () => 0));
    // The test would prove little if each commit fitted a message.
    const written = await writtenTo(broker.settings, output);
    expect(written.some(({ headers }) => headers.parts !== undefined)).toBe(true);
  });
});
