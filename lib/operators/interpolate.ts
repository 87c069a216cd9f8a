/**
 * Each row with its missing values on the line between the nearest known ones before and after it, in the order of a
 * time, where that is equal of the rows' keys; rows of different instances apart. Where only one side is known, its
 * value; where none is, null.
 *
 *   interpolate(T) = { (key, row with row[v] = line(row, known_v(T)) where it is null) : row ∈ T }
 *
 * State: all rows in a threaded treap (lib/trace/ordered-rows.ts), and for each value the rows where it is known in
 * another. Cost: the logarithm of the instance's size for each changed row, and the missing values between a changed
 * known one and its known neighbours, which all change. Rows whose time or instance failed have no place, and are
 * reported; a value that failed is neither missing nor known. Laws 1–3, 5, 6; not linear.
 */
import { grown } from "../base/growth.ts";
import { Batch } from "../data/batch.ts";
import { ABSENT, type Column, NULL, NumberColumn, tagOf, VALUE } from "../data/column.ts";
import { consolidate } from "../data/consolidate.ts";
import { KEY_WORDS, Keys } from "../data/keys.ts";
import { concatBatches } from "../data/rows.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { Operator } from "../dataflow/operator.ts";
import { interpolateCells } from "../kernels/interpolate.ts";
import { OrderedRows } from "../trace/ordered-rows.ts";
import { type LeftOut, withoutFailed } from "./left-out.ts";
import type { OperatorDefinition, OperatorSpec } from "./operator-definition.ts";
import { OrderedTable } from "./ordered-table.ts";

export interface InterpolateOptions {
  /** Position of the column that gives the order and the distances. */
  readonly time: number;
  /** Positions of the columns in which rows of one order agree. */
  readonly instance: readonly number[];
  /** Positions of the columns whose missing values are filled. */
  readonly values: readonly number[];
}

export const interpolate: OperatorDefinition = {
  name: "interpolate",
  linear: false,
  create: (spec) => new Interpolate(spec),
};

/** A column whose missing values are filled. */
interface Filled {
  readonly position: number;
  /** The rows where it is known: their time and value. */
  readonly known: OrderedRows;
  /** By node: the step in which the gap behind it, or before it, has been walked. */
  readonly walked: [backward: Uint32Array, forward: Uint32Array];
}

class Interpolate implements Operator {
  readonly #spec: OperatorSpec;
  readonly #options: InterpolateOptions;
  readonly #told: LeftOut;
  readonly #table: OrderedTable;
  readonly #filled: readonly Filled[];
  #epoch = 0;

  constructor(spec: OperatorSpec) {
    const [{ columns }] = spec.inputs;
    const { site, onFailure, needed } = spec;
    this.#spec = spec;
    this.#options = spec.options as InterpolateOptions;
    const { time, instance, values } = this.#options;
    const detail = (column: string): string =>
      `column "${column}" failed, so the row has no place in the order`;
    this.#told = { operator: "interpolate", site, columns, onFailure, detail };
    const types = columns.map(({ type }) => type);
    this.#table = new OrderedTable(types, time, instance, needed);
    this.#filled = values
      .filter((position) => needed[position])
      .map((position) => ({
        position,
        known: new OrderedRows([types[time], types[position]], 0, [true, true]),
        walked: [new Uint32Array(16), new Uint32Array(16)],
      }));
  }

  get stateSize(): number {
    return this.#filled.reduce((size, { known }) => size + known.size, this.#table.size);
  }

