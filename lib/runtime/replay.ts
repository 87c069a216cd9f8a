import { setImmediate as nextTurn } from "node:timers/promises";
import { crashPoint } from "../base/crash-points.ts";
import { stableJson } from "../data/value.ts";
import { TowpathError } from "../errors.ts";
import type { Sink } from "../io/sink.ts";
import { COMMIT, ENDED } from "../io/source.ts";
import { ErrorLog } from "./error-log.ts";
import type { CommitRecord, Recovered } from "./recovery.ts";
import type { RunLoop } from "./run-loop.ts";
import type { NamedSource } from "./state-keeper.ts";
import type { Waker } from "./waker.ts";

/** How long the loop may hold the event loop before timers and sockets get their turn. */
const TURN_MS = 10;

/** What a replay works with. */
export interface ReplayParts {
  readonly loop: RunLoop;
  readonly sources: readonly NamedSource[];
  /** What the engine writes to. */
  readonly outputs: readonly Sink[];
  readonly waker: Waker;
  stopped(): boolean;
}

/**
 * Makes the commits since the checkpoint again: in the journal's order, at the journal's times, of the very messages.
 * What earlier runs have delivered is computed and not written again, but for views, which live in the process.
 * False where the run was stopped before the end.
 */
export async function replay({ commits, flushedTime }: Recovered, parts: ReplayParts): Promise<boolean> {
  const { loop, outputs, waker, stopped } = parts;
  const views = outputs.map((sink) => (sink.isView ? sink : silent(sink)));
  const byName = new Map(parts.sources.map((running) => [running.name, running]));
  let turnStart = performance.now();
  for (const commit of commits) {
    const running = byName.get(commit.source);
    // A source that the plan no longer has.
    if (running === undefined) continue;
    const sinks = commit.time <= flushedTime ? views : outputs;
    while (!stopped() && sinks.some(({ full }) => full)) await waker.sleep();
    if (!(await isReady(running, parts))) {
      if (stopped()) return false;
      continue;
    }
    loop.remake(running, commit.time, sinks, () => checkRange(running, commit));
    await loop.settle();
    loop.acknowledge();
    crashPoint("in-recovery");
    if (performance.now() - turnStart < TURN_MS) continue;
    await nextTurn();
    turnStart = performance.now();
  }
  return !stopped();
}

/** Waits until the source has its next commit; false where there is none to come. */
async function isReady({ name, source }: NamedSource, { waker, stopped }: ReplayParts): Promise<boolean> {
  for (;;) {
    if (stopped()) return false;
    const found = source.poll();
    if (found === COMMIT) return true;
    // What was listed after a source's end is listed again when it ends again.
    if (source instanceof ErrorLog) return false;
    if (found === ENDED && !stopped()) throw differs(name, "it has ended before");
    if (found !== ENDED) await waker.sleep();
  }
}

function checkRange({ name, source }: NamedSource, { range, time }: CommitRecord): void {
  if (source.history === undefined) return;
  const now = stableJson(source.history.range());
  if (now !== stableJson(range))
    throw differs(name, `the commit at ${time} was ${stableJson(range)} and is ${now}`);
}

function differs(name: string, what: string): TowpathError {
  return new TowpathError(
    "TP_SOURCE_CHANGED",
    `the source "${name}" does not give again what the journal has of it: ${what}`,
    {
      hint: "Its rows are no longer there, or others. Start afresh where that is meant: npx towpath state PATH --clear.",
    },
  );
}

function silent(sink: Sink): Sink {
  return {
    name: sink.name,
    open: async () => {},
    write: () => {},
    full: false,
    flush: async () => {},
    stats: () => sink.stats(),
    close: async () => {},
  };
}
