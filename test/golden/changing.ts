import { Rng } from "../support/rng.ts";

interface Lot {
  readonly seed: number;
  /** How many keys rows may have; few, so that they meet. */
  readonly keys: number;
  readonly commits: number;
}

/** A drawing of a table of k, n and w whose rows come, change and go by lot; in a commit about half of its keys. */
export function changing({ seed, keys, commits }: Lot): string {
  const rng = new Rng(seed);
  const live = new Map<number, string>();
  const lines = [" | k | n | w | __time__ | __diff__"];
  for (let time = 2; time <= 2 * commits; time += 2) {
    for (let key = 1; key <= keys; key++) {
      if (rng.chance(0.5)) continue;
      const old = live.get(key);
      if (old !== undefined) lines.push(`${key} | ${old} | ${time} | -1`);
      live.delete(key);
      if (old !== undefined && rng.chance(0.4)) continue;
      const row = `${rng.pick([..."abc"])} | ${rng.below(6)} | ${rng.pick([..."xyz"])}`;
      live.set(key, row);
      lines.push(`${key} | ${row} | ${time} | 1`);
    }
  }
  return lines.join("\n");
}
