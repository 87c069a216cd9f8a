import { assert } from "../../../lib/base/assert.ts";
import { NULL } from "../../../lib/data/column.ts";
import type { ColumnBuilder, TextBuilder } from "../../../lib/data/column-builder.ts";
import type { RowBuilder } from "../../../lib/data/row-builder.ts";
import type { PackedBytes, PackedMessages, Parser } from "../../../lib/io/parser.ts";
import { placeSlices } from "../../../lib/kernels/place-slices.ts";
import type { Attributes } from "../ingest/ingest.ts";
import { messageColumns } from "./message-columns.ts";

const [KEY, VALUE, HEADERS, TOPIC, PARTITION, OFFSET, TIMESTAMP, LATENCY] = messageColumns.keys();

/** A column of numbers under construction. */
type NumberBuilder = Extract<ColumnBuilder, { readonly layout: "number" }>;
type ValueBuilder = Extract<ColumnBuilder, { readonly layout: "value" }>;

/** Where a partition slot's messages come from. */
export type PlaceOf = (slot: number) => { readonly topic: string; readonly partition: number };

/** Which attributes of messages these columns are made of; what nobody reads is not fetched. */
export function attributesOf(needed: readonly boolean[]): Attributes {
  return {
    keys: needed[KEY],
    headers: needed[HEADERS],
    timestamps: needed[TIMESTAMP] || needed[LATENCY],
  };
}

/** Messages as rows of `messageColumns`, byte by byte as they came. No message is bad. */
export class MessageParser implements Parser {
  readonly trimsMarker = false;
  readonly #placeOf: PlaceOf;

  constructor(placeOf: PlaceOf) {
    this.#placeOf = placeOf;
  }

  parseInto(messages: PackedMessages, from: number, to: number, rows: RowBuilder): void {
    rows.reserve(to - from);
    const { columns, length } = rows;
    writeSlices(columns[VALUE] as TextBuilder | null, messages, from, to, length);
    writeSlices(columns[KEY] as TextBuilder | null, messages.keys, from, to, length);
    writeHeaders(columns[HEADERS] as ValueBuilder | null, messages, from, to, length);
    this.#writePlaces(messages, from, to, rows);
    writeTimes(columns[TIMESTAMP] as NumberBuilder | null, messages, from, to, length, (time) => time);
    const now = Date.now();
    writeTimes(columns[LATENCY] as NumberBuilder | null, messages, from, to, length, (time) => now - time);
    rows.endRows(messages.partitions, messages.offsets, from, to);
  }

  #writePlaces({ partitions, offsets }: PackedMessages, from: number, to: number, rows: RowBuilder): void {
    const { columns, length } = rows;
    const topics = columns[TOPIC] as TextBuilder | null;
    const numbers = columns[PARTITION] as NumberBuilder | null;
    (columns[OFFSET] as NumberBuilder | null)?.values.set(offsets.subarray(from, to), length);
    if (topics === null && numbers === null) return;
    let known = -1;
    let number = 0;
    let start = 0;
    let end = 0;
    for (let i = from, row = length; i < to; i++, row++) {
      if (partitions[i] !== known) {
        known = partitions[i];
        const { topic, partition } = this.#placeOf(known);
        number = partition;
        if (topics !== null) {
          const bytes = Buffer.from(topic);
          start = topics.arena.append(bytes, 0, bytes.length);
          end = start + bytes.length;
        }
      }
      if (topics !== null) {
        topics.starts[row] = start;
        topics.ends[row] = end;
      }
      if (numbers !== null) numbers.values[row] = number;
    }
  }
}

/** There must be room for the rows. */
function writeSlices(
  builder: TextBuilder | null,
  part: PackedBytes | null,
  from: number,
  to: number,
  row: number,
): void {
  if (builder === null) return;
  assert(part !== null, "a part of messages is read that was not fetched");
  const { bytes, ends, nulls } = part;
  const at = builder.arena.append(bytes, from === 0 ? 0 : ends[from - 1], ends[to - 1]);
  placeSlices(ends, from, to, at, row, builder.starts, builder.ends);
  if (nulls === null) return;
  for (let i = from; i < to; i++) if (nulls[i] !== 0) builder.setTag(row + i - from, NULL);
}

function writeHeaders(
  builder: ValueBuilder | null,
  { headers }: PackedMessages,
  from: number,
  to: number,
  row: number,
): void {
  if (builder === null) return;
  for (let i = from; i < to; i++) builder.set(row + i - from, headers?.(i) ?? []);
}

function writeTimes(
  builder: NumberBuilder | null,
  { timestamps }: PackedMessages,
  from: number,
  to: number,
  row: number,
  cellOf: (time: number) => number,
): void {
  if (builder === null) return;
  for (let i = from; i < to; i++) {
    const time = timestamps === null ? -1 : timestamps[i];
    if (time < 0) builder.setEmpty(row + i - from, NULL);
    else builder.values[row + i - from] = cellOf(time);
  }
}
