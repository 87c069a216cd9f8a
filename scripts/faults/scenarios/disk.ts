import { open, readdir, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import type { Scenario } from "../scenario.ts";
import { workloads } from "../workload.ts";
import { VictimFailed, type World } from "../world.ts";

/**
 * No file may be written beyond so many bytes: writing the state fails in the middle of something. A checkpoint of the
 * workload takes 45,056 bytes; the file in which lmdb keeps its locks 8,272.
 */
const SMALLEST_LIMIT = 9_000;
const LARGEST_LIMIT = 44_000;
const FULL_WITHIN_MS = 60_000;

/** The disk of the state is full: the run must end and say so, and the next one with room must go on. */
export const diskFull: Scenario = {
  name: "disk full",
  what: "no room to write state, from some size of its files on (prlimit --fsize)",
  workloads: [workloads.grouped],
  rounds: [1, 5],
  run: async (world, rounds) => {
    for (let round = 0; round < rounds; round++) {
      if (round === 0) {
        world.start();
        await world.working();
        await world.kill();
      }
      const limit = world.rng.between(SMALLEST_LIMIT, LARGEST_LIMIT);
      const victim = world.start({}, ["prlimit", `--fsize=${limit}`]);
      const timer = setTimeout(() => victim.signal("SIGKILL"), FULL_WITHIN_MS);
      const end = await victim.ended;
      clearTimeout(timer);
      if (end.code !== 1 || !end.words.includes("TP_STATE_WRITE")) throw new VictimFailed(end);
      world.start();
      await world.working();
      await world.kill();
    }
    return rounds;
  },
};

/** A file of the state is cut or has a bit flipped while the victim is dead. */
export const damagedState: Scenario = {
  name: "damaged state",
  what: "a file of the state that is cut short or has a flipped bit: what is whole is used, or the run is refused",
  workloads: [workloads.grouped, workloads.keyed],
  rounds: [2, 10],
  run: async (world, rounds) => {
    for (let round = 0; round < rounds; round++) {
      world.start();
      await world.working();
      await world.live(300, 1_500);
      await world.kill();
      const undo = await damage(world);
      const victim = world.start();
      const refused = await Promise.race([victim.ended, world.working().catch(() => null)]);
      await world.kill();
      if (refused === undefined || refused === null) continue;
      if (refused.code !== 1 || !refused.words.includes("TP_STATE_")) throw new VictimFailed(refused);
      await undo();
    }
    return rounds;
  },
};

async function stateFiles(world: World): Promise<{ path: string; size: number }[]> {
  const entries = await readdir(world.orders.state, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(files.map(async (path) => ({ path, size: (await stat(path)).size })));
}

/**
 * Cuts or flips, and returns what takes it back. The journal's end is left alone: a record that is cut off there is
 * what a crash leaves behind, and nothing tells whether it had been on disk before.
 */
async function damage(world: World): Promise<() => Promise<void>> {
  const files = (await stateFiles(world)).filter(({ size }) => size > 0);
  const { path, size } = world.rng.pick(files);
  const file = await open(path, "r+");
  try {
    const before = Buffer.alloc(size);
    await file.read(before, 0, size, 0);
    const isJournal = path.includes("journal");
    if (!isJournal && world.rng.chance(0.5)) await truncate(path, world.rng.below(size));
    else {
      const at = world.rng.below(isJournal ? Math.ceil(size / 2) : size);
      await file.write(Buffer.of(before[at] ^ (1 << world.rng.below(8))), 0, 1, at);
    }
    return async () => {
      const again = await open(path, "r+");
      await again.write(before, 0, size, 0);
      await again.close();
    };
  } finally {
    await file.close();
  }
}
