import { setTimeout as sleep } from "node:timers/promises";
import type { Scenario } from "../scenario.ts";
import type { VictimProcess } from "../victim-process.ts";
import { workloads } from "../workload.ts";
import { VictimFailed, type World } from "../world.ts";

const MEMBERS_MAX = 3;
const EVERY_MS = 2_000;
const ENDS_WITHIN_MS = 20_000;
/** The session of a member that was killed takes 6 s to end, and a rebalance waits for it. */
const JOINS_WITHIN_MS = 15_000;

/** Members of a group come, go and die, so that its partitions change hands every two seconds. */
function rebalances(name: string, strategy: string, kinds: Scenario["workloads"]): Scenario {
  return {
    name,
    what: `members of a consumer group (${strategy}) that come, go and die every two seconds`,
    workloads: kinds,
    rounds: [4, 50],
    run: async (world, rounds) => {
      world.start({ STRATEGY: strategy });
      await world.live(3_000, 4_000);
      const others: VictimProcess[] = [];
      try {
        for (let round = 0; round < rounds; round++) {
          await change(world, others, strategy, round);
          await world.live(EVERY_MS, EVERY_MS);
          failIfOver(others);
        }
      } finally {
        for (const other of others) await other.kill();
      }
      return rounds;
    },
  };
}

/** A member is started, told to end or killed; one is always left. */
async function change(world: World, others: VictimProcess[], strategy: string, round: number): Promise<void> {
  if (others.length === 0 || (others.length < MEMBERS_MAX && world.rng.chance(0.4))) {
    const member = world.startBeside({ STRATEGY: strategy });
    others.push(member);
    await hasJoined(member);
    return;
  }
  const [member] = others.splice(world.rng.below(others.length), 1);
  if (round % 2 === 1) {
    await member.kill();
    return;
  }
  member.signal("SIGTERM");
  const timer = setTimeout(() => member.signal("SIGKILL"), ENDS_WITHIN_MS);
  const end = await member.ended;
  clearTimeout(timer);
  if (end.code !== 0) throw new VictimFailed(end);
}

/** It has been given partitions, which ends a rebalance; or there was none for it. */
async function hasJoined(member: VictimProcess): Promise<void> {
  const until = performance.now() + JOINS_WITHIN_MS;
  while (!member.words.includes("the group gives") && performance.now() < until) {
    if (member.isOver) throw new VictimFailed(await member.ended);
    await sleep(50);
  }
}

function failIfOver(members: readonly VictimProcess[]): void {
  const over = members.find(({ isOver }) => isOver);
  if (over !== undefined) throw new Error("a member of the group ended by itself");
}

export const groupRebalances: readonly Scenario[] = [
  rebalances("rebalances", "cooperative-sticky", [workloads.dealtTotals, workloads.dealtRows]),
  rebalances("rebalances eager", "range", [workloads.dealtRows, workloads.dealtTotals]),
];
