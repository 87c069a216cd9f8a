/**
 * Each row with the keys of the rows before and after it, in the order of a column, where that is equal of their keys;
 * rows of different instances apart. Behind these, cells of the row before.
 *
 *   sort(T) = { (key, row ++ [prev.key, next.key] ++ prev.row[previous]) : row ∈ T, prev and next its neighbours in T }
 *
 * State: all rows in a threaded treap (lib/trace/ordered-rows.ts). Cost: the delta times the logarithm of the
 * instance's size: a row that comes or goes changes its two neighbours only. Rows whose sort key or instance failed
 * have no place, and are reported. Laws 1–3, 5, 6; not linear.
 */
import { Batch } from "../data/batch.ts";
import { ABSENT, type Column, NULL, TextColumn, VALUE } from "../data/column.ts";
import { consolidate } from "../data/consolidate.ts";
import { keyColumn } from "../data/key-column.ts";
import { KEY_WORDS, Keys } from "../data/keys.ts";
import { concatBatches, retagged } from "../data/rows.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { Operator } from "../dataflow/operator.ts";
import { emptyTagged } from "../kernels/join-bytes.ts";
import { type LeftOut, withoutFailed } from "./left-out.ts";
import type { OperatorDefinition, OperatorSpec } from "./operator-definition.ts";
import { OrderedTable } from "./ordered-table.ts";

export interface SortOptions {
  /** The method, as messages call it. */
  readonly said: string;
  /** Position of the column that gives the order. */
  readonly key: number;
  /** Positions of the columns in which rows of one order agree; none: all rows have one order. */
  readonly instance: readonly number[];
  /** Positions of the columns whose cells in the row before are wanted. */
  readonly previous: readonly number[];
}

export const sort: OperatorDefinition = {
  name: "sort",
  linear: false,
  create: (spec) => new Sort(spec),
};

class Sort implements Operator {
  readonly #spec: OperatorSpec;
  readonly #options: SortOptions;
  readonly #told: LeftOut;
  readonly #table: OrderedTable;
  /** How many columns the input has: those of the neighbours stand behind. */
  readonly #width: number;

  constructor(spec: OperatorSpec) {
    const [{ columns, uniqueKeys }] = spec.inputs;
    const { site, onFailure, needed } = spec;
    this.#spec = spec;
    this.#options = spec.options as SortOptions;
    this.#width = columns.length;
    const { key, instance, previous, said } = this.#options;
    const detail = (column: string): string =>
      `column "${column}" failed, so the row has no place in the order`;
    this.#told = { operator: said, site, columns, onFailure, detail };
    const isRead = (i: number): boolean =>
      needed[i] || previous.some((position, p) => position === i && needed[this.#width + 2 + p]);
    // Where keys do not tell rows apart, all cells do.
    const kept = columns.map((_, i) => !uniqueKeys || isRead(i));
    this.#table = new OrderedTable(
      columns.map(({ type }) => type),
      key,
      instance,
      kept,
    );
  }

  get stateSize(): number {
    return this.#table.size;
  }

  step([given]: readonly (Batch | null)[]): Batch | null {
    const { key, instance } = this.#options;
    const batch = given === null ? null : withoutFailed(given, [key, ...instance], this.#told);
    if (batch === null) return null;
    const table = this.#table;
    const groups = table.begin(batch);
    for (let row = 0; row < batch.length; row++) {
      table.touch(table.rows.seek(groups[row], batch, row));
      const { before, after } = table.rows;
      table.touch(before);
      table.touch(after);
    }
    const old = this.#answers(batch.time, -1);
    table.apply(batch, groups);
    const fresh = this.#answers(batch.time, 1);
    table.end(groups);
    return consolidate(concatBatches([old, fresh]), this.#spec.inputs[0].uniqueKeys);
  }

  save(writer: StateWriter): void {
    this.#table.save(writer);
  }

  load(reader: StateReader): void {
    this.#table.load(reader);
  }

  /** What the touched rows are answered now. */
  #answers(time: number, sign: 1 | -1): Batch {
    const { rows } = this.#table;
    const { needed } = this.#spec;
    const nodes = this.#table.touched();
    const n = nodes.length;
    const words = new Uint32Array(KEY_WORDS * n);
    const diffs = new Int32Array(n);
    for (let i = 0; i < n; i++) {
      rows.copyKey(nodes[i], words, i);
      diffs[i] = sign * rows.countOf(nodes[i]);
    }
    const before = nodes.map((node) => rows.beforeOf(node));
    const columns: Column[] = [];
    for (let i = 0; i < this.#width; i++) columns.push(needed[i] ? rows.gather(i, nodes, n) : ABSENT);
    columns.push(needed[this.#width] ? this.#keysOf(before) : ABSENT);
    columns.push(needed[this.#width + 1] ? this.#keysOf(nodes.map((node) => rows.afterOf(node))) : ABSENT);
    this.#options.previous.forEach((position, i) => {
      const isNeeded = needed[this.#width + 2 + i];
      columns.push(isNeeded ? nullWhereNone(rows.gather(position, before, n), before) : ABSENT);
    });
    return new Batch(time, n, columns, Keys.of(words), diffs);
  }

  /** The keys of nodes as pointers; null for none. */
  #keysOf(nodes: Uint32Array): Column {
    const words = new Uint32Array(KEY_WORDS * nodes.length);
    for (let i = 0; i < nodes.length; i++) if (nodes[i] !== 0) this.#table.rows.copyKey(nodes[i], words, i);
    const { bytes, starts, ends } = keyColumn(Keys.of(words), nodes.length);
    if (!nodes.includes(0)) return new TextColumn(bytes, starts, ends);
    const tags = Uint8Array.from(nodes, (node) => (node === 0 ? NULL : VALUE));
    emptyTagged(tags, nodes.length, starts, ends);
    return new TextColumn(bytes, starts, ends, tags);
  }
}

/** The column with null where the node is none. */
function nullWhereNone(column: Column, nodes: Uint32Array): Column {
  if (!nodes.includes(0)) return column;
  const tags = column.tags?.slice() ?? new Uint8Array(nodes.length);
  for (let i = 0; i < nodes.length; i++) if (nodes[i] === 0) tags[i] = NULL;
  return retagged(column, tags);
}
