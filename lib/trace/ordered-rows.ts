import { grown } from "../base/growth.ts";
import type { Batch } from "../data/batch.ts";
import { ABSENT, type Column } from "../data/column.ts";
import { KEY_WORDS } from "../data/keys.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { ColumnType } from "../data/type.ts";
import { compareKeys } from "../kernels/compare-keys.ts";
import { type ColumnStore, columnStore } from "./column-store.ts";
import { Slots } from "./slots.ts";

/** Places in a node's links. */
const LEFT = 0;
const RIGHT = 1;
const BEFORE = 2;
const AFTER = 3;
const LINKS = 4;

/**
 * The rows of a table in order, group by group: by one column, where that is equal by their keys, then by their other
 * cells. In shared arrays: a treap a group (Seidel and Aragon, Algorithmica 1996), threaded, so that a row's
 * neighbours are one look away. Adding and taking a row cost O(log n) expected in the size of its group.
 *
 * Nodes are numbered from 1 (0 is none); equal rows are one node with a count. A node's priority is a hash of its
 * number, so the same changes always build the same tree. Groups are numbered by the owner.
 */
export class OrderedRows {
  #roots = new Int32Array(16);
  /** Four a node: its left and right child, the nodes before and after it. */
  #links = new Int32Array(LINKS * 16);
  #counts = new Int32Array(16);
  #keyWords = new Uint32Array(KEY_WORDS * 16);
  readonly #by: number;
  readonly #order: ColumnStore;
  /** By position; null where a column is not kept. */
  readonly #stores: readonly (ColumnStore | null)[];
  readonly #nodes = new Slots();
  /** What `seek` found around its row. */
  before = 0;
  after = 0;

  /** Ordered by the column at `by`. `kept[i]` is false where column i is never read back. */
  constructor(types: readonly ColumnType[], by: number, kept: readonly boolean[]) {
    this.#by = by;
    this.#stores = types.map((type, i) => (kept[i] || i === by ? columnStore(type) : null));
    this.#order = this.#stores[by] as ColumnStore;
    this.#nodes.take();
  }

  /** Distinct rows held, over all groups. */
  get size(): number {
    return this.#nodes.live - 1;
  }

  /** One more than the highest node ever used. */
  get capacity(): number {
    return this.#nodes.used;
  }

  reserve(groups: number): void {
    this.#roots = grown(this.#roots, groups);
  }

  isEmpty(group: number): boolean {
    return this.#roots[group] === 0;
  }

  beforeOf(node: number): number {
    return this.#links[LINKS * node + BEFORE];
  }

  afterOf(node: number): number {
    return this.#links[LINKS * node + AFTER];
  }

  countOf(node: number): number {
    return this.#counts[node];
  }

  /** The node of a batch's row, or 0; `before` and `after` become the nodes that stand, or would stand, around it. */
  seek(group: number, batch: Batch, row: number): number {
    this.before = 0;
    this.after = 0;
    for (let at = this.#roots[group]; at !== 0; ) {
      const order = this.#compare(at, batch, row);
      if (order === 0) {
        this.before = this.beforeOf(at);
        this.after = this.afterOf(at);
        return at;
      }
      if (order < 0) {
        this.before = at;
        at = this.#links[LINKS * at + RIGHT];
      } else {
        this.after = at;
        at = this.#links[LINKS * at + LEFT];
      }
    }
    return 0;
  }

