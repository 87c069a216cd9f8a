/**
 * Layout 2: integer row ids into a shared row store. Texts are interned to value ids, rows (a text and a number) to
 * row ids; both are counted, and freed when nobody holds them. Operators see (row id, diff) only.
 */
import {
  CHUNK_ROWS,
  type Customers,
  careful,
  gatherNumbers,
  gatherText,
  hashNumber,
  LeftRows,
  ONES,
  type Pipeline,
  probe,
  remember,
} from "./columns.ts";
import { countGroups, DOUBLES, emitGroups, GroupState, internText, TextIndex } from "./groups.ts";
import { type Field, scanJson, scannedColumns, shapeOf } from "./scan.ts";
import { sumExpansion } from "./sums.ts";

/** Distinct (text id, number) rows. Ids are reused through a free list; removal shifts the probe run back. */
export class RowStore {
  slots = new Int32Array(1 << 12);
  mask = (1 << 12) - 1;
  texts = new Int32Array(1 << 11);
  numbers = new Float64Array(1 << 11);
  hashes = new Int32Array(1 << 11);
  holds = new Int32Array(1 << 11);
  free = new Int32Array(1 << 11);
  freeCount = 0;
  count = 0;

  /** Room for `more` new rows at a load of at most one half. */
  reserve(more: number): void {
    const needed = this.count + more;
    if (needed > this.texts.length) {
      const size = 1 << (32 - Math.clz32(needed - 1));
      const texts = new Int32Array(size);
      texts.set(this.texts);
      this.texts = texts;
      const numbers = new Float64Array(size);
      numbers.set(this.numbers);
      this.numbers = numbers;
      const hashes = new Int32Array(size);
      hashes.set(this.hashes);
      this.hashes = hashes;
      const holds = new Int32Array(size);
      holds.set(this.holds);
      this.holds = holds;
      const free = new Int32Array(size);
      free.set(this.free);
      this.free = free;
      this.slots = new Int32Array(size * 2);
      this.mask = size * 2 - 1;
      for (let row = 0; row < this.count; row++) {
        if (this.holds[row] === 0) continue;
        let slot = this.hashes[row] & this.mask;
        while (this.slots[slot] !== 0) slot = (slot + 1) & this.mask;
        this.slots[slot] = row + 1;
      }
    }
  }
}

/** rows[i] = the id of row (texts[i], numbers[i]), held once more. */
export function internRows(
  store: RowStore,
  texts: Int32Array,
  numbers: Float64Array,
  count: number,
  rows: Int32Array,
): void {
  store.reserve(count);
  const { slots, mask, hashes, holds, free } = store;
  const keptTexts = store.texts;
  const keptNumbers = store.numbers;
  for (let i = 0; i < count; i++) {
    const text = texts[i];
    const number = numbers[i];
    const hash = Math.imul(hashNumber(number) ^ Math.imul(text, 0x9e3779b1), 0x85ebca6b) >>> 1;
    let slot = hash & mask;
    let row = slots[slot] - 1;
    while (row >= 0 && (hashes[row] !== hash || keptTexts[row] !== text || keptNumbers[row] !== number)) {
      slot = (slot + 1) & mask;
      row = slots[slot] - 1;
    }
    if (row < 0) {
      row = store.freeCount > 0 ? free[--store.freeCount] : store.count++;
      keptTexts[row] = text;
      keptNumbers[row] = number;
      hashes[row] = hash;
      slots[slot] = row + 1;
    }
    holds[row]++;
    rows[i] = row;
  }
}

/** Gives up one hold of each row; a row that nobody holds leaves the table. */
export function releaseRows(store: RowStore, rows: Int32Array, count: number): void {
  const { slots, mask, hashes, holds, free } = store;
  for (let i = 0; i < count; i++) {
    const row = rows[i];
    if (--holds[row] > 0) continue;
    let hole = hashes[row] & mask;
    while (slots[hole] !== row + 1) hole = (hole + 1) & mask;
    let at = hole;
    for (;;) {
      at = (at + 1) & mask;
      const other = slots[at] - 1;
      if (other < 0) break;
      const home = hashes[other] & mask;
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        slots[hole] = other + 1;
        hole = at;
      }
    }
    slots[hole] = 0;
    free[store.freeCount++] = row;
  }
}

/** Reads columns of the store through row ids. */
function readRows(
  store: RowStore,
  rows: Int32Array,
  count: number,
  texts: Int32Array,
  numbers: Float64Array,
): void {
  const fromTexts = store.texts;
  const fromNumbers = store.numbers;
  for (let i = 0; i < count; i++) {
    const row = rows[i];
    texts[i] = fromTexts[row];
    numbers[i] = fromNumbers[row];
  }
}

