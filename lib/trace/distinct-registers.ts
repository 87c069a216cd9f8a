import { deserialize, serialize } from "node:v8";
import { grown } from "../base/growth.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import { estimateDistinct, MAX_RANK } from "../kernels/hyperloglog.ts";

const RANKS = MAX_RANK + 1;
/** Registers that a group may have reached before it gets one byte for each there is. */
const SPARSE_MAX = 64;

/**
 * The registers of one HyperLogLog sketch for each group, and how many of them have each rank, so that an estimate
 * costs the same whatever the precision. A group that has reached few registers keeps only these.
 */
export class DistinctRegisters {
  readonly #precision: number;
  #groups: (Map<number, number> | Uint8Array | undefined)[] = [];
  #histograms = new Float64Array(RANKS * 16);

  constructor(precision: number) {
    this.#precision = precision;
  }

  reserve(groups: number): void {
    this.#histograms = grown(this.#histograms, RANKS * groups);
  }

  rank(group: number, register: number): number {
    const held = this.#groups[group];
    if (held === undefined) return 0;
    return held instanceof Map ? (held.get(register) ?? 0) : held[register];
  }

  set(group: number, register: number, rank: number): void {
    this.#histograms[RANKS * group + this.rank(group, register)]--;
    this.#histograms[RANKS * group + rank]++;
    while (this.#groups.length <= group) this.#groups.push(undefined);
    let held = this.#groups[group];
    if (held === undefined) {
      held = new Map();
      this.#groups[group] = held;
    }
    if (!(held instanceof Map)) held[register] = rank;
    else if (rank === 0) held.delete(register);
    else {
      held.set(register, rank);
      if (held.size > SPARSE_MAX) this.#groups[group] = dense(held, 2 ** this.#precision);
    }
  }

  /** How many different values a group has seen, estimated. */
  estimate(group: number): number {
    const from = RANKS * group;
    const histogram = this.#histograms.slice(from, from + RANKS);
    // The histogram counts changes; registers that nothing has reached are the rest.
    histogram[0] += 2 ** this.#precision;
    return estimateDistinct(histogram, 0, this.#precision);
  }

  clear(group: number): void {
    this.#groups[group] = undefined;
    this.#histograms.fill(0, RANKS * group, RANKS * (group + 1));
  }

  save(writer: StateWriter, groups: number): void {
    const bytes = serialize(this.#groups.slice(0, groups));
    writer.array("registers", bytes, bytes.length);
    writer.array("histograms", this.#histograms, Math.min(RANKS * groups, this.#histograms.length));
  }

  load(reader: StateReader): void {
    this.#groups = deserialize(reader.uint8("registers")) as (Map<number, number> | Uint8Array | undefined)[];
    this.#histograms = reader.float64("histograms", RANKS * 16);
  }
}

function dense(sparse: ReadonlyMap<number, number>, registers: number): Uint8Array {
  const ranks = new Uint8Array(registers);
  for (const [register, rank] of sparse) ranks[register] = rank;
  return ranks;
}
