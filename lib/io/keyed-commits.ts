import type { Batch } from "../data/batch.ts";
import { readCell } from "../data/cell.ts";
import type { Columns } from "../data/schema.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import { inOrder, orderEvents } from "../kernels/order-events.ts";
import type { Events } from "./commit-events.ts";
import { KeyedRows } from "./keyed-rows.ts";
import { withoutRefused } from "./refused-events.ts";

/** What an event with a live row's key means: the row's next version, or a bad row. */
export type KeyedSession = "upsert" | "insert";

export interface KeyedOptions {
  readonly columns: Columns;
  /** Which columns are built: those that are read, and the primary key's. */
  readonly built: readonly boolean[];
  readonly primaryKey: readonly number[];
  readonly session: KeyedSession;
  /** Orders the partitions of a commit: of two events of a key, the one behind wins. Default: by number, unwatched. */
  compare?(partition: number, other: number): number;
  position(partition: number, offset: number): string;
  place(partition: number): string;
  log(line: string): void;
}

/** The commits of a source with a primary key: events, in the order of (partition, offset), to deltas of its rows. */
export class KeyedCommits {
  readonly #options: KeyedOptions;
  readonly #rows: KeyedRows;
  /** By partition: its place among those that have been met. */
  #ranks = new Int32Array(0);
  #events: Events | null = null;
  #order: Uint32Array | null = null;

  constructor(options: KeyedOptions) {
    const { columns, built } = options;
    this.#options = options;
    const types = columns.map(({ type }) => type);
    const onMoved = (row: number, from: number): void => this.#tellMoved(row, from);
    this.#rows = new KeyedRows(types, built, options.compare === undefined ? null : onMoved);
  }

  /**
   * Takes the events of a whole commit. In an insert session `reject` is told of each message with a row that is there
   * already, which is then left out.
   */
  take(events: Events, reject: (partition: number, offset: number, detail: string) => void): void {
    const { partitions, offsets, batch } = events;
    this.#events = events;
    this.#order = this.#orderOf(events);
    if (this.#options.session === "upsert") return;
    const order = this.#order ?? Uint32Array.from({ length: batch.length }, (_, row) => row);
    this.#order = withoutRefused(
      events,
      order,
      (words, row, hash) => this.#rows.has(words, row, hash),
      (row) =>
        reject(partitions[row], offsets[row], `a row with ${this.#keyText(batch, row)} is there already`),
    );
  }

  /** The delta of the events taken last; null where nothing that anyone reads has changed. */
  seal(time: number): Batch | null {
    if (this.#events === null) return null;
    const { batch, ends, partitions } = this.#events;
    const delta = this.#rows.apply(batch.at(time), ends, this.#order, partitions);
    this.#events = null;
    return delta;
  }

  save(writer: StateWriter): void {
    this.#rows.save(writer);
  }

  load(reader: StateReader): void {
    this.#rows.load(reader);
  }

  /** Null where the events stand in order already, as those of one partition do. */
  #orderOf({ batch, partitions }: Events): Uint32Array | null {
    const { length } = batch;
    let most = 0;
    for (let row = 0; row < length; row++) if (partitions[row] > most) most = partitions[row];
    if (most >= this.#ranks.length) this.#rank(most + 1);
    if (inOrder(partitions, this.#ranks, length)) return null;
    const order = new Uint32Array(length);
    orderEvents(partitions, this.#ranks, new Int32Array(this.#ranks.length + 1), order, length);
    return order;
  }

  #rank(count: number): void {
    const { compare = (partition, other) => partition - other } = this.#options;
    const sorted = Array.from({ length: count }, (_, partition) => partition).sort(compare);
    this.#ranks = new Int32Array(count);
    sorted.forEach((partition, rank) => {
      this.#ranks[partition] = rank;
    });
  }

  #tellMoved(row: number, from: number): void {
    const { position, place, log } = this.#options;
    const { batch, partitions, offsets } = this.#events as Events;
    log(
      `messages of one key come in several partitions: ${this.#keyText(batch, row)} in ${place(from)}, and then in ${position(partitions[row], offsets[row])}. Within a commit the higher partition wins, else the later commit; send all messages of a key to one partition`,
    );
  }

  #keyText({ columns }: Batch, row: number): string {
    const { primaryKey, columns: schema } = this.#options;
    return primaryKey
      .map((i) => `${schema[i].name} ${shown(readCell(columns[i], schema[i].type, row))}`)
      .join(", ");
  }
}

const SHOWN_MAX = 80;

function shown(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64").slice(0, SHOWN_MAX);
  return (typeof value === "bigint" ? String(value) : (JSON.stringify(value) ?? String(value))).slice(
    0,
    SHOWN_MAX,
  );
}
