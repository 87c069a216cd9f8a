import { setTimeout as sleep } from "node:timers/promises";
import type { Scenario } from "../scenario.ts";
import { workloads } from "../workload.ts";

/** The broker is killed and started again under a victim that goes on. */
export const brokerKilled: Scenario = {
  name: "broker killed",
  what: "kill -9 of the broker, which comes back",
  workloads: [workloads.grouped, workloads.aligned],
  rounds: [1, 2],
  run: async (world, rounds) => {
    world.start();
    for (let round = 0; round < rounds; round++) {
      await world.working();
      await world.live(500, 2_000);
      await world.broker.kill("SIGKILL");
      await sleep(world.rng.between(0, 2_000));
      await world.broker.restart("SIGKILL");
    }
    await world.working();
    return rounds;
  },
};

/** The broker ends in good order and comes back. */
export const brokerRestarted: Scenario = {
  name: "broker restarted",
  what: "an orderly restart of the broker",
  workloads: [workloads.keyed],
  rounds: [1, 2],
  run: async (world, rounds) => {
    world.start();
    for (let round = 0; round < rounds; round++) {
      await world.working();
      await world.live(500, 2_000);
      await world.broker.restart("SIGTERM");
    }
    return rounds;
  },
};

/** The broker stands still for some seconds; in every second round the victim dies meanwhile. */
export const brokerPaused: Scenario = {
  name: "broker paused",
  what: "a broker that stands still for seconds, and a victim that may die meanwhile",
  workloads: [workloads.grouped, workloads.keyed],
  rounds: [2, 4],
  run: async (world, rounds) => {
    for (let round = 0; round < rounds; round++) {
      world.start();
      await world.working();
      await world.live(100, 1_000);
      await world.broker.kill("SIGSTOP");
      try {
        await world.live(1_000, 4_000);
        if (round % 2 === 1) await world.kill();
      } finally {
        await world.broker.kill("SIGCONT");
      }
      await world.live(500, 1_500).catch(() => {});
      await world.kill();
    }
    return rounds;
  },
};