/** json → rows → group by a text field. With one column the value id is the row id. */
export function groupByRowIds(sample: string, key: string, number: string | null): Pipeline {
  const fields: Field[] = [{ name: key, text: true }];
  if (number !== null) fields.push({ name: number, text: false });
  const shape = shapeOf(sample, fields);
  const columns = scannedColumns(fields, CHUNK_ROWS);
  const index = new TextIndex();
  const store = new RowStore();
  const state = new GroupState();
  const ids = new Int32Array(CHUNK_ROWS);
  const rows = new Int32Array(CHUNK_ROWS);
  const groups = new Int32Array(CHUNK_ROWS);
  const numbers = new Float64Array(CHUNK_ROWS);
  return {
    take(bytes, ends, from, to) {
      careful(scanJson(bytes, ends, from, to, shape, columns));
      internText(index, bytes, columns.starts[0], columns.ends[0], columns.hashes[0], columns.rows, ids);
      state.reserve(index.count);
      if (number === null) {
        countGroups(state, ids, ONES, columns.rows);
        return;
      }
      internRows(store, ids, columns.values[1], columns.rows, rows);
      readRows(store, rows, columns.rows, groups, numbers);
      countGroups(state, groups, ONES, columns.rows);
      sumExpansion(state.doubles, groups, numbers, ONES, columns.rows, state.spill, DOUBLES);
      releaseRows(store, rows, columns.rows);
    },
    commit: (time, out) => emitGroups(state, index, number !== null, time, out),
  };
}

/** The value ids of the right side's texts. */
function internSegments(right: Customers, index: TextIndex): Int32Array {
  const count = right.keys.length;
  const rows = Int32Array.from({ length: count }, (_, row) => row);
  const starts = new Uint32Array(count);
  const ends = new Uint32Array(count);
  const hashes = new Int32Array(count);
  gatherText(right, rows, count, starts, ends, hashes);
  internText(index, right.bytes, starts, ends, hashes, count, rows);
  return rows;
}

/** json → rows (customer, amount) → join → rows (segment, amount) → group by segment. */
export function joinRowIds(sample: string, right: Customers, options: { keepLeft: boolean }): Pipeline {
  const fields: Field[] = [
    { name: "customer", text: false },
    { name: "amount", text: false },
  ];
  const shape = shapeOf(sample, fields);
  const columns = scannedColumns(fields, CHUNK_ROWS);
  const index = new TextIndex();
  const store = new RowStore();
  const joined = new RowStore();
  const state = new GroupState();
  const segments = internSegments(right, index);
  const kept = new LeftRows(right.keys.length);
  const customers = new Int32Array(CHUNK_ROWS);
  const rows = new Int32Array(CHUNK_ROWS);
  const keys = new Float64Array(CHUNK_ROWS);
  const amounts = new Float64Array(CHUNK_ROWS);
  const leftRows = new Int32Array(CHUNK_ROWS);
  const rightRows = new Int32Array(CHUNK_ROWS);
  const texts = new Int32Array(CHUNK_ROWS);
  const gathered = new Float64Array(CHUNK_ROWS);
  return {
    take(bytes, ends, from, to) {
      careful(scanJson(bytes, ends, from, to, shape, columns));
      const count = columns.rows;
      for (let i = 0; i < count; i++) customers[i] = columns.values[0][i];
      internRows(store, customers, columns.values[1], count, rows);
      readRows(store, rows, count, customers, amounts);
      for (let i = 0; i < count; i++) keys[i] = customers[i];
      const pairs = probe(right, keys, count, leftRows, rightRows);
      if (options.keepLeft) {
        kept.reserve(pairs);
        remember(kept, rightRows, leftRows, amounts, pairs);
      } else releaseRows(store, rows, count);
      gatherNumbers(amounts, leftRows, pairs, gathered);
      for (let i = 0; i < pairs; i++) texts[i] = segments[rightRows[i]];
      internRows(joined, texts, gathered, pairs, rows);
      readRows(joined, rows, pairs, texts, gathered);
      state.reserve(index.count);
      countGroups(state, texts, ONES, pairs);
      sumExpansion(state.doubles, texts, gathered, ONES, pairs, state.spill, DOUBLES);
      releaseRows(joined, rows, pairs);
    },
    commit: (time, out) => emitGroups(state, index, true, time, out),
  };
}
