import { grown } from "../../lib/base/growth.ts";
import { Batch } from "../../lib/data/batch.ts";
import { ABSENT } from "../../lib/data/column.ts";
import { Keys } from "../../lib/data/keys.ts";
import type { RowBuilder } from "../../lib/data/row-builder.ts";
import { keyOfValues, keysOfValues } from "../../lib/data/row-key.ts";
import { rowObject } from "../../lib/data/row-object.ts";
import type { Columns } from "../../lib/data/schema.ts";
import type { StateReader, StateWriter } from "../../lib/data/state.ts";
import type { TypeName } from "../../lib/data/type.ts";
import { TowpathError } from "../../lib/errors.ts";
import { KeyedRows } from "../../lib/io/keyed-rows.ts";
import { RowWriter } from "../../lib/io/row-writer.ts";
import { BuilderPool, type GivenCommit, type GivenRows } from "./given-rows.ts";
import { saidRows } from "./said-rows.ts";

/** Types whose values in JS are equal exactly where the table's are. */
const plainTypes: ReadonlySet<TypeName> = new Set([
  "int",
  "float",
  "str",
  "bool",
  "bigint",
  "datetime",
  "duration",
  "pointer",
]);

/**
 * Rows with a primary key. Which keys are live is known at each call, so that a second insert and a removal of nothing
 * are refused where they are said; what the rows were before a commit is known to `KeyedRows`, at the time of the run.
 */
export class KeyedInput implements GivenRows {
  readonly #columns: Columns;
  readonly #primaryKey: readonly number[];
  readonly #name: string;
  readonly #pool: BuilderPool;
  readonly #writer: RowWriter;
  readonly #isPlain: boolean;
  /** By identity, after all that has been said so far. */
  readonly #live = new Set<unknown>();
  /** Null where rows only come: their deltas need no memory. */
  #keyed: KeyedRows | null = null;
  /** Where rows only come and the run keeps its state: the keys alone. */
  #keys: KeyedRows | null = null;
  readonly #appendOnly: boolean;
  #needed: readonly boolean[];
  #rows: RowBuilder;
  /** 1 for the pending events that end a row; null while there is none. */
  #ends: Uint8Array | null = null;

  constructor(columns: Columns, primaryKey: readonly number[], name: string, appendOnly: boolean) {
    this.#columns = columns;
    this.#primaryKey = primaryKey;
    this.#name = name;
    this.#appendOnly = appendOnly;
    this.#pool = new BuilderPool(columns);
    this.#writer = new RowWriter(columns, primaryKey, name);
    this.#isPlain = primaryKey.length === 1 && plainTypes.has(columns[primaryKey[0]].type.name);
    this.#needed = columns.map(() => true);
    this.#rows = this.#pool.take();
  }

  get pending(): number {
    return this.#rows.length;
  }

  insert(row: object): void {
    this.#writer.write(this.#rows, row);
    const identity = this.#identity();
    if (this.#live.has(identity)) throw this.#refused("TP_ROW_DUPLICATE_KEY", "is there already");
    this.#live.add(identity);
    this.#rows.endRow(0, 0, 0);
  }

  upsert(row: object): void {
    this.#writer.write(this.#rows, row);
    this.#live.add(this.#identity());
    this.#rows.endRow(0, 0, 0);
  }

  remove(row: object): void {
    this.#writer.writeKey(this.#rows, row);
    if (!this.#live.delete(this.#identity())) throw this.#refused("TP_ROW_ABSENT", "is not there");
    const at = this.#rows.length;
    this.#ends = grown(this.#ends ?? new Uint8Array(64), at + 1);
    this.#ends[at] = 1;
    this.#rows.endRow(0, 0, 0);
  }

  commit(): GivenCommit | null {
    const rows = this.#rows;
    if (rows.length === 0) return null;
    const ends = this.#ends === null ? null : grown(this.#ends, rows.length);
    this.#rows = this.#pool.take();
    this.#ends = null;
    return {
      rows: rows.length,
      seal: (time) => this.#seal(rows, ends, time),
      said: () => {
        const gone = (ends ?? new Uint8Array(rows.length)).slice(0, rows.length);
        return saidRows({ columns: rows.finish(), length: rows.length }, this.#columns, gone);
      },
      release: () => this.#pool.give(rows),
    };
  }

  start(needed: readonly boolean[]): void {
    this.#needed = needed.map((need, i) => need || this.#primaryKey.includes(i));
    const types = this.#columns.map(({ type }) => type);
    if (!this.#appendOnly) this.#keyed = new KeyedRows(types, this.#needed);
  }

  keep(): void {
    const isKey = this.#columns.map((_, i) => this.#primaryKey.includes(i));
    if (this.#appendOnly)
      this.#keys = new KeyedRows(
        this.#columns.map(({ type }) => type),
        isKey,
      );
  }

  say(row: object, isGone: boolean): void {
    if (isGone) this.remove(row);
    else this.upsert(row);
  }

  save(writer: StateWriter): void {
    (this.#keyed ?? this.#keys)?.save(writer);
  }

  load(reader: StateReader): void {
    const kept = (this.#keyed ?? this.#keys) as KeyedRows;
    kept.load(reader);
    const all = kept.all(0);
    const keyColumns = this.#primaryKey.map((position) => this.#columns[position]);
    const cells = this.#primaryKey.map((position) => all.columns[position]);
    const keys = new Batch(0, all.length, cells, all.keys, null, null);
    for (let row = 0; row < all.length; row++) {
      this.#writer.writeKey(this.#rows, rowObject(keys, keyColumns, row));
      this.#live.add(this.#identity());
      this.#rows.truncate(0);
    }
  }

  #seal(rows: RowBuilder, ends: Uint8Array | null, time: number): Batch | null {
    const columns = rows.finish().map((column, i) => (this.#needed[i] ? column : ABSENT));
    const keyColumns = this.#primaryKey.map((position) => columns[position]);
    const keyTypes = this.#primaryKey.map((position) => this.#columns[position].type);
    const keys = Keys.derived(() => keysOfValues(keyColumns, keyTypes, rows.length));
    const events = new Batch(time, rows.length, columns, keys, null, null);
    this.#keys?.apply(events, null);
    return this.#keyed === null ? events : this.#keyed.apply(events, ends);
  }

  /** Of the row written last: its value, or the text of its 128-bit key. Equal for equal keys only. */
  #identity(): unknown {
    const { keyValues } = this.#writer;
    if (this.#isPlain) return keyValues[0];
    return String.fromCharCode(...new Uint16Array(keyOfValues(keyValues).buffer));
  }

  /** Takes the row written last back. */
  #refused(code: "TP_ROW_DUPLICATE_KEY" | "TP_ROW_ABSENT", what: string): TowpathError {
    this.#rows.truncate(this.#rows.length);
    const key = this.#primaryKey.map(
      (position, i) => `${this.#columns[position].name} ${shown(this.#writer.keyValues[i])}`,
    );
    const hint =
      code === "TP_ROW_ABSENT"
        ? undefined
        : this.#appendOnly
          ? "Leave it out."
          : "Use upsert to replace the row.";
    return new TowpathError(code, `a row with ${key.join(", ")} ${what}`, { where: this.#name, hint });
  }
}

function shown(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64").slice(0, 80);
  return (typeof value === "bigint" ? value.toString() : (JSON.stringify(value) ?? String(value))).slice(
    0,
    80,
  );
}
