import { existsSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { CURRENT, sides } from "./checkpoint-store.ts";
import { HISTORY } from "./history-id.ts";
import { readJournal } from "./journal-files.ts";
import { isReadable } from "./manifest.ts";
import { PageEnvironment } from "./page-environment.ts";
import { pageHash } from "./page-hash.ts";
import { runProbe } from "./run-probe.ts";
import { journalOf } from "./state-directory.ts";
import { lockOwner, StateLock } from "./state-lock.ts";
import type { StatePlan } from "./state-plan.ts";

/** What is found of one of the two checkpoints. */
export interface CheckpointSummary {
  readonly path: string;
  readonly bytes: number;
  /** Null where it is damaged or of another format. */
  readonly content: {
    readonly number: number;
    readonly time: number;
    readonly takenAt: number;
    readonly arrays: number;
    readonly plan: StatePlan;
  } | null;
  readonly problem: string | null;
}

export interface JournalSummary {
  readonly files: number;
  readonly bytes: number;
  readonly commits: number;
  /** Time of the last commit, and up to which everything is delivered; null without any. */
  readonly lastTime: number | null;
  readonly flushedTime: number | null;
  /** What the last commit of each source was made of. */
  readonly lastRanges: Readonly<Record<string, unknown>>;
  readonly problem: string | null;
}

/** What a state directory holds. */
export interface StateSummary {
  readonly owner: number | null;
  readonly checkpoints: readonly CheckpointSummary[];
  readonly journal: JournalSummary;
}

/** Null where the directory holds no state. */
export async function inspectState(path: string): Promise<StateSummary | null> {
  if (!existsSync(journalOf(path))) return null;
  const there = sides.filter((side) => existsSync(join(path, side)));
  const checkpoints = await Promise.all(there.map((side) => inspectCheckpoint(join(path, side))));
  checkpoints.sort((a, b) => (b.content?.number ?? 0) - (a.content?.number ?? 0));
  return { owner: await lockOwner(path), checkpoints, journal: await inspectJournal(journalOf(path)) };
}

/** Removes the state, and nothing else that may be in the directory. Throws TP_STATE_LOCKED while a run has it. */
export async function clearState(path: string): Promise<void> {
  const lock = await StateLock.take(path);
  try {
    // The journal goes last: without it the directory holds no state, and could not be cleared again.
    for (const name of [...sides, CURRENT, HISTORY])
      await rm(join(path, name), { recursive: true, force: true });
    await rm(journalOf(path), { recursive: true, force: true });
  } finally {
    await lock.release();
  }
}

async function inspectCheckpoint(path: string): Promise<CheckpointSummary> {
  const bytes = await sizeOf(path);
  const report = await runProbe(path);
  if (report.found === "format")
    return { path, bytes, content: null, problem: `has format ${report.format}` };
  if (report.found === "damaged") return { path, bytes, content: null, problem: "is damaged" };
  const environment = await PageEnvironment.open(path, await pageHash(), true);
  const manifest = environment.manifest();
  await environment.close();
  if (manifest === null || !isReadable(manifest))
    return { path, bytes, content: null, problem: "is being written" };
  const { number, time, takenAt, arrays, plan } = manifest;
  return { path, bytes, content: { number, time, takenAt, arrays: arrays.length, plan }, problem: null };
}

async function inspectJournal(path: string): Promise<JournalSummary> {
  const files = (await readdir(path)).length;
  const bytes = await sizeOf(path);
  const none = { files, bytes, commits: 0, lastTime: null, flushedTime: null, lastRanges: {} };
  try {
    const { records } = await readJournal(path, null);
    const commits = records.filter((record) => record.kind === "commit");
    const flushed = records.findLast((record) => record.kind === "flushed");
    return {
      files,
      bytes,
      commits: commits.length,
      lastTime: commits.at(-1)?.time ?? null,
      flushedTime: flushed?.time ?? null,
      lastRanges: Object.fromEntries(commits.map(({ source, range }) => [source, range])),
      problem: null,
    };
  } catch (error) {
    return { ...none, problem: error instanceof Error ? error.message : String(error) };
  }
}

async function sizeOf(directory: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(directory)) bytes += (await stat(join(directory, name))).size;
  return bytes;
}
