/** Every reader of bytes, for a moment, and the cases that failed once. `npm run fuzz` does it for long. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Hunt } from "../../scripts/fuzz/hunt.ts";
import { caseSeed, type FuzzTarget, problemOf } from "../../scripts/fuzz/target.ts";
import { targetCalled, targets } from "../../scripts/fuzz/targets/index.ts";
import { Rng, seedFrom } from "../support/rng.ts";

const seed = seedFrom("TOWPATH_TEST_SEED");
const MOMENT_MS = 1_500;
const corpus = fileURLToPath(new URL("corpus/", import.meta.url));

describe.each(targets.map((target) => [target.name, target] as const))("%s", (name, target) => {
  it(`takes anything (TOWPATH_TEST_SEED=${seed})`, { timeout: 60_000 }, async () => {
    const until = performance.now() + MOMENT_MS;
    let n = 0;
    do {
      const bytes = target.make(new Rng(caseSeed(seed, n)));
      expect(await problemOf(target, bytes), `case ${n} of seed ${seed}`).toBeNull();
      n++;
    } while (performance.now() < until);
    expect(n).toBeGreaterThan(5);
  });

  const folder = `${corpus}${name}`;
  const kept = existsSync(folder) ? readdirSync(folder) : [];
  it.each(kept)("takes %s, which failed once", { timeout: 30_000 }, async (file) => {
    expect(await problemOf(target, readFileSync(`${folder}/${file}`))).toBeNull();
  });
});

describe("the fuzzer itself", () => {
  const planted = targetCalled("planted") as FuzzTarget;
  const run = (kind: string) => problemOf(planted, Buffer.from(kind));

  it("finds a throw and a polluted prototype, and cleans up", async () => {
    expect(await run("fine")).toBeNull();
    expect(await run("throw")).toContain("TypeError: planted");
    expect(await run("pollute")).toContain("Object.polluted");
    expect("polluted" in {}).toBe(false);
    expect(await run("fine")).toBeNull();
  });

  it("makes a case again from its seed", () => {
    const [one, other] = [1, 1].map(() => targets[0].make(new Rng(caseSeed(7, 3))));
    expect(one).toEqual(other);
  });

  it("finds the case by which a process dies", { timeout: 120_000 }, async () => {
    const hunt = new Hunt("planted", 5);
    // Of seed 5, case 9 ends the process.
    const found = await hunt.turn();
    hunt.close();
    expect(found).toEqual([{ n: 9, problem: "the process ended with 7" }]);
  });
});
