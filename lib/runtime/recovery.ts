import { TowpathError } from "../errors.ts";
import { checkPlan, type RunningPlan } from "../persistence/check-plan.ts";
import type { CheckpointStore, FoundCheckpoint } from "../persistence/checkpoint-store.ts";
import { isComplete, readJournal } from "../persistence/journal-files.ts";
import type { JournalRecord } from "../persistence/journal-record.ts";
import type { StateDirectory } from "../persistence/state-directory.ts";

export type CommitRecord = Extract<JournalRecord, { kind: "commit" }>;

/** What earlier runs have left on disk. */
export interface Recovered {
  readonly checkpoint: FoundCheckpoint | null;
  /** The commits since the checkpoint, in their order. */
  readonly commits: readonly CommitRecord[];
  /** Everything up to this time has been delivered by an earlier run. */
  readonly flushedTime: number;
  /** The last time that an earlier run gave. */
  readonly lastTime: number;
  /** The number of the journal's last record. */
  readonly number: number;
}

/** Reads what is there, and throws TP_PLAN_CHANGED where `plan` cannot go on with it. */
export async function recover(
  directory: StateDirectory,
  store: CheckpointStore,
  plan: RunningPlan,
  log: (line: string) => void,
): Promise<Recovered> {
  const checkpoint = await store.find(log);
  // Before the second checkpoint the journal still has everything.
  if (checkpoint === null && store.hasWritten && !(await isComplete(directory.journal)))
    throw noneWhole(directory.path);
  try {
    const time = checkpoint?.manifest.time ?? 0;
    const { records, number } = await readJournal(directory.journal, time);
    const commits = records.filter((record) => record.kind === "commit");
    const journalled = records.findLast((record) => record.kind === "plan")?.plan;
    const saved = checkpoint?.manifest.plan ?? (commits.length === 0 ? undefined : journalled);
    if (saved !== undefined) checkPlan(directory.path, saved, plan, checkpoint !== null);
    const flushed = records.flatMap((record) => (record.kind === "flushed" ? [record.time] : []));
    return {
      checkpoint,
      commits,
      flushedTime: Math.max(time, ...flushed.slice(-1)),
      lastTime: Math.max(time, ...commits.slice(-1).map((commit) => commit.time)),
      number,
    };
  } catch (error) {
    await checkpoint?.close();
    throw error;
  }
}

function noneWhole(where: string): TowpathError {
  return new TowpathError("TP_STATE_CORRUPT", "no checkpoint is whole", {
    where,
    hint: "Restore the directory from a copy, or start afresh: npx towpath state PATH --clear.",
  });
}
