import type { Rng } from "../support/rng.ts";
import { type ChangeSpec, encodeValue, type SourceSpec } from "./spec.ts";
import { randomValue } from "./values.ts";

/** Few keys, so that rows are updated, deleted and come back. */
const keysMax = 8;

/** Rows of one source that are there, by key; encoded. */
type Live = Map<number, readonly unknown[]>;

/**
 * Commits of changes: insertions, updates (which may change what the row is grouped or joined by), deletions,
 * deletions of a row that comes back in the same commit, commits without a change, and now and then all rows leave.
 */
export function randomCommits(rng: Rng, sources: readonly SourceSpec[]): ChangeSpec[][] {
  const live: Live[] = sources.map(() => new Map());
  return Array.from({ length: rng.between(2, 6) }, () => {
    if (rng.chance(0.1)) return [];
    const changes: ChangeSpec[] = [];
    sources.forEach((source, number) => {
      if (rng.chance(0.15)) return;
      const rows = live[number] as Live;
      if (!source.appendOnly && rng.chance(0.08)) changes.push(...retractAll(number, rows));
      else changes.push(...randomChanges(rng, source, number, rows));
    });
    return changes;
  });
}

/** Every row that is there, retracted. */
function retractAll(source: number, rows: Live): ChangeSpec[] {
  const changes = [...rows].map(([key, row]) => ({ source, key, row, diff: -1 }) as const);
  rows.clear();
  return changes;
}

function randomChanges(rng: Rng, source: SourceSpec, number: number, rows: Live): ChangeSpec[] {
  const changes: ChangeSpec[] = [];
  for (let n = rng.between(1, 6); n > 0; n--) {
    const key = source.appendOnly ? rows.size : rng.below(keysMax);
    const old = rows.get(key);
    const wish = old === undefined ? "insert" : rng.pick(["update", "delete", "again"] as const);
    if (old !== undefined) changes.push({ source: number, key, row: old, diff: -1 });
    if (wish === "delete") {
      rows.delete(key);
      continue;
    }
    const row =
      wish === "again" && old !== undefined
        ? old
        : wish === "update"
          ? updated(rng, source, old)
          : randomRow(rng, source);
    rows.set(key, row);
    changes.push({ source: number, key, row, diff: 1 });
  }
  return changes;
}

function randomRow(rng: Rng, { columns }: SourceSpec): unknown[] {
  return columns.map(([, type]) => encodeValue(randomValue(rng, type)));
}

/** Some cells change, most stay. */
function updated(rng: Rng, source: SourceSpec, old: readonly unknown[] | undefined): unknown[] {
  return randomRow(rng, source).map((value, i) => (old === undefined || rng.chance(0.4) ? value : old[i]));
}
