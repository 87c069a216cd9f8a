import type { StateReader, StateWriter } from "../data/state.ts";
import type { LiveRows, Misfit, RowChange } from "./live-rows.ts";
import type { UpdateRows } from "./update-rows.ts";

interface History {
  /** Null before the first commit. */
  run: string | null;
  /** The time of its last commit. */
  time: number;
  /** Runs that others have taken the place of. */
  readonly replaced: Set<string>;
}

/** A history as a checkpoint has it. */
export interface SavedHistory {
  readonly run: string | null;
  /** Null before the first commit. */
  readonly time: number | null;
  readonly replaced: readonly string[];
}

/** What a message, or all parts of a commit, come to. */
export interface TakenUpdates {
  readonly changes: readonly RowChange[];
  /** Of each change. */
  readonly times: readonly number[];
  /** Rows of the commits taken, and commits left out because they had been taken before. */
  readonly rows: number;
  readonly replayed: number;
  /** The rows that a former run had, where these are the first updates of a new one; else null. */
  readonly replacedRows: number | null;
}

/**
 * What writers' runs have said, one history a partition: a run's commits count once each, in order, and the first
 * commit of a new run takes back everything that the run before it had put there.
 */
export class UpdateHistories {
  readonly #live: LiveRows;
  readonly #histories: History[] = [];

  constructor(live: LiveRows) {
    this.#live = live;
  }

  /** Whether a newer run has taken the place of this one, so that what it still says does not count. */
  hasReplaced(partition: number, run: string): boolean {
    return this.#histories[partition]?.replaced.has(run) === true;
  }

  /** Another run has taken the place of this one. */
  replace(partition: number, run: string): void {
    this.#at(partition).replaced.add(run);
  }

  /** Takes updates whose times do not fall, whole commits each: all of them, or none where one does not fit. */
  take(partition: number, run: string, updates: UpdateRows): TakenUpdates | Misfit {
    const history = this.#at(partition);
    const anew = history.run !== run;
    const { length, times, diffs, cells, keys } = updates;
    const live = this.#live;
    live.begin(partition);
    const slots = live.locate(cells, keys, length);
    const replacedRows = anew && history.run !== null ? live.sizeOf(partition) : null;
    const changes: RowChange[] = [];
    const changeTimes: number[] = [];
    let last = anew ? Number.NEGATIVE_INFINITY : history.time;
    let rows = 0;
    let replayed = 0;
    for (let from = 0, to = 0; from < length; from = to) {
      to = endOfCommit(times, from, length);
      if (times[from] <= last) {
        replayed++;
        continue;
      }
      const change = live.apply(slots, diffs, from, to, anew && rows === 0);
      if ("code" in change) {
        live.undo();
        return change;
      }
      last = times[from];
      rows += to - from;
      if (change.slots.length === 0) continue;
      changes.push(change);
      changeTimes.push(last);
    }
    if (anew && history.run !== null) history.replaced.add(history.run);
    history.run = run;
    history.time = last;
    return { changes, times: changeTimes, rows, replayed, replacedRows };
  }

  /** What is known of a partition's writers. */
  stateOf(partition: number): SavedHistory {
    const { run, time, replaced } = this.#at(partition);
    return { run, time: Number.isFinite(time) ? time : null, replaced: [...replaced] };
  }

  /** Saves the histories, that of `partition` as `state` says. */
  save(writer: StateWriter, partition: number, state: SavedHistory | null): void {
    const known = Array.from(this.#histories, (_, i) =>
      i === partition && state !== null ? state : this.stateOf(i),
    );
    writer.value("histories", known);
  }

  load(reader: StateReader): void {
    const saved = reader.value("histories") as SavedHistory[];
    saved.forEach(({ run, time, replaced }, partition) => {
      this.#histories[partition] = {
        run,
        time: time ?? Number.NEGATIVE_INFINITY,
        replaced: new Set(replaced),
      };
    });
  }

  #at(partition: number): History {
    this.#histories[partition] ??= { run: null, time: Number.NEGATIVE_INFINITY, replaced: new Set() };
    return this.#histories[partition];
  }
}

function endOfCommit(times: Float64Array, from: number, to: number): number {
  let end = from + 1;
  while (end < to && times[end] === times[from]) end++;
  return end;
}
