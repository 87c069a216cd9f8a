import type { Scenario } from "../scenario.ts";
import { workloads } from "../workload.ts";

/** `kill -9` at random moments: while it starts, recovers, commits or writes a checkpoint. */
export const killed: Scenario = {
  name: "killed",
  what: "kill -9 at a random moment",
  workloads: [workloads.grouped, workloads.aligned, workloads.keyed],
  rounds: [2, 50],
  run: async (world, rounds) => {
    for (let round = 0; round < rounds; round++) {
      world.start();
      // Every other kill may fall into the start and the recovery.
      if (round % 2 === 0) await world.working();
      await world.live(50, 2_500);
      await world.kill();
    }
    return rounds;
  },
};
