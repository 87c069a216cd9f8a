/**
 * The same rows under new keys, of which no two may be the same: the hash of the values of some columns, a pointer
 * column, or the keys that they have (which the tables of a concat may share).
 *
 *   rekey(T) = { (newKey(row), row) : row ∈ T, no other row of T has this new key }
 *
 * A key says which row is meant, so while several rows claim one it is nobody's: none of them is in the result, the
 * collision is reported (which ends the run unless failures are only reported), and the row that remains comes back.
 * This way the answer depends on the rows alone, not on their order. Rows whose key failed are left out,
 * and reported.
 *
 * State: all rows, by their new keys. Cost: the delta's keys and their rows. Laws 1–3, 5, 6; not linear.
 */
import type { Batch } from "../data/batch.ts";
import { pointerText } from "../data/cell.ts";
import type { TextColumn } from "../data/column.ts";
import { consolidate } from "../data/consolidate.ts";
import { keyColumn, pointerWords } from "../data/key-column.ts";
import { KEY_WORDS, Keys } from "../data/keys.ts";
import { keysOfValues } from "../data/row-key.ts";
import { concatBatches } from "../data/rows.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import { describeRow } from "../dataflow/errors.ts";
import type { Operator } from "../dataflow/operator.ts";
import { distinctKeys, type KeySlots, RowsByKey } from "../trace/rows-by-key.ts";
import { failedRow } from "./failed-row.ts";
import { type LeftOut, withoutFailed } from "./left-out.ts";
import type { OperatorDefinition, OperatorSpec } from "./operator-definition.ts";

export interface RekeyOptions {
  /** The method, as messages call it. */
  readonly said: string;
  /** Keys are made of values, are the pointers of one column, or are the rows' own. */
  readonly by: "values" | "pointer" | "own";
  /** Positions of the columns that make the key. */
  readonly keys: readonly number[];
}

export const rekey: OperatorDefinition = {
  name: "rekey",
  linear: false,
  create: (spec) => new Rekey(spec),
};

class Rekey implements Operator {
  readonly #spec: OperatorSpec;
  readonly #said: string;
  readonly #by: RekeyOptions["by"];
  readonly #keys: readonly number[];
  readonly #rows: RowsByKey;
  readonly #told: LeftOut;

  constructor(spec: OperatorSpec) {
    this.#spec = spec;
    const { said, by, keys } = spec.options as RekeyOptions;
    this.#said = said;
    this.#by = by;
    this.#keys = keys;
    const { site, columns, onFailure } = spec;
    const detail = (column: string): string =>
      `column "${column}" of the new key failed, so the row is left out`;
    this.#told = { operator: said, site, columns, onFailure, detail };
    this.#rows = new RowsByKey(
      spec.columns.map(({ type }) => type),
      spec.needed.map((needed, i) => needed || this.#keys.includes(i)),
    );
  }

  get stateSize(): number {
    return this.#rows.size;
  }

  step([given]: readonly (Batch | null)[]): Batch | null {
    const batch = given === null ? null : withoutFailed(given, this.#keys, this.#told);
    if (batch === null) return null;
    const words = this.#newKeys(batch);
    const distinct = distinctKeys(words, batch.length);
    const before = this.#rows.lookup(distinct);
    const counts = before.slots.map((slot) => this.#rows.totalAt(slot));
    const old = this.#rows.rows(this.#owned(before), batch.time, -1);
    this.#rows.append(batch, words);
    const after = this.#rows.lookup(distinct);
    this.#report(after, counts, batch.time);
    const fresh = this.#rows.rows(this.#owned(after), batch.time, 1);
    return consolidate(concatBatches([old, fresh]), false);
  }

  save(writer: StateWriter): void {
    this.#rows.save(writer);
  }

  load(reader: StateReader): void {
    this.#rows.load(reader);
  }

  #newKeys(batch: Batch): Uint32Array {
    if (this.#by === "own") return batch.keys.words();
    const columns = this.#keys.map((position) => batch.columns[position]);
    if (this.#by === "pointer") return pointerWords(columns[0] as TextColumn, batch.length).words();
    const types = this.#keys.map((position) => this.#spec.columns[position].type);
    return keysOfValues(columns, types, batch.length);
  }

  /** The keys that exactly one row has. */
  #owned({ words, slots }: KeySlots): KeySlots {
    return { words, slots: slots.map((slot) => (this.#rows.totalAt(slot) === 1 ? slot : -1)) };
  }

  /** Tells once of each key that came to have several rows. */
  #report({ words, slots }: KeySlots, before: Int32Array, time: number): void {
    slots.forEach((slot, i) => {
      if (this.#rows.totalAt(slot) < 2 || before[i] > 1) return;
      const rows = this.#rows.originals(slot, time);
      const claimants = [0, rows.length - 1].map((row) => failedRow(rows, this.#spec.columns, row));
      const key = keyColumn(Keys.of(words.slice(KEY_WORDS * i, KEY_WORDS * (i + 1))), 1);
      this.#spec.onFailure({
        code: "TP_KEY_COLLISION",
        operator: this.#said,
        site: this.#spec.site,
        time,
        row: claimants[0],
        detail: `two rows have the key ${pointerText(key.bytes)}: ${claimants.map(describeRow).join(" and ")}`,
        cause: undefined,
      });
    });
  }
}
