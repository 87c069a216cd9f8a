import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { crashPoint } from "../base/crash-points.ts";
import { TowpathError } from "../errors.ts";
import { type Capture, Captures, type StoredPages } from "./capture.ts";
import { readChecked, writeChecked } from "./checked-file.ts";
import { Image } from "./image.ts";
import { CHECKPOINT_FORMAT, isReadable, type Manifest } from "./manifest.ts";
import { loadLmdb, PageEnvironment } from "./page-environment.ts";
import type { PageHash } from "./page-hash.ts";
import { runProbe } from "./run-probe.ts";
import type { StatePlan } from "./state-plan.ts";

export const sides = ["checkpoint-a", "checkpoint-b"] as const;
type Side = (typeof sides)[number];

/** Names the side that was written last. A hint: without it both are looked at. */
export const CURRENT = "current";

/** A checkpoint that was found whole; `close` after everything has been loaded. */
export interface FoundCheckpoint {
  readonly manifest: Manifest;
  readonly image: Image;
  close(): Promise<void>;
}

export interface WrittenCheckpoint {
  readonly takenAt: number;
  /** What was written: pages that the store did not have yet. */
  readonly bytes: number;
}

interface OpenSide {
  readonly environment: PageEnvironment;
  readonly stored: StoredPages;
}

/**
 * The two newest checkpoints of a directory, each in an environment of its own and written in turn: whatever happens
 * to one file, the other is whole. A checkpoint brings the older one up to date, page by page.
 */
export class CheckpointStore {
  readonly #directory: string;
  readonly #hash: PageHash;
  readonly #captures: Captures;
  readonly #environments = new Map<Side, OpenSide>();
  #newest: Side | null = null;
  #number = 0;

  constructor(directory: string, hash: PageHash) {
    this.#directory = directory;
    this.#hash = hash;
    this.#captures = new Captures(hash);
  }

  /**
   * The newest checkpoint that is whole, or null; `log` hears of one that is passed over. Throws TP_STATE_FORMAT for
   * one of another version.
   */
  async find(log: (line: string) => void): Promise<FoundCheckpoint | null> {
    // A probe that cannot load it would call every checkpoint damaged.
    await loadLmdb();
    for (const side of await this.#order()) {
      const path = join(this.#directory, side);
      const report = await runProbe(path);
      if (report.found === "format") throw otherFormat(path, report.format);
      if (report.found === "whole") return this.#load(side, path);
      log(`the checkpoint in ${path} is not whole; falling back to what was saved before it`);
    }
    return null;
  }

  /** Whether a checkpoint was ever finished here. */
  get hasWritten(): boolean {
    return existsSync(join(this.#directory, CURRENT));
  }

  /** Makes ready for the next checkpoint, so that `begin` need not wait. */
  async prepare(): Promise<void> {
    const side = this.#older();
    if (this.#environments.has(side)) return;
    const path = join(this.#directory, side);
    // What an earlier run left there has not been read, and is older than the other side.
    await rm(path, { recursive: true, force: true });
    const environment = await PageEnvironment.open(path, this.#hash);
    this.#environments.set(side, { environment, stored: new Map() });
  }

  /** A capture to be filled and given to `write`; one at a time, after `prepare`. */
  begin(): Capture {
    return this.#captures.begin(this.#open().stored);
  }

  /** Resolves when the checkpoint is on disk and is the newest. */
  async write(capture: Capture, time: number, plan: StatePlan): Promise<WrittenCheckpoint> {
    const side = this.#older();
    const state = capture.finish();
    const { environment } = this.#open();
    const number = this.#number + 1;
    const { arrays } = state;
    const manifest: Manifest = { format: CHECKPOINT_FORMAT, number, time, takenAt: Date.now(), plan, arrays };
    crashPoint("in-checkpoint");
    await environment.write(state, manifest);
    await writeChecked(join(this.#directory, CURRENT), side);
    this.#newest = side;
    this.#number = number;
    return {
      takenAt: manifest.takenAt,
      bytes: state.changed.reduce((sum, { bytes }) => sum + bytes.length, 0),
    };
  }

  async close(): Promise<void> {
    for (const { environment } of this.#environments.values()) await environment.close();
    this.#environments.clear();
  }

  #open(): OpenSide {
    return this.#environments.get(this.#older()) as OpenSide;
  }

  #older(): Side {
    return this.#newest === sides[0] ? sides[1] : sides[0];
  }

  /** The sides that are there, the newest first. */
  async #order(): Promise<Side[]> {
    const there = sides.filter((side) => existsSync(join(this.#directory, side, "data.mdb")));
    const current = await this.#readCurrent();
    if (current !== null && there.includes(current))
      return [current, ...there.filter((side) => side !== current)];
    const reports = await Promise.all(there.map((side) => runProbe(join(this.#directory, side))));
    const numbers = reports.map((report) => (report.found === "whole" ? report.number : -1));
    return there
      .map((side, i) => ({ side, number: numbers[i] }))
      .sort((a, b) => b.number - a.number)
      .map(({ side }) => side);
  }

  async #load(side: Side, path: string): Promise<FoundCheckpoint> {
    const environment = await PageEnvironment.open(path, this.#hash, true);
    const manifest = environment.manifest();
    if (manifest === null || !isReadable(manifest)) throw changedUnderneath(path);
    this.#newest = side;
    this.#number = manifest.number;
    const image = new Image(manifest.arrays, (array, page) => {
      const bytes = environment.page(array, page);
      if (bytes === null) throw changedUnderneath(path);
      return bytes;
    });
    return { manifest, image, close: () => environment.close() };
  }

  async #readCurrent(): Promise<Side | null> {
    const side = await readChecked(join(this.#directory, CURRENT)).catch(() => null);
    return sides.find((name) => name === side) ?? null;
  }
}

function otherFormat(where: string, format: number): TowpathError {
  return new TowpathError(
    "TP_STATE_FORMAT",
    `the checkpoint has format ${format}, this version reads ${CHECKPOINT_FORMAT}`,
    {
      where,
      hint: "Run the version of Towpath that wrote it, or start afresh: npx towpath state PATH --clear.",
    },
  );
}

function changedUnderneath(where: string): TowpathError {
  return new TowpathError("TP_STATE_CORRUPT", "a checkpoint changed while it was read", { where });
}
