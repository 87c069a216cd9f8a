import { describe, expect, test, vi } from "vitest";
import { Captures } from "../../lib/persistence/capture.ts";
import { type PageHash, pageHash } from "../../lib/persistence/page-hash.ts";
import { TooManyRows } from "../oracle/plan.ts";
import type { CapturedChange } from "../support/capture.ts";
import { EngineRun, type SourceChanges } from "../support/engine-run.ts";
import { MemoryStore } from "../support/memory-store.ts";
import { Rng, seedFrom } from "../support/rng.ts";
import type { ProgramPlan } from "./build-plan.ts";
import { buildByHand, buildByTables } from "./build-tables.ts";
import { sourceKeyWords } from "./engine-key.ts";
import { randomProgram } from "./random-program.ts";
import { decodeValue, type ProgramSpec } from "./spec.ts";

// Nobody looks at the lines of generated programs, and finding them is a third of the time.
vi.mock("../../lib/base/source-site.ts", async (importOriginal) => ({
  ...(await importOriginal<object>()),
  userSite: () => null,
}));

/** A new place at every run; TOWPATH_FUZZ_SEED goes back to one. */
const seed = seedFrom("TOWPATH_FUZZ_SEED");
const programs = Number(process.env.TOWPATH_FUZZ_RESTARTS ?? 1_000);

describe(`programs that are restarted again and again, from seed ${seed}`, () => {
  test(`${programs} write what they write without`, { timeout: 300_000 }, async () => {
    const hash = await pageHash();
    for (let i = 0; i < programs; i++) {
      const programSeed = (seed + i) % 0x1_0000_0000;
      const rng = new Rng(programSeed);
      const program = randomProgram(rng);
      try {
        checkRestarts(program, rng, hash);
      } catch (error) {
        if (error instanceof TooManyRows) continue;
        throw new Error(`program ${programSeed}: ${(error as Error).message}`, { cause: error });
      }
    }
  });
});

/** One run goes through, another dies at random commits; what they write at a time must be the same. */
function checkRestarts(program: ProgramSpec, rng: Rng, hash: PageHash): void {
  const build = rng.chance(0.5) ? buildByHand : buildByTables;
  const commits = [...program.commits, ...program.commits.map((_, i) => retraction(program, i))].map(
    (commit) => changesOf(program, commit),
  );
  const { outputs, sources } = build(program);
  const whole = new EngineRun(outputs, sources);
  const expected = commits.map((changes, i) => texts(whole.step(2 * (i + 1), changes)));
  const mortal = new MortalRun(() => build(program), hash);
  for (let at = 0; at < commits.length; at++) {
    expect(texts(mortal.step(at, commits[at] as SourceChanges)), `commit ${at}`).toEqual(expected[at]);
    if (rng.chance(0.4)) mortal.checkpoint(at);
    if (!rng.chance(0.4)) continue;
    for (let again = mortal.die(rng.chance(0.3)); again <= at; again++) {
      expect(texts(mortal.step(again, commits[again] as SourceChanges)), `commit ${again} again`).toEqual(
        expected[again],
      );
    }
  }
}

/** A run over two stores that are written in turn, as the ones on disk. */
class MortalRun {
  readonly #build: () => ProgramPlan;
  readonly #hash: PageHash;
  #run: EngineRun;
  #captures: Captures;
  /** Newest first; `next` is the first commit that the state is without. */
  #stores: { readonly store: MemoryStore; readonly next: number }[] = [];

  constructor(build: () => ProgramPlan, hash: PageHash) {
    this.#build = build;
    this.#hash = hash;
    this.#run = this.#create();
    this.#captures = new Captures(hash);
  }

  step(commit: number, changes: SourceChanges): CapturedChange[][] {
    return this.#run.step(2 * (commit + 1), changes);
  }

  checkpoint(after: number): void {
    const store = this.#stores[1]?.store ?? new MemoryStore();
    store.update(this.#captures, (writer) => this.#run.save(writer));
    const anew = new MemoryStore();
    anew.update(new Captures(this.#hash), (writer) => this.#run.save(writer));
    expect(store.contents(), "what is written page by page is what is there").toEqual(anew.contents());
    this.#stores = [{ store, next: after + 1 }, ...this.#stores.slice(0, 1)];
  }

  /** Goes on from the newest checkpoint, or where that is `damaged` from the one before; returns the next commit. */
  die(damaged: boolean): number {
    const found = this.#stores[damaged ? 1 : 0];
    this.#run = this.#create();
    this.#captures = new Captures(this.#hash);
    if (found !== undefined) this.#run.load(found.store.image(this.#hash).reader());
    this.#stores = [];
    return found?.next ?? 0;
  }

  #create(): EngineRun {
    const { outputs, sources } = this.#build();
    return new EngineRun(outputs, sources);
  }
}

/** What takes a commit back, where its sources can: the commits of a program, undone in the end. */
function retraction({ sources, commits }: ProgramSpec, back: number): ProgramSpec["commits"][number] {
  const changes = commits[commits.length - 1 - back] as ProgramSpec["commits"][number];
  return changes
    .filter(({ source }) => sources[source]?.appendOnly === false)
    .map((change) => ({ ...change, diff: change.diff === 1 ? -1 : 1 }) as const)
    .reverse();
}

function changesOf({ sources }: ProgramSpec, commit: ProgramSpec["commits"][number]): SourceChanges {
  return sources.map((_, number) =>
    commit
      .filter(({ source }) => source === number)
      .map(({ key, row, diff }) => ({ key: sourceKeyWords(number, key), row: row.map(decodeValue), diff })),
  );
}

/** Changes of each output as texts; the order of a commit's deletions, and of its insertions, says nothing. */
function texts(written: readonly CapturedChange[][]): string[][] {
  const textOf = (change: CapturedChange): string =>
    JSON.stringify(change, (_, value) => (typeof value === "bigint" ? `${value}n` : value));
  return written.map((changes) => changes.map(textOf).sort());
}
