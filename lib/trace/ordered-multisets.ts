import { grown } from "../base/growth.ts";
import type { Column } from "../data/column.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { ColumnType } from "../data/type.ts";
import { type ColumnStore, columnStore } from "./column-store.ts";
import { Slots } from "./slots.ts";

/** One column that tuples are sorted by: smallest first (1) or largest first (-1). */
export interface SortColumn {
  readonly type: ColumnType;
  readonly direction: 1 | -1;
}

/**
 * One sorted multiset of tuples for each group, in shared arrays: a treap a group (Seidel and Aragon, Algorithmica
 * 1996). Adding, taking and finding the first cost O(log n) expected in the size of the group.
 *
 * Tuples are sorted by their first column, where that is equal by the second, and so on; equal in all columns is one
 * node. Nodes are numbered from 1 (0 is none). Priorities come from a fixed generator, so the same changes always
 * build the same tree. A multiplicity may pass through negative values within a batch; the node goes when it comes
 * to 0.
 */
export class OrderedMultisets {
  #roots = new Int32Array(16);
  #left = new Int32Array(16);
  #right = new Int32Array(16);
  #priority = new Uint32Array(16);
  #counts = new Int32Array(16);
  readonly #stores: readonly ColumnStore[];
  readonly #directions: readonly number[];
  readonly #nodes = new Slots();
  #random = 0x2545f491;

  constructor(columns: readonly SortColumn[]) {
    this.#stores = columns.map(({ type }) => columnStore(type));
    this.#directions = columns.map(({ direction }) => direction);
    this.#nodes.take();
  }

  /** Distinct tuples held, over all groups. */
  get size(): number {
    return this.#nodes.live - 1;
  }

  reserve(groups: number): void {
    this.#roots = grown(this.#roots, groups);
  }

  /** Adds `diff` to the multiplicity of the tuple `columns[…][row]` in a group. */
  add(group: number, columns: readonly Column[], row: number, diff: number): void {
    let node = this.#roots[group];
    while (node !== 0) {
      const order = this.#compareWith(node, columns, row);
      if (order === 0) break;
      node = order > 0 ? this.#left[node] : this.#right[node];
    }
    if (node === 0) {
      this.#roots[group] = this.#insert(this.#roots[group], this.#create(columns, row, diff));
      return;
    }
    this.#counts[node] += diff;
    if (this.#counts[node] === 0) {
      this.#roots[group] = this.#remove(this.#roots[group], node);
      this.#free(node);
    }
  }

