import { type CrashPoint, crashPoints } from "../../../lib/base/crash-points.ts";
import type { Scenario } from "../scenario.ts";
import { workloads } from "../workload.ts";
import { VictimFailed } from "../world.ts";

const DIES_WITHIN_MS = 30_000;

/** Death at one named point of a commit, a checkpoint or a recovery. */
function crashingAt(point: CrashPoint): Scenario {
  return {
    name: `crash ${point}`,
    what: `death at the point "${point}"`,
    workloads: [workloads.grouped, workloads.keyed, workloads.aligned],
    rounds: [1, 5],
    run: async (world, rounds) => {
      if (point === "in-recovery") {
        // There must be something to recover first.
        world.start();
        await world.working();
        await world.live(50, 250);
        await world.kill();
      }
      for (let round = 0; round < rounds; round++) {
        const passage = point === "in-recovery" ? 1 : world.rng.between(1, 8);
        const victim = world.start({ TOWPATH_CRASH_AT: `${point}:${passage}` });
        const timer = setTimeout(() => victim.signal("SIGTERM"), DIES_WITHIN_MS);
        const end = await victim.ended;
        clearTimeout(timer);
        if (end.signal !== "SIGKILL") throw new VictimFailed(end);
      }
      return rounds;
    },
  };
}

export const crashes: readonly Scenario[] = crashPoints.map(crashingAt);
