import type { Batch } from "../data/batch.ts";
import { consolidate } from "../data/consolidate.ts";
import { withoutFailures } from "../data/failed-rows.ts";
import { concatBatches, ownBatch } from "../data/rows.ts";
import { deletionsFirst } from "../kernels/consolidate.ts";
import type { Sink } from "./sink.ts";

/**
 * Holds what an output gets during one commit, until the commit is whole.
 * Promise 1 (atomic) ends here: nothing reaches the sink before `release`, and then everything does, consolidated,
 * deletions first, without rows that hold a failed cell.
 */
export class OutputStage {
  readonly #staged: Batch[] = [];
  readonly #keepsFailures: boolean;

  /** `keepsFailures`: rows with a failed cell are handed on too (`pw.debug`); no connector may ask for it. */
  constructor(keepsFailures = false) {
    this.#keepsFailures = keepsFailures;
  }

  /** Takes the delta of a visit. An earlier visit's delta was borrowed and is copied before the next one runs. */
  add(batch: Batch): void {
    for (let i = 0; i < this.#staged.length; i++) this.#staged[i] = ownBatch(this.#staged[i]);
    this.#staged.push(batch);
  }

  /** Hands the commit to the sink, all of it at `time`; returns whether anything changed. */
  release(sink: Sink, time: number): boolean {
    if (this.#staged.length === 0) return false;
    const batch = this.#staged.length === 1 ? this.#staged[0] : consolidate(concatBatches(this.#staged));
    this.#staged.length = 0;
    const clean = batch === null || this.#keepsFailures ? batch : withoutFailures(batch);
    if (clean === null) return false;
    const order = new Uint32Array(clean.length);
    if (clean.diffs === null) for (let i = 0; i < order.length; i++) order[i] = i;
    else deletionsFirst(clean.diffs, clean.length, order);
    sink.write(clean.at(time), order);
    return true;
  }
}
