import type { Batch } from "../data/batch.ts";
import { consolidate } from "../data/consolidate.ts";
import { withoutFailures } from "../data/failed-rows.ts";
import { concatBatches, ownBatch } from "../data/rows.ts";
import { deletionsFirst } from "../kernels/consolidate.ts";
import type { Sink } from "./sink.ts";

/**
 * Holds what an output gets during one commit, until the commit is whole.
 * Promise 1 (atomic) ends here: nothing reaches the sink before `release`, and then everything does, consolidated,
 * deletions first, without rows that hold a failed cell. What may throw is in `prepare`, which all stages of a commit
 * pass before the first is released.
 */
export class OutputStage {
  readonly #staged: Batch[] = [];
  readonly #report: ((batch: Batch) => void) | null;
  #ready: Batch | null = null;

  /**
   * `report` is given a commit in which a cell failed, and may throw. null: rows with a failed cell are handed on too
   * (`pw.debug`); no connector may ask for it.
   */
  constructor(report: ((batch: Batch) => void) | null) {
    this.#report = report;
  }

  /** Takes the delta of a visit. An earlier visit's delta was borrowed and is copied before the next one runs. */
  add(batch: Batch): void {
    for (let i = 0; i < this.#staged.length; i++) this.#staged[i] = ownBatch(this.#staged[i]);
    this.#staged.push(batch);
  }

  /** Makes of the commit what `release` will hand on. */
  prepare(): void {
    this.#ready = null;
    if (this.#staged.length === 0) return;
    const batch = this.#staged.length === 1 ? this.#staged[0] : consolidate(concatBatches(this.#staged));
    this.#staged.length = 0;
    this.#ready = batch === null || this.#report === null ? batch : withoutFailures(batch);
    if (batch !== null && this.#ready !== batch) this.#report?.(batch);
  }

  /** Hands the commit to the sink, all of it at `time`; returns whether anything changed. */
  release(sink: Sink, time: number): boolean {
    const clean = this.#ready;
    if (clean === null) return false;
    this.#ready = null;
    const order = new Uint32Array(clean.length);
    if (clean.diffs === null) for (let i = 0; i < order.length; i++) order[i] = i;
    else deletionsFirst(clean.diffs, clean.length, order);
    sink.write(clean.at(time), order);
    return true;
  }
}
