/** json → filter (amount over a bound) → one JSON diff a row, in both layouts. */
import { CHUNK_ROWS, careful, type Pipeline } from "./columns.ts";
import { type Constant, constant, DiffBytes, putConstant, putNumber, putText } from "./diffs.ts";
import { internText, TextIndex } from "./groups.ts";
import { internRows, RowStore, releaseRows } from "./row-ids.ts";
import { type Field, scanJson, scannedColumns, shapeOf } from "./scan.ts";

const FIELDS: Field[] = [
  { name: "region", text: true },
  { name: "amount", text: false },
];
const OPEN = constant('{"amount":');
const REGION = constant(',"diff":1,"region":"');

function tailOf(time: number): Constant {
  return constant(`","time":${time}},`);
}

function putRow(
  out: DiffBytes,
  amount: number,
  text: DataView,
  start: number,
  end: number,
  tail: Constant,
): void {
  out.reserve(160 + end - start);
  let at = putConstant(out.view, out.length, OPEN);
  at = putNumber(out.bytes, at, amount);
  at = putConstant(out.view, at, REGION);
  at = putText(out.view, at, text, start, end);
  out.length = putConstant(out.view, at, tail);
}

/** Keeps positions where the number is over the bound. */
function keepOver(values: Float64Array, bound: number, rows: number, kept: Int32Array): number {
  let count = 0;
  for (let i = 0; i < rows; i++) {
    kept[count] = i;
    count += values[i] > bound ? 1 : 0;
  }
  return count;
}

export function filterColumns(sample: string, bound: number): Pipeline {
  const shape = shapeOf(sample, FIELDS);
  const columns = scannedColumns(FIELDS, CHUNK_ROWS);
  const kept = new Int32Array(CHUNK_ROWS);
  const pending = new DiffBytes();
  let changes = 0;
  let tail = tailOf(2);
  return {
    take(bytes, ends, from, to) {
      careful(scanJson(bytes, ends, from, to, shape, columns));
      const count = keepOver(columns.values[1], bound, columns.rows, kept);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let i = 0; i < count; i++) {
        const row = kept[i];
        putRow(pending, columns.values[1][row], view, columns.starts[0][row], columns.ends[0][row], tail);
      }
      changes += count;
    },
    commit(at, out) {
      out.reserve(pending.length);
      out.bytes.set(pending.bytes.subarray(0, pending.length), out.length);
      out.length += pending.length;
      pending.length = 0;
      const done = changes;
      changes = 0;
      tail = tailOf(at + 2);
      return done;
    },
  };
}

export function filterRowIds(sample: string, bound: number): Pipeline {
  const shape = shapeOf(sample, FIELDS);
  const columns = scannedColumns(FIELDS, CHUNK_ROWS);
  const index = new TextIndex();
  const store = new RowStore();
  const ids = new Int32Array(CHUNK_ROWS);
  const rows = new Int32Array(CHUNK_ROWS);
  const pending = new DiffBytes();
  let changes = 0;
  let tail = tailOf(2);
  return {
    take(bytes, ends, from, to) {
      careful(scanJson(bytes, ends, from, to, shape, columns));
      internText(index, bytes, columns.starts[0], columns.ends[0], columns.hashes[0], columns.rows, ids);
      internRows(store, ids, columns.values[1], columns.rows, rows);
      for (let i = 0; i < columns.rows; i++) {
        const row = rows[i];
        if (!(store.numbers[row] > bound)) continue;
        const text = store.texts[row];
        putRow(
          pending,
          store.numbers[row],
          index.view,
          index.bounds[text * 2],
          index.bounds[text * 2 + 1],
          tail,
        );
        changes++;
      }
      releaseRows(store, rows, columns.rows);
    },
    commit(at, out) {
      out.reserve(pending.length);
      out.bytes.set(pending.bytes.subarray(0, pending.length), out.length);
      out.length += pending.length;
      pending.length = 0;
      const done = changes;
      changes = 0;
      tail = tailOf(at + 2);
      return done;
    },
  };
}
