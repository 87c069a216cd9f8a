import type { ColumnBuilder } from "../../lib/data/column-builder.ts";
import type { RowBuilder } from "../../lib/data/row-builder.ts";
import { type Columns, positionOf } from "../../lib/data/schema.ts";
import type { PackedMessages, Parser, Reject } from "../../lib/io/parser.ts";
import { skipJsonSpace } from "../../lib/kernels/json-skip.ts";
import type { FormatDefinition } from "./format.ts";
import { JsonParser } from "./json-parser.ts";
import { excerpt, isNull, lossyText, startOf } from "./message.ts";

/**
 * The writer's envelope "updates": a message is an array of records, objects with the table's columns, `diff` (1 or -1)
 * and `time`, which never falls. Every record has every column, so that a column by a wrong name is an error and not
 * null; other fields are ignored. The columns given are those of `updateColumns` (lib/io/update-rows.ts).
 */
export const updates = {
  name: "updates",
  parser: { create: (columns: Columns): Parser => new UpdatesParser(columns) },
} as const satisfies FormatDefinition;

const EXCERPT_BYTES = 200;

class UpdatesParser implements Parser {
  readonly trimsMarker = true;
  readonly #json: JsonParser;
  readonly #diff: number;
  readonly #time: number;

  constructor(columns: Columns) {
    this.#json = new JsonParser(columns, true);
    this.#diff = positionOf(columns, "diff");
    this.#time = positionOf(columns, "time");
  }

  parseInto(messages: PackedMessages, from: number, to: number, rows: RowBuilder, reject: Reject): void {
    for (let i = from; i < to; i++) {
      if (!isNull(messages, i) && !isArray(messages, i)) {
        reject(i, "TP_ROW_BAD_UPDATES", `${shown(messages, i)} is no array of updates`);
        continue;
      }
      const before = rows.length;
      this.#json.parseInto(messages, i, i + 1, rows, reject);
      const detail = misfit(rows, before, rows.columns[this.#diff], rows.columns[this.#time]);
      if (detail === null) continue;
      rows.truncate(before);
      reject(i, "TP_ROW_BAD_UPDATES", detail);
    }
  }
}

/** After a byte order mark, which the careful path skips, and spaces. */
function isArray({ bytes, ends }: PackedMessages, i: number): boolean {
  let at = i === 0 ? 0 : ends[i - 1];
  const end = ends[i];
  if (end - at >= 3 && bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf) at += 3;
  at = skipJsonSpace(bytes, at, end);
  return at < end && bytes[at] === 91;
}

function shown(messages: PackedMessages, i: number): string {
  const start = startOf(messages, i);
  const end = Math.min(messages.ends[i], start + EXCERPT_BYTES);
  return end === start ? "the empty message" : excerpt(lossyText(messages.bytes, start, end), 0);
}

/** What is wrong with the records from `from` on, or null. Columns that nobody needs are not looked at. */
function misfit(
  { length }: RowBuilder,
  from: number,
  diffs: ColumnBuilder | null,
  times: ColumnBuilder | null,
): string | null {
  for (let row = from; row < length; row++) {
    if (diffs?.layout === "number" && Math.abs(diffs.values[row]) !== 1)
      return `in item ${row - from} of the array, diff is ${diffs.values[row]}, and not 1 or -1`;
    if (times?.layout === "number" && row > from && times.values[row] < times.values[row - 1])
      return `in item ${row - from} of the array, time falls to ${times.values[row]} after ${times.values[row - 1]}`;
  }
  return null;
}
