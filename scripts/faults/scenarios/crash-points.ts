import { type CrashPoint, crashPoints } from "../../../lib/base/crash-points.ts";
import type { Scenario } from "../scenario.ts";
import { workloads } from "../workload.ts";
import { VictimFailed, type World } from "../world.ts";

const DIES_WITHIN_MS = 30_000;

/** Death at each named point of a commit, a checkpoint and a recovery. */
export const crashed: Scenario = {
  name: "crashed",
  what: `death at a named point: ${crashPoints.join(", ")}`,
  workloads: [workloads.grouped, workloads.keyed, workloads.aligned],
  rounds: [1, 10],
  run: async (world, rounds) => {
    for (let round = 0; round < rounds; round++) for (const point of crashPoints) await crashAt(world, point);
    return rounds * crashPoints.length;
  },
};

async function crashAt(world: World, point: CrashPoint): Promise<void> {
  if (point === "in-recovery") {
    // There must be something to recover first.
    world.start();
    await world.working();
    await world.live(50, 250);
    await world.kill();
  }
  const passage = point === "in-recovery" ? 1 : world.rng.between(1, 8);
  const victim = world.start({ TOWPATH_CRASH_AT: `${point}:${passage}` });
  const timer = setTimeout(() => victim.signal("SIGTERM"), DIES_WITHIN_MS);
  const end = await victim.ended;
  clearTimeout(timer);
  if (end.signal !== "SIGKILL") throw new VictimFailed(end);
}
