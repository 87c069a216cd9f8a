import { grown } from "../base/growth.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import { compareNumbers } from "../data/value.ts";
import { Slots } from "./slots.ts";

/**
 * One sorted multiset of numbers for each group, which knows the number at every rank: a treap a group (Seidel and
 * Aragon, Algorithmica 1996) whose nodes count the numbers below them. Adding, taking and finding a rank cost O(log n)
 * expected in the size of the group.
 *
 * Nodes are numbered from 1 (0 is none) and priorities are a hash of the number, so that a set has one tree whatever
 * came and went. A multiplicity may pass through negative values within a batch; the node goes when it comes to 0.
 */
export class RankedNumbers {
  #roots = new Int32Array(16);
  #left = new Int32Array(16);
  #right = new Int32Array(16);
  #values = new Float64Array(16);
  #counts = new Float64Array(16);
  /** Of each node: the multiplicities of its tree. */
  #sizes = new Float64Array(16);
  readonly #nodes = new Slots();
  /** The parts of the latest split. */
  #low = 0;
  #high = 0;

  constructor() {
    this.#nodes.take();
  }

  /** Different numbers held, over all groups. */
  get size(): number {
    return this.#nodes.live - 1;
  }

  reserve(groups: number): void {
    this.#roots = grown(this.#roots, groups);
  }

  /** How many numbers a group has. */
  count(group: number): number {
    return this.#sizes[this.#roots[group]];
  }

  /** Adds `diff` to the multiplicity of a number in a group. -0 is 0; all NaN are one, above all others. */
  add(group: number, value: number, diff: number): void {
    const node = this.#find(this.#roots[group], value);
    if (node === 0) {
      this.#roots[group] = this.#insert(this.#roots[group], this.#create(value + 0, diff));
      return;
    }
    this.#counts[node] += diff;
    if (this.#counts[node] !== 0) {
      this.#resize(this.#roots[group], value, diff);
      return;
    }
    this.#roots[group] = this.#remove(this.#roots[group], value);
    this.#nodes.free(node);
  }

  /** The number that has `rank` (from 0) others before it; the rank is below the group's count. */
  at(group: number, rank: number): number {
    let node = this.#roots[group];
    let left = rank;
    for (;;) {
      const before = this.#sizes[this.#left[node]];
      if (left < before) node = this.#left[node];
      else if (left < before + this.#counts[node]) return this.#values[node];
      else {
        left -= before + this.#counts[node];
        node = this.#right[node];
      }
    }
  }

  clear(group: number): void {
    const pending = [this.#roots[group]];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (node === 0) continue;
      pending.push(this.#left[node], this.#right[node]);
      this.#nodes.free(node);
    }
    this.#roots[group] = 0;
  }

  save(writer: StateWriter, groups: number): void {
    const { used } = this.#nodes;
    this.#nodes.save(writer.scope("nodes"));
    writer.array("roots", this.#roots, Math.min(groups, this.#roots.length));
    writer.array("left", this.#left, Math.min(used, this.#left.length));
    writer.array("right", this.#right, Math.min(used, this.#right.length));
    writer.array("values", this.#values, Math.min(used, this.#values.length));
    writer.array("counts", this.#counts, Math.min(used, this.#counts.length));
    writer.array("sizes", this.#sizes, Math.min(used, this.#sizes.length));
  }

  load(reader: StateReader): void {
    this.#nodes.load(reader.scope("nodes"));
    this.#roots = reader.int32("roots", 16);
    this.#left = reader.int32("left", 16);
    this.#right = reader.int32("right", 16);
    this.#values = reader.float64("values", 16);
    this.#counts = reader.float64("counts", 16);
    this.#sizes = reader.float64("sizes", 16);
  }

  #find(tree: number, value: number): number {
    let node = tree;
    while (node !== 0) {
      const order = compareNumbers(value, this.#values[node]);
      if (order === 0) return node;
      node = order < 0 ? this.#left[node] : this.#right[node];
    }
    return 0;
  }

  /** Adds `diff` to the sizes of the trees that hold a number. */
  #resize(tree: number, value: number, diff: number): void {
    for (let node = tree; ; ) {
      this.#sizes[node] += diff;
      const order = compareNumbers(value, this.#values[node]);
      if (order === 0) return;
      node = order < 0 ? this.#left[node] : this.#right[node];
    }
  }

  #create(value: number, diff: number): number {
    const node = this.#nodes.take();
    if (node >= this.#left.length) {
      this.#left = grown(this.#left, node + 1);
      this.#right = grown(this.#right, node + 1);
      this.#values = grown(this.#values, node + 1);
      this.#counts = grown(this.#counts, node + 1);
      this.#sizes = grown(this.#sizes, node + 1);
    }
    this.#left[node] = 0;
    this.#right[node] = 0;
    this.#values[node] = value;
    this.#counts[node] = diff;
    this.#sizes[node] = diff;
    return node;
  }

  #sum(node: number): number {
    this.#sizes[node] = this.#counts[node] + this.#sizes[this.#left[node]] + this.#sizes[this.#right[node]];
    return node;
  }

  #insert(tree: number, node: number): number {
    if (tree === 0) return node;
    if (this.#isAbove(node, tree)) {
      this.#split(tree, this.#values[node]);
      this.#left[node] = this.#low;
      this.#right[node] = this.#high;
      return this.#sum(node);
    }
    if (compareNumbers(this.#values[node], this.#values[tree]) < 0)
      this.#left[tree] = this.#insert(this.#left[tree], node);
    else this.#right[tree] = this.#insert(this.#right[tree], node);
    return this.#sum(tree);
  }

  /** Parts a tree into `#low` and `#high` around a number that it does not hold. */
  #split(tree: number, value: number): void {
    if (tree === 0) {
      this.#low = 0;
      this.#high = 0;
    } else if (compareNumbers(this.#values[tree], value) < 0) {
      this.#split(this.#right[tree], value);
      this.#right[tree] = this.#low;
      this.#low = this.#sum(tree);
    } else {
      this.#split(this.#left[tree], value);
      this.#left[tree] = this.#high;
      this.#high = this.#sum(tree);
    }
  }

  #remove(tree: number, value: number): number {
    const order = compareNumbers(value, this.#values[tree]);
    if (order === 0) return this.#merge(this.#left[tree], this.#right[tree]);
    if (order < 0) this.#left[tree] = this.#remove(this.#left[tree], value);
    else this.#right[tree] = this.#remove(this.#right[tree], value);
    return this.#sum(tree);
  }

  /** Every number of `low` is below every number of `high`. */
  #merge(low: number, high: number): number {
    if (low === 0) return high;
    if (high === 0) return low;
    if (this.#isAbove(low, high)) {
      this.#right[low] = this.#merge(this.#right[low], high);
      return this.#sum(low);
    }
    this.#left[high] = this.#merge(low, this.#left[high]);
    return this.#sum(high);
  }

  #isAbove(a: number, b: number): boolean {
    const order = priorityOf(this.#values[a]) - priorityOf(this.#values[b]);
    return order !== 0 ? order > 0 : compareNumbers(this.#values[a], this.#values[b]) > 0;
  }
}

const doubles = new Float64Array(1);
const words = new Uint32Array(doubles.buffer);

/** MurmurHash3's finishing steps over both halves. */
function priorityOf(value: number): number {
  doubles[0] = Number.isNaN(value) ? Number.NaN : value;
  let h = Math.imul(words[0], 0x9e3779b1) ^ words[1];
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