  /** The node of a group's first tuple, 0 where the group has none. */
  first(group: number): number {
    let node = this.#roots[group];
    while (node !== 0 && this.#left[node] !== 0) node = this.#left[node];
    return node;
  }

  /** Takes one of a group's last tuple, where the group has any. */
  dropLast(group: number): void {
    let node = this.#roots[group];
    if (node === 0) return;
    while (this.#right[node] !== 0) node = this.#right[node];
    if (--this.#counts[node] !== 0) return;
    this.#roots[group] = this.#remove(this.#roots[group], node);
    this.#free(node);
  }

  /** Appends a group's nodes in order, each as often as its tuple is there, `limit` at most. */
  list(group: number, out: number[], limit = Number.POSITIVE_INFINITY): void {
    const end = out.length + limit;
    const above: number[] = [];
    for (let node = this.#roots[group]; (node !== 0 || above.length > 0) && out.length < end; ) {
      for (; node !== 0; node = this.#left[node]) above.push(node);
      node = above.pop() as number;
      for (let copy = 0; copy < this.#counts[node] && out.length < end; copy++) out.push(node);
      node = this.#right[node];
    }
  }

  /** The cells that nodes have in one of the columns. */
  gather(column: number, nodes: Uint32Array, n: number): Column {
    return this.#stores[column].gather(nodes, n);
  }

  /** Frees what a group still holds. */
  clear(group: number): void {
    const pending = [this.#roots[group]];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (node === 0) continue;
      pending.push(this.#left[node], this.#right[node]);
      this.#free(node);
    }
    this.#roots[group] = 0;
  }

  save(writer: StateWriter, groups: number): void {
    const { used } = this.#nodes;
    this.#nodes.save(writer.scope("nodes"));
    writer.array("roots", this.#roots, Math.min(groups, this.#roots.length));
    writer.array("left", this.#left, used);
    writer.array("right", this.#right, used);
    writer.array("priority", this.#priority, used);
    writer.array("counts", this.#counts, used);
    writer.value("random", this.#random);
    this.#stores.forEach((store, i) => store.save(writer.scope(`column${i}`), used));
  }

  load(reader: StateReader): void {
    this.#nodes.load(reader.scope("nodes"));
    this.#roots = reader.int32("roots", 16);
    this.#left = reader.int32("left", 16);
    this.#right = reader.int32("right", 16);
    this.#priority = reader.uint32("priority", 16);
    this.#counts = reader.int32("counts", 16);
    this.#random = reader.value("random") as number;
    this.#stores.forEach((store, i) => store.load(reader.scope(`column${i}`)));
  }

  /** The order of two nodes' tuples. */
  #compare(a: number, b: number): number {
    let order = 0;
    for (let i = 0; i < this.#stores.length && order === 0; i++)
      order = this.#stores[i].compare(a, b) * this.#directions[i];
    return order;
  }

  #compareWith(node: number, columns: readonly Column[], row: number): number {
    let order = 0;
    for (let i = 0; i < this.#stores.length && order === 0; i++)
      order = this.#stores[i].compareWith(node, columns[i], row) * this.#directions[i];
    return order;
  }

  #create(columns: readonly Column[], row: number, diff: number): number {
    const node = this.#nodes.take();
    if (node >= this.#left.length) {
      this.#left = grown(this.#left, node + 1);
      this.#right = grown(this.#right, node + 1);
      this.#priority = grown(this.#priority, node + 1);
      this.#counts = grown(this.#counts, node + 1);
    }
    for (let i = 0; i < this.#stores.length; i++) {
      this.#stores[i].reserve(node + 1);
      this.#stores[i].set(node, columns[i], row);
    }
    this.#left[node] = 0;
    this.#right[node] = 0;
    this.#counts[node] = diff;
    this.#priority[node] = this.#nextRandom();
    return node;
  }

  #free(node: number): void {
    for (const store of this.#stores) store.clear(node);
    this.#nodes.free(node);
  }

  #insert(tree: number, node: number): number {
    if (tree === 0) return node;
    const before = this.#compare(node, tree) < 0;
    if (this.#priority[node] > this.#priority[tree]) {
      this.#split(tree, node);
      return node;
    }
    if (before) this.#left[tree] = this.#insert(this.#left[tree], node);
    else this.#right[tree] = this.#insert(this.#right[tree], node);
    return tree;
  }

  /** Parts `tree` around the tuple of `node` and hangs the parts below it. */
  #split(tree: number, node: number): void {
    let lowEnd = node;
    let highEnd = node;
    let lowIsRoot = true;
    let highIsRoot = true;
    for (let at = tree; at !== 0; ) {
      if (this.#compare(at, node) < 0) {
        if (lowIsRoot) this.#left[node] = at;
        else this.#right[lowEnd] = at;
        lowIsRoot = false;
        lowEnd = at;
        at = this.#right[at];
      } else {
        if (highIsRoot) this.#right[node] = at;
        else this.#left[highEnd] = at;
        highIsRoot = false;
        highEnd = at;
        at = this.#left[at];
      }
    }
    if (!lowIsRoot) this.#right[lowEnd] = 0;
    if (!highIsRoot) this.#left[highEnd] = 0;
  }

  #remove(tree: number, node: number): number {
    if (tree === node) return this.#merge(this.#left[node], this.#right[node]);
    if (this.#compare(node, tree) < 0) this.#left[tree] = this.#remove(this.#left[tree], node);
    else this.#right[tree] = this.#remove(this.#right[tree], node);
    return tree;
  }

  /** Every tuple of `low` is before every tuple of `high`. */
  #merge(low: number, high: number): number {
    if (low === 0) return high;
    if (high === 0) return low;
    if (this.#priority[low] > this.#priority[high]) {
      this.#right[low] = this.#merge(this.#right[low], high);
      return low;
    }
    this.#left[high] = this.#merge(low, this.#left[high]);
    return high;
  }

  /** Marsaglia's xorshift32. */
  #nextRandom(): number {
    let x = this.#random;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#random = x >>> 0;
    return this.#random;
  }
}
