import type { Columns } from "../data/schema.ts";
import { layoutOf } from "../data/type.ts";
import type { PackedMessages } from "./parser.ts";

/** Partition, offset and ordinal of a row. */
const ROW_BYTES = 16;
/** A number; where a text begins and ends, with its hash; a reference. */
const CELL_BYTES = { number: 8, text: 12, value: 8 } as const;
/** Columns grow by doubling. */
const SLACK = 2;
/** Parsed JSON beside its text: measured for objects of five fields. */
const VALUE_FACTOR = 6;

/**
 * About how many bytes rows under construction take: their cells in columns, and the bytes of the messages that they came
 * from, of which texts are a copy and parsed JSON is a multiple. An estimate, so that it costs nothing per row.
 */
export class PendingBytes {
  readonly #rowBytes: number;
  readonly #textFactor: number;

  /** Of the columns that are built. */
  constructor(columns: Columns, built: readonly boolean[], keepsMessages: boolean) {
    const layouts = columns.filter((_, i) => built[i]).map(({ type }) => layoutOf(type));
    this.#rowBytes = SLACK * layouts.reduce((sum, layout) => sum + CELL_BYTES[layout], ROW_BYTES);
    const parsed = layouts.includes("value") ? VALUE_FACTOR : layouts.includes("text") ? SLACK : 0;
    this.#textFactor = parsed + (keepsMessages ? 1 : 0);
  }

  /** Of `rows` rows out of messages [from, to). */
  of({ ends }: PackedMessages, from: number, to: number, rows: number): number {
    const payload = ends[to - 1] - (from === 0 ? 0 : ends[from - 1]);
    return rows * this.#rowBytes + payload * this.#textFactor;
  }
}