  /** Adds `diff` to how often a batch's row is there; returns its node, 0 where it is gone. */
  add(group: number, batch: Batch, row: number, diff: number): number {
    const known = this.seek(group, batch, row);
    if (known === 0) return this.#insert(group, batch, row, diff);
    this.#counts[known] += diff;
    if (this.#counts[known] !== 0) return known;
    this.#remove(group, known, batch, row);
    return 0;
  }

  /** The cells that nodes have in the column at a position; ABSENT where it is not kept. */
  gather(position: number, nodes: Uint32Array, n: number): Column {
    return this.#stores[position]?.gather(nodes, n) ?? ABSENT;
  }

  /** The tag of a node's cell in a column that is kept. */
  tagOf(position: number, node: number): number {
    return (this.#stores[position] as ColumnStore).tagAt(node);
  }

  /** Copies the key of a node's row to `out[4 i …]`. */
  copyKey(node: number, out: Uint32Array, i: number): void {
    for (let w = 0; w < KEY_WORDS; w++) out[KEY_WORDS * i + w] = this.#keyWords[KEY_WORDS * node + w];
  }

  save(writer: StateWriter, groups: number): void {
    const { used } = this.#nodes;
    this.#nodes.save(writer.scope("nodes"));
    writer.array("roots", this.#roots, Math.min(groups, this.#roots.length));
    writer.array("links", this.#links, LINKS * used);
    writer.array("counts", this.#counts, used);
    writer.array("keyWords", this.#keyWords, KEY_WORDS * used);
    this.#stores.forEach((store, i) => store?.save(writer.scope(`column${i}`), used));
  }

  load(reader: StateReader): void {
    this.#nodes.load(reader.scope("nodes"));
    this.#roots = reader.int32("roots", 16);
    this.#links = reader.int32("links", LINKS * 16);
    this.#counts = reader.int32("counts", 16);
    this.#keyWords = reader.uint32("keyWords", KEY_WORDS * 16);
    this.#stores.forEach((store, i) => store?.load(reader.scope(`column${i}`)));
  }

  /** The order of a node's row and a batch's. */
  #compare(node: number, batch: Batch, row: number): number {
    const order = this.#order.compareWith(node, batch.columns[this.#by], row);
    if (order !== 0) return order;
    const byKey = compareKeys(this.#keyWords, node, batch.keys.words(), row);
    return byKey !== 0 ? byKey : this.#compareCells(node, batch, row);
  }

  #compareCells(node: number, batch: Batch, row: number): number {
    for (let i = 0; i < this.#stores.length; i++) {
      const order = this.#stores[i]?.compareWith(node, batch.columns[i], row) ?? 0;
      if (order !== 0) return order;
    }
    return 0;
  }

  /** A place for a child is its index in the links; that of a root is the complement of the group's number. */
  #hang(place: number, node: number): void {
    if (place < 0) this.#roots[~place] = node;
    else this.#links[place] = node;
  }

  #insert(group: number, batch: Batch, row: number, diff: number): number {
    const node = this.#create(batch, row, diff);
    const links = this.#links;
    const own = priority(node);
    let place = ~group;
    let at = this.#roots[group];
    while (at !== 0 && priority(at) >= own) {
      place = LINKS * at + (this.#compare(at, batch, row) < 0 ? RIGHT : LEFT);
      at = links[place];
    }
    this.#hang(place, node);
    // Parts what stood there into what is before the node and what is after it.
    let low = LINKS * node + LEFT;
    let high = LINKS * node + RIGHT;
    while (at !== 0) {
      if (this.#compare(at, batch, row) < 0) {
        links[low] = at;
        low = LINKS * at + RIGHT;
        at = links[low];
      } else {
        links[high] = at;
        high = LINKS * at + LEFT;
        at = links[high];
      }
    }
    links[low] = 0;
    links[high] = 0;
    this.#thread(this.before, node);
    this.#thread(node, this.after);
    return node;
  }

  #remove(group: number, node: number, batch: Batch, row: number): void {
    const links = this.#links;
    let place = ~group;
    for (let at = this.#roots[group]; at !== node; at = links[place])
      place = LINKS * at + (this.#compare(at, batch, row) < 0 ? RIGHT : LEFT);
    let low = links[LINKS * node + LEFT];
    let high = links[LINKS * node + RIGHT];
    while (low !== 0 && high !== 0) {
      if (priority(low) > priority(high)) {
        this.#hang(place, low);
        place = LINKS * low + RIGHT;
        low = links[place];
      } else {
        this.#hang(place, high);
        place = LINKS * high + LEFT;
        high = links[place];
      }
    }
    this.#hang(place, low !== 0 ? low : high);
    this.#thread(this.beforeOf(node), this.afterOf(node));
    for (const store of this.#stores) store?.clear(node);
    this.#nodes.free(node);
  }

  /** Makes two nodes neighbours; 0 is none. */
  #thread(before: number, after: number): void {
    if (before !== 0) this.#links[LINKS * before + AFTER] = after;
    if (after !== 0) this.#links[LINKS * after + BEFORE] = before;
  }

  #create(batch: Batch, row: number, diff: number): number {
    const node = this.#nodes.take();
    this.#links = grown(this.#links, LINKS * (node + 1));
    this.#counts = grown(this.#counts, node + 1);
    this.#keyWords = grown(this.#keyWords, KEY_WORDS * (node + 1));
    const words = batch.keys.words();
    for (let w = 0; w < KEY_WORDS; w++) this.#keyWords[KEY_WORDS * node + w] = words[KEY_WORDS * row + w];
    for (let i = 0; i < this.#stores.length; i++) {
      this.#stores[i]?.reserve(node + 1);
      this.#stores[i]?.set(node, batch.columns[i], row);
    }
    this.#links[LINKS * node + BEFORE] = 0;
    this.#links[LINKS * node + AFTER] = 0;
    this.#counts[node] = diff;
    return node;
  }
}

/** A number that looks random, always the same for a node (the finalizer of MurmurHash3). */
function priority(node: number): number {
  let h = Math.imul(node ^ (node >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