  step([given]: readonly (Batch | null)[]): Batch | null {
    const { time, instance } = this.#options;
    const batch = given === null ? null : withoutFailed(given, [time, ...instance], this.#told);
    if (batch === null) return null;
    const table = this.#table;
    const groups = table.begin(batch);
    this.#epoch++;
    this.#touch(batch, groups);
    const old = this.#answers(batch.time, -1);
    table.apply(batch, groups);
    for (const filled of this.#filled) this.#learn(filled, batch, groups);
    const fresh = this.#answers(batch.time, 1);
    table.end(groups);
    return consolidate(concatBatches([old, fresh]), this.#spec.inputs[0].uniqueKeys);
  }

  save(writer: StateWriter): void {
    this.#table.save(writer.scope("table"));
    this.#filled.forEach(({ known }, i) => known.save(writer.scope(`known${i}`), this.#table.groupCapacity));
  }

  load(reader: StateReader): void {
    this.#table.load(reader.scope("table"));
    this.#filled.forEach(({ known }, i) => known.load(reader.scope(`known${i}`)));
    for (const { walked } of this.#filled) for (const marks of walked) marks.fill(0);
    this.#epoch = 0;
  }

  /** The changed rows, and around each known value the rows that miss theirs, up to the next known ones. */
  #touch(batch: Batch, groups: Int32Array): void {
    const { rows } = this.#table;
    for (let row = 0; row < batch.length; row++) {
      this.#table.touch(rows.seek(groups[row], batch, row));
      const { before, after } = rows;
      for (const filled of this.#filled) {
        if (tagOf(batch.columns[filled.position], row) !== VALUE) continue;
        this.#walk(filled, before, 0);
        this.#walk(filled, after, 1);
      }
    }
  }

  #walk({ position, walked }: Filled, from: number, direction: 0 | 1): void {
    const { rows } = this.#table;
    walked[direction] = grown(walked[direction], rows.capacity);
    const marks = walked[direction];
    for (let node = from; node !== 0 && marks[node] !== this.#epoch; ) {
      const tag = rows.tagOf(position, node);
      if (tag === VALUE) return;
      marks[node] = this.#epoch;
      if (tag === NULL) this.#table.touch(node);
      node = direction === 0 ? rows.beforeOf(node) : rows.afterOf(node);
    }
  }

  /** Takes the batch's known values in, those that go first. */
  #learn({ position, known }: Filled, batch: Batch, groups: Int32Array): void {
    known.reserve(this.#table.groupCapacity);
    const points = batch.withColumns([batch.columns[this.#options.time], batch.columns[position]]);
    for (const sign of [-1, 1]) {
      for (let row = 0; row < batch.length; row++) {
        const diff = batch.diffs === null ? 1 : batch.diffs[row];
        if (diff * sign > 0 && tagOf(points.columns[1], row) === VALUE)
          known.add(groups[row], points, row, diff);
      }
    }
  }

  /** What the touched rows are answered now. */
  #answers(time: number, sign: 1 | -1): Batch {
    const { rows } = this.#table;
    const nodes = this.#table.touched();
    const n = nodes.length;
    const words = new Uint32Array(KEY_WORDS * n);
    const diffs = new Int32Array(n);
    for (let i = 0; i < n; i++) {
      rows.copyKey(nodes[i], words, i);
      diffs[i] = sign * rows.countOf(nodes[i]);
    }
    const columns = this.#spec.needed.map((needed, i) => (needed ? rows.gather(i, nodes, n) : ABSENT));
    const keys = Keys.of(words);
    const times = rows.gather(this.#options.time, nodes, n);
    for (const filled of this.#filled) {
      const points = new Batch(time, n, [times, columns[filled.position]], keys, null);
      columns[filled.position] = this.#fill(filled, points, nodes);
    }
    return new Batch(time, n, columns, keys, diffs);
  }

  #fill({ known }: Filled, points: Batch, nodes: Uint32Array): Column {
    const [times, cells] = points.columns as [NumberColumn, NumberColumn];
    if (cells.tags === null) return cells;
    const n = points.length;
    known.reserve(this.#table.groupCapacity);
    const before = new Uint32Array(n);
    const after = new Uint32Array(n);
    for (let i = 0; i < n; i++) {
      if (cells.tags[i] !== NULL) continue;
      known.seek(this.#table.groupOf(nodes[i]), points, i);
      before[i] = known.before;
      after[i] = known.after;
    }
    const filled = new NumberColumn(cells.values.slice(0, n), cells.tags.slice(0, n));
    interpolateCells(
      times.values,
      before,
      numbersOf(known, 0, before),
      numbersOf(known, 1, before),
      after,
      numbersOf(known, 0, after),
      numbersOf(known, 1, after),
      n,
      NULL,
      filled.values,
      filled.tags as Uint8Array,
    );
    return filled;
  }
}

function numbersOf(rows: OrderedRows, position: number, nodes: Uint32Array): Float64Array {
  return (rows.gather(position, nodes, nodes.length) as NumberColumn).values;
}
