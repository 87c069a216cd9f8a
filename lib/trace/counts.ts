import { grown } from "../base/growth.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import { countValues } from "../kernels/count-cells.ts";
import { addDiffs } from "../kernels/touch.ts";

/** A signed counter for each group; doubles, because a count may pass 2^31. */
export class Counts {
  values = new Float64Array(16);

  reserve(groups: number): void {
    this.values = grown(this.values, groups);
  }

  /** Adds each row's diff; with tags, only where the cell is a value. */
  accumulate(slots: Int32Array, tags: Uint8Array | null, diffs: Int32Array | null, n: number): void {
    if (tags === null) addDiffs(slots, diffs, n, this.values);
    else countValues(slots, tags, diffs, n, this.values);
  }

  clear(slot: number): void {
    this.values[slot] = 0;
  }

  save(writer: StateWriter, groups: number): void {
    writer.array("counts", this.values, Math.min(groups, this.values.length));
  }

  load(reader: StateReader): void {
    this.values = reader.float64("counts", 16);
  }
}
