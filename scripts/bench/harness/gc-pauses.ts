/** How long a process under measurement stood still to collect garbage, as it says itself (gc-watch.mjs). */
import { fileURLToPath } from "node:url";
import type { Contender } from "./contenders.ts";
import { table } from "./results.ts";

export interface GcPauses {
  readonly count: number;
  readonly totalMs: number;
  readonly maxMs: number;
}

/** By kind, as Node tells them apart: minor, major, incremental, weak callbacks. */
export type GcByKind = ReadonlyMap<string, GcPauses>;

const watch = fileURLToPath(new URL("./gc-watch.mjs", import.meta.url));

/** The same contender, a Node program that says its pauses on stdout. */
export function gcWatched(contender: Contender): Contender {
  return {
    ...contender,
    command(lane) {
      const { program, args, ...rest } = contender.command(lane);
      return { program, args: ["--import", watch, ...args], ...rest };
    },
  };
}

/** The pauses between two instants (milliseconds since 1970), to about a second. */
export function gcPauses(stdout: string, from = 0, to = Number.POSITIVE_INFINITY): GcByKind {
  const found = new Map<string, GcPauses>();
  for (const [, line] of stdout.matchAll(/^gc (\{.*\})$/gm)) {
    const said: { at: number; pauses: Record<string, [number, number, number]> } = JSON.parse(line);
    if (said.at < from || said.at > to) continue;
    for (const [kind, [count, totalMs, maxMs]] of Object.entries(said.pauses))
      found.set(kind, added(found.get(kind), { count, totalMs, maxMs }));
  }
  return found;
}

/** The pauses of several runs together. */
export function allGcPauses(runs: readonly GcByKind[]): GcByKind {
  const all = new Map<string, GcPauses>();
  for (const [kind, pauses] of runs.flatMap((run) => [...run])) all.set(kind, added(all.get(kind), pauses));
  return all;
}

function added(a: GcPauses | undefined, b: GcPauses): GcPauses {
  if (a === undefined) return b;
  return {
    count: a.count + b.count,
    totalMs: a.totalMs + b.totalMs,
    maxMs: Math.max(a.maxMs, b.maxMs),
  };
}

/** As a table, a line for each kind; `who` is its heading. */
export function gcTable(who: string, pauses: GcByKind): string {
  const lines = [...pauses].map(([kind, { count, totalMs, maxMs }]) => [
    kind,
    String(count),
    totalMs.toFixed(1),
    (totalMs / count).toFixed(2),
    maxMs.toFixed(1),
  ]);
  return table([`garbage collection, ${who}`, "pauses", "ms", "mean", "max"], lines);
}

/** As figures of a result. */
export function gcFigures(pauses: GcByKind): Record<string, number> {
  const kinds = [...pauses.values()];
  const sum = (of: (one: GcPauses) => number): number => kinds.reduce((total, one) => total + of(one), 0);
  return {
    gcPauses: sum(({ count }) => count),
    gcMs: sum(({ totalMs }) => totalMs),
    gcMaxMs: Math.max(0, ...kinds.map(({ maxMs }) => maxMs)),
  };
}
