/**
 * Pairs of rows that agree on their join keys, and for outer joins the rows that found no partner, padded with null.
 *
 *   Δ(L ⋈ R) = ΔL ⋈ R' + L' ⋈ ΔR − ΔL ⋈ ΔR        (L', R': with the deltas in; DBSP, Budiu et al. 2023, section 4)
 *            = ΔL ⋈ R' + (L' − ΔL) ⋈ ΔR            (where rows of L last, and can be told by age)
 *   Δ(unmatched L) = −pad(L of keys that came to R) + pad(L of keys that left R) + pad(ΔL of keys R did not have)
 *
 * State: none of its own; the two arrangements before it. Cost: the delta and the pairs it makes. Null equals null.
 * A row whose key failed has no partner. A pair's key is a hash of the two rows' keys, so it is stable while the pair
 * exists. Laws 1–3, 5, 6; bilinear.
 */
import { Batch } from "../data/batch.ts";
import { ABSENT, type Column } from "../data/column.ts";
import { consolidate } from "../data/consolidate.ts";
import { KEY_WORDS, Keys } from "../data/keys.ts";
import { keysOfPairs, NO_KEY } from "../data/row-key.ts";
import { concatBatches, nullColumn } from "../data/rows.ts";
import type { Columns } from "../data/schema.ts";
import type { Operator } from "../dataflow/operator.ts";
import type { Arrange } from "./arrange.ts";
import { chainPairs, deltaPairs, type Pairs, paddedFailures, unmatchedPairs } from "./join-pairs.ts";
import type { SideRows } from "./join-sides.ts";
import type { OperatorDefinition, OperatorSpec } from "./operator-definition.ts";

export interface JoinOptions {
  readonly mode: "inner" | "left" | "right" | "outer";
  /** Positions of the columns that must be equal, pair by pair. */
  readonly leftKeys: readonly number[];
  readonly rightKeys: readonly number[];
}

export const join: OperatorDefinition = {
  name: "join",
  linear: false,
  create: (spec) => new Join(spec),
};

class Join implements Operator {
  readonly stateSize = 0;
  readonly #mode: JoinOptions["mode"];
  readonly #left: Arrange;
  readonly #right: Arrange;
  readonly #leftColumns: Columns;
  readonly #rightColumns: Columns;
  readonly #needed: readonly boolean[];
  readonly #uniqueKeys: boolean;
  readonly #keysRead: boolean;

  constructor(spec: OperatorSpec) {
    const [left, right] = spec.feeders;
    this.#mode = (spec.options as JoinOptions).mode;
    this.#left = left as Arrange;
    this.#right = right as Arrange;
    this.#leftColumns = spec.inputs[0].columns;
    this.#rightColumns = spec.inputs[1].columns;
    this.#needed = spec.needed;
    this.#keysRead = spec.keysRead;
    this.#uniqueKeys = spec.inputs.every(({ uniqueKeys }) => uniqueKeys);
  }

  step([leftRows, rightRows]: readonly (Batch | null)[]): Batch | null {
    const time = (leftRows ?? rightRows)?.time ?? 0;
    const left = leftRows === null ? null : this.#left.usable;
    const right = rightRows === null ? null : this.#right.usable;
    const parts = this.#matches(left, right);
    if (this.#mode === "left" || this.#mode === "outer") {
      parts.push(...this.#unmatched(left, right, false));
      if (leftRows !== null) parts.push(...paddedFailures(this.#left, false));
    }
    if (this.#mode === "right" || this.#mode === "outer") {
      parts.push(...this.#unmatched(right, left, true));
      if (rightRows !== null) parts.push(...paddedFailures(this.#right, true));
    }
    return this.#combined(
      time,
      parts.filter(({ count }) => count > 0),
    );
  }

  save(): void {}

  load(): void {}

  #combined(time: number, parts: readonly Pairs[]): Batch | null {
    if (parts.length === 0) return null;
    const batches = parts.map((pairs) => this.#assemble(time, pairs));
    // A single part has no two equal rows, unless the inputs have or a column that told them apart is left out;
    // several parts may cancel each other.
    const whole = this.#uniqueKeys && this.#needed.every((need) => need);
    return parts.length === 1 && whole ? batches[0] : consolidate(concatBatches(batches), this.#uniqueKeys);
  }

  #matches(left: Batch | null, right: Batch | null): Pairs[] {
    const pairs: Pairs[] = [];
    if (left !== null) pairs.push(chainPairs(left, this.#left, this.#right, false));
    if (right === null) return pairs;
    if (left === null) pairs.push(chainPairs(right, this.#right, this.#left, true));
    else if (this.#left.arrangement.lasting)
      pairs.push(chainPairs(right, this.#right, this.#left, true, this.#left.firstSlot));
    else {
      pairs.push(chainPairs(right, this.#right, this.#left, true));
      pairs.push(deltaPairs(left, this.#left.arrangement, right, this.#right.arrangement));
    }
    return pairs;
  }

  /** `swapped`: the kept side is the right one. */
  #unmatched(kept: Batch | null, other: Batch | null, swapped: boolean): Pairs[] {
    const keptSide = swapped ? this.#right : this.#left;
    const otherSide = swapped ? this.#left : this.#right;
    return unmatchedPairs(kept, keptSide, other, otherSide, swapped);
  }

  #assemble(time: number, { left, right, diffs, count }: Pairs): Batch {
    const columns = [
      ...sideColumns(this.#leftColumns, left, this.#needed, 0, count),
      ...sideColumns(this.#rightColumns, right, this.#needed, this.#leftColumns.length, count),
    ];
    const keys = this.#keysRead
      ? Keys.derived(() => keysOfPairs(sideKeys(left, count), sideKeys(right, count), count))
      : Keys.unread;
    return new Batch(time, count, columns, keys, diffs);
  }
}

function sideColumns(
  columns: Columns,
  side: SideRows | null,
  needed: readonly boolean[],
  base: number,
  count: number,
): Column[] {
  return columns.map(({ type }, position) => {
    if (!needed[base + position]) return ABSENT;
    return side === null ? nullColumn(type, count) : side.column(position);
  });
}

function sideKeys(side: SideRows | null, count: number): Uint32Array {
  if (side !== null) return side.keys().words();
  const words = new Uint32Array(KEY_WORDS * count);
  for (let row = 0; row < count; row++) words.set(NO_KEY, KEY_WORDS * row);
  return words;
}
