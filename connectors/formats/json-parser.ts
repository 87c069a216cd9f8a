import { decodeText } from "../../lib/data/cell.ts";
import type { RowBuilder } from "../../lib/data/row-builder.ts";
import type { Columns } from "../../lib/data/schema.ts";
import type { ColumnType } from "../../lib/data/type.ts";
import { JSON_DEPTH_MAX } from "../../lib/data/value.ts";
import type { PackedMessages, Parser, Reject } from "../../lib/io/parser.ts";
import { type JsonNames, jsonNames, scanJsonMessages, scanJsonObject } from "../../lib/kernels/json-scan.ts";
import { skipJsonSpace } from "../../lib/kernels/json-skip.ts";
import {
  SCAN_BOOL,
  SCAN_DATETIME,
  SCAN_FLOAT,
  SCAN_INT,
  SCAN_RAW,
  SCAN_TEXT,
} from "../../lib/kernels/scan-target.ts";
import { wordsOf } from "../../lib/kernels/words.ts";
import { Cells, chunkEnd, fallbackOf, strictFallbackOf } from "./cells.ts";
import { fromJson, readJsonMessage } from "./json-careful.ts";
import { isNull, startOf } from "./message.ts";

/**
 * Reads json: a message is an object (one row) or an array of objects (several); unknown fields are ignored, of
 * fields with the same name the last one counts, and a byte order mark is skipped.
 *
 * Plain messages go through the scanner in lib/kernels/json-scan.ts; whatever it leaves goes, message by message,
 * through the careful path, which has the last word.
 */
export class JsonParser implements Parser {
  readonly trimsMarker = true;
  readonly #columns: Columns;
  readonly #fallbacks: readonly unknown[];
  readonly #strict: boolean;
  readonly #plans = new WeakMap<RowBuilder, Plan>();

  /** With `strict`, an object that lacks a column is bad unless the column has a default, optional or not. */
  constructor(columns: Columns, strict = false) {
    this.#columns = columns;
    this.#strict = strict;
    this.#fallbacks = columns.map(strict ? strictFallbackOf : fallbackOf);
  }

  parseInto(messages: PackedMessages, from: number, to: number, rows: RowBuilder, reject: Reject): void {
    const plan = this.#planFor(rows);
    let i = from;
    while (i < to) {
      const until = plan.cells.deferred.length > 0 ? i : chunkEnd(messages.ends, i, to);
      if (until > i) {
        i = scanRun(plan, messages, i, until, rows);
        if (i === until) continue;
      }
      if (!scanMessage(plan, messages, i, rows)) this.#readCarefully(messages, i, rows, reject);
      i++;
    }
  }

  #planFor(rows: RowBuilder): Plan {
    let plan = this.#plans.get(rows);
    if (plan === undefined) {
      const cells = new Cells(this.#columns, rows, kindOf, readSlice, this.#strict);
      plan = { cells, names: jsonNames(cells.columns.map((column) => Buffer.from(column.name))) };
      this.#plans.set(rows, plan);
    }
    return plan;
  }

  #readCarefully(messages: PackedMessages, message: number, rows: RowBuilder, reject: Reject): void {
    if (isNull(messages, message)) {
      reject(message, "TP_ROW_NULL", "the message has no payload");
      return;
    }
    const before = rows.length;
    const failed = readJsonMessage(this.#columns, this.#fallbacks, messages, message, rows);
    if (failed === null) return;
    rows.truncate(before);
    reject(message, failed.code, failed.detail);
  }
}

interface Plan {
  readonly cells: Cells;
  readonly names: JsonNames;
}

/** Scans a run of messages of one object each; returns the first that needs a closer look, or `until`. */
function scanRun(
  plan: Plan,
  messages: PackedMessages,
  from: number,
  until: number,
  rows: RowBuilder,
): number {
  const { cells, names } = plan;
  const { bytes, ends } = messages;
  cells.bind(until - from, ends[until - 1] - startOf(messages, from));
  const done = scanJsonMessages(cells.target, names, bytes, ends, from, until, rows.length, JSON_DEPTH_MAX);
  cells.settle();
  rows.endRows(messages.partitions, messages.offsets, from, done);
  return done;
}

/** Scans one message, an object or an array of objects; false, and no row, where it needs the careful path. */
function scanMessage(plan: Plan, messages: PackedMessages, message: number, rows: RowBuilder): boolean {
  const { bytes } = messages;
  const words = wordsOf(bytes);
  const end = messages.ends[message];
  const before = rows.length;
  let at = skipJsonSpace(bytes, startOf(messages, message), end);
  const isArray = at < end && bytes[at] === 91;
  if (!isArray && plan.cells.deferred.length === 0) return false;
  if (isArray) at++;
  for (let ordinal = 0; ; ordinal++) {
    at = scanRow(plan, bytes, words, at, end, rows, isArray ? JSON_DEPTH_MAX - 1 : JSON_DEPTH_MAX);
    if (at < 0) break;
    rows.endRow(messages.partitions[message], messages.offsets[message], ordinal);
    at = skipJsonSpace(bytes, at, end);
    if (isArray && at < end && bytes[at] === 44) {
      at++;
      continue;
    }
    if (isArray && (at >= end || bytes[at++] !== 93)) break;
    if (skipJsonSpace(bytes, at, end) === end) return true;
    break;
  }
  rows.truncate(before);
  return false;
}

/** Scans one object into the next row, without ending it; returns where it ends, or -1. */
function scanRow(
  plan: Plan,
  bytes: Uint8Array,
  words: DataView,
  start: number,
  end: number,
  rows: RowBuilder,
  depthMax: number,
): number {
  const { cells, names } = plan;
  cells.bind(1, end - start);
  const at = scanJsonObject(cells.target, names, bytes, words, start, end, rows.length, depthMax);
  cells.settle();
  return at >= 0 && cells.finishRow(bytes, rows.length) ? at : -1;
}

function kindOf(type: ColumnType): number {
  switch (type.name) {
    case "int":
      return SCAN_INT;
    case "float":
    case "duration":
      return SCAN_FLOAT;
    case "bool":
      return SCAN_BOOL;
    case "str":
      return SCAN_TEXT;
    case "datetime":
      return SCAN_DATETIME;
    default:
      return SCAN_RAW;
  }
}

function readSlice(bytes: Uint8Array, start: number, end: number, type: ColumnType): unknown {
  const text = decodeText(bytes, start, end);
  return fromJson(JSON.parse(text), type, () => text);
}
