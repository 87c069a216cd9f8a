import { grown } from "../base/growth.ts";
import type { NumberColumn } from "../data/column.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import { divideExact } from "../kernels/exact-quotient.ts";
import { addExact, roundExact } from "../kernels/exact-sum.ts";
import {
  ADDS_BEFORE_CARRY,
  addToChunks,
  carryChunks,
  nearestQuotient,
  roundChunks,
  SUPER_CHUNKS,
  unitsOf,
  unitsOfChunks,
} from "../kernels/superaccumulator.ts";
import { Slots } from "./slots.ts";

/** How often each value that is not finite is among a group's values. */
interface Specials {
  nan: number;
  positive: number;
  negative: number;
}

/**
 * Exact sums of doubles by group: 16 bytes a group while two components suffice (nearly always), a superaccumulator
 * of 544 bytes for the groups that need more. NaN and ±Infinity are counted apart, so that taking them back restores
 * the sum. The answer depends on the values present alone, not on their order or on what came and went.
 */
export class ExactSums {
  #state = new Float64Array(32);
  #chunks = new Float64Array(0);
  #adds = new Uint32Array(0);
  readonly #spilt = new Slots();
  readonly #specials = new Map<number, Specials>();
  readonly #one = {
    slots: new Int32Array(1),
    values: new Float64Array(1),
  };

  get spiltCount(): number {
    return this.#spilt.live + this.#specials.size;
  }

  reserve(groups: number): void {
    this.#state = grown(this.#state, 2 * groups);
  }

  accumulate(slots: Int32Array, column: NumberColumn, diffs: Int32Array | null, n: number): void {
    const { values, tags } = column;
    let row = addExact(this.#state, slots, values, tags, diffs, 0, n);
    while (row < n) {
      this.#addRow(slots[row], values[row], diffs === null ? 1 : diffs[row]);
      row = addExact(this.#state, slots, values, tags, diffs, row + 1, n);
    }
  }

  /** The sums of groups, each rounded once. */
  finish(slots: Uint32Array, n: number): Float64Array {
    const out = new Float64Array(n);
    roundExact(this.#state, slots, n, out);
    if (this.spiltCount === 0) return out;
    for (let i = 0; i < n; i++) {
      const slot = slots[i];
      if (Number.isNaN(out[i])) out[i] = roundChunks(this.#chunks, this.#state[2 * slot + 1] * SUPER_CHUNKS);
      const specials = this.#specials.get(slot);
      if (specials !== undefined) out[i] = specialSum(specials) ?? out[i];
    }
    return out;
  }

  /** The sums of groups divided by counts (by slot, none 0), each rounded once. */
  finishQuotients(slots: Uint32Array, n: number, counts: Float64Array): Float64Array {
    const out = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      const slot = slots[i];
      const quotient = divideExact(this.#state[2 * slot], this.#state[2 * slot + 1], counts[slot]);
      out[i] = Number.isNaN(quotient) ? this.#divideUnits(slot, counts[slot]) : quotient + 0;
      const specials = this.#specials.get(slot);
      if (specials !== undefined) out[i] = specialSum(specials) ?? out[i];
    }
    return out;
  }

  /** The exact sum of a group's finite values, as a multiple of 2^-1074. */
  unitsAt(slot: number): bigint {
    const large = this.#state[2 * slot];
    const small = this.#state[2 * slot + 1];
    return Number.isNaN(large)
      ? unitsOfChunks(this.#chunks, small * SUPER_CHUNKS)
      : unitsOf(large) + unitsOf(small);
  }

  /** Whether NaN or an infinity is among a group's values. */
  isSpecial(slot: number): boolean {
    return this.#specials.has(slot);
  }

  clear(slot: number): void {
    if (Number.isNaN(this.#state[2 * slot])) this.#freeSpilt(this.#state[2 * slot + 1]);
    this.#state[2 * slot] = 0;
    this.#state[2 * slot + 1] = 0;
    this.#specials.delete(slot);
  }

  save(writer: StateWriter, groups: number): void {
    writer.array("state", this.#state, Math.min(2 * groups, this.#state.length));
    writer.array("chunks", this.#chunks, this.#spilt.used * SUPER_CHUNKS);
    writer.array("adds", this.#adds, this.#spilt.used);
    this.#spilt.save(writer.scope("spilt"));
    writer.value("specials", [...this.#specials]);
  }

  load(reader: StateReader): void {
    this.#state = reader.float64("state", 32);
    this.#chunks = reader.float64("chunks");
    this.#adds = reader.uint32("adds");
    this.#spilt.load(reader.scope("spilt"));
    this.#specials.clear();
    for (const [slot, specials] of reader.value("specials") as [number, Specials][]) {
      this.#specials.set(slot, specials);
    }
  }

  /** Spilt groups, and the few quotients that doubles cannot decide. */
  #divideUnits(slot: number, count: number): number {
    return count === 0 ? 0 : nearestQuotient(this.unitsAt(slot), BigInt(count));
  }

  /** Any value with any weight. */
  #addRow(slot: number, value: number, diff: number): void {
    if (!Number.isFinite(value)) {
      this.#addSpecial(slot, value, diff);
      return;
    }
    const signed = diff < 0 ? -value : value;
    // A weight is added bit by bit: scaling by a power of two is exact, multiplying by the weight is not.
    for (let weight = Math.abs(diff), bit = 0; weight > 0; weight = Math.floor(weight / 2), bit++) {
      if (weight % 2 === 1) this.#addScaled(slot, signed, bit);
    }
  }

  #addScaled(slot: number, value: number, bit: number): void {
    const scaled = value * 2 ** bit;
    if (Number.isFinite(scaled)) {
      this.#addOne(slot, scaled);
      return;
    }
    this.#addScaled(slot, value, bit - 1);
    this.#addScaled(slot, value, bit - 1);
  }

  #addOne(slot: number, value: number): void {
    const { slots, values } = this.#one;
    slots[0] = slot;
    values[0] = value;
    if (addExact(this.#state, slots, values, null, null, 0, 1) === 1) return;
    if (!Number.isNaN(this.#state[2 * slot])) this.#spill(slot);
    this.#addToSpilt(this.#state[2 * slot + 1], value);
  }

  #spill(slot: number): void {
    const spilt = this.#spilt.take();
    this.#chunks = grown(this.#chunks, (spilt + 1) * SUPER_CHUNKS);
    this.#adds = grown(this.#adds, spilt + 1);
    this.#addToSpilt(spilt, this.#state[2 * slot]);
    this.#addToSpilt(spilt, this.#state[2 * slot + 1]);
    this.#state[2 * slot] = Number.NaN;
    this.#state[2 * slot + 1] = spilt;
  }

  #addToSpilt(spilt: number, value: number): void {
    addToChunks(this.#chunks, spilt * SUPER_CHUNKS, value);
    if (++this.#adds[spilt] < ADDS_BEFORE_CARRY) return;
    carryChunks(this.#chunks, spilt * SUPER_CHUNKS);
    this.#adds[spilt] = 0;
  }

  #freeSpilt(spilt: number): void {
    this.#chunks.fill(0, spilt * SUPER_CHUNKS, (spilt + 1) * SUPER_CHUNKS);
    this.#adds[spilt] = 0;
    this.#spilt.free(spilt);
  }

  #addSpecial(slot: number, value: number, diff: number): void {
    const specials = this.#specials.get(slot) ?? { nan: 0, positive: 0, negative: 0 };
    if (Number.isNaN(value)) specials.nan += diff;
    else if (value > 0) specials.positive += diff;
    else specials.negative += diff;
    if (specials.nan === 0 && specials.positive === 0 && specials.negative === 0) this.#specials.delete(slot);
    else this.#specials.set(slot, specials);
  }
}

function specialSum({ nan, positive, negative }: Specials): number | undefined {
  if (nan > 0 || (positive > 0 && negative > 0)) return Number.NaN;
  if (positive > 0) return Number.POSITIVE_INFINITY;
  return negative > 0 ? Number.NEGATIVE_INFINITY : undefined;
}
