/** How one message type fills columns: where each value stands, and how it becomes a cell. */
import { coerce, Failed } from "../../../lib/data/coerce.ts";
import { type ColumnBuilder, writeCell } from "../../../lib/data/column-builder.ts";
import type { RowBuilder } from "../../../lib/data/row-builder.ts";
import type { ColumnSchema, Columns } from "../../../lib/data/schema.ts";
import type { ColumnType } from "../../../lib/data/type.ts";
import {
  faultAt,
  faultReason,
  type ProtobufSlots,
  scanProtobuf,
} from "../../../lib/kernels/protobuf-scan.ts";
import { invalidUtf8At } from "../../../lib/kernels/utf8.ts";
import { wordsOf } from "../../../lib/kernels/words.ts";
import { fallbackOf } from "../cells.ts";
import { columnName } from "../message.ts";
import { createSlots, unsetLosers } from "./field-slots.ts";
import type { ProtoField, ProtoMessage } from "./proto-schema.ts";
import { failedAt, ProtobufFault } from "./protobuf-fault.ts";
import { emptyOf, ValueReader } from "./protobuf-value.ts";
import { numberAt, type ValueForm, wireOf } from "./scalars.ts";

/** How a cell is made. */
const NUMBER = 0;
/** A number that must be a safe integer. */
const INTEGER = 1;
const TEXT = 2;
const BYTES = 3;
/** By way of a JS value. */
const VALUE = 4;

interface ColumnPlan {
  readonly column: ColumnSchema;
  readonly builder: ColumnBuilder;
  /** -1 where the message has no such field. */
  readonly slot: number;
  readonly field: ProtoField | null;
  readonly kind: number;
  readonly form: ValueForm;
  /** What a field that is not there is, already as a value of the column; undefined where it may not lack. */
  readonly empty: unknown;
}

export interface MessagePlan {
  readonly slots: ProtobufSlots;
  /** By slot. */
  readonly fields: readonly ProtoField[];
  readonly hasOneof: boolean;
  readonly columns: readonly ColumnPlan[];
}

/** The plan for the columns of a builder that are needed; of those at `positions`, where they are given. */
export function planColumns(
  message: ProtoMessage,
  columns: Columns,
  rows: RowBuilder,
  positions?: readonly number[],
): MessagePlan {
  const wanted = columns.flatMap((column, i) => {
    const builder = positions?.includes(i) === false ? null : rows.columns[i];
    return builder === null ? [] : [{ column, builder, field: fieldNamed(message, column.name) }];
  });
  const oneofs = new Set(wanted.flatMap(({ field }) => field?.oneof ?? []));
  const fields = message.fields.filter(
    (field) =>
      wanted.some((column) => column.field === field) || (field.oneof !== null && oneofs.has(field.oneof)),
  );
  const plans = wanted.map(({ column, builder, field }): ColumnPlan => {
    const kind = field === null ? VALUE : kindOf(field, column.type);
    return {
      column,
      builder,
      slot: field === null ? -1 : fields.indexOf(field),
      field,
      kind,
      form: field === null ? "value" : formOf(field, column.type),
      empty: emptyCell(field, column),
    };
  });
  const wires = fields.map((field) => {
    const readings = plans.filter((plan) => plan.field === field);
    const { type } = field;
    const isPlain =
      readings.every(({ kind }) => kind !== VALUE) && !field.isRepeated && field.mapKey === null;
    return isPlain && (typeof type === "string" || type.kind === "enum") ? wireOf(type) : -1;
  });
  return { slots: createSlots(fields, wires), fields, hasOneof: oneofs.size > 0, columns: plans };
}

/** By its name, or by its name in lowerCamelCase. */
export function fieldNamed({ fields }: ProtoMessage, name: string): ProtoField | null {
  return (
    fields.find((field) => field.name === name) ?? fields.find(({ jsonName }) => jsonName === name) ?? null
  );
}

function kindOf({ type, isRepeated, mapKey }: ProtoField, column: ColumnType): number {
  if (isRepeated || mapKey !== null || (typeof type !== "string" && type.kind === "message")) return VALUE;
  if (type === "string") return column.name === "str" ? TEXT : VALUE;
  if (type === "bytes") return column.name === "bytes" ? BYTES : VALUE;
  if (type === "bool") return column.name === "bool" ? NUMBER : VALUE;
  const isFloat = type === "double" || type === "float";
  if (column.name === "float") return NUMBER;
  return column.name === "int" && !isFloat ? INTEGER : VALUE;
}

/** A json column, and a nested value of a column of any type, hold what JSON can hold. */
function formOf({ type, isRepeated, mapKey }: ProtoField, column: ColumnType): ValueForm {
  if (column.name === "json") return "json";
  if (column.name !== "any") return "value";
  const isNested =
    isRepeated ||
    mapKey !== null ||
    (typeof type !== "string" && type.kind === "message" && !type.fullName.startsWith("google.protobuf."));
  return isNested ? "json" : "value";
}

/** A column's own default stands for a field that says nothing; else it is what Protobuf says that it is. */
function emptyCell(field: ProtoField | null, column: ColumnSchema): unknown {
  const fallback = fallbackOf(column);
  if (field === null) return fallback;
  if (field.hasPresence && field.default === undefined) return fallback;
  const empty = emptyOf(field);
  const plain = Buffer.isBuffer(empty) && column.type.name === "json" ? empty.toString("base64") : empty;
  const isNumber = column.type.name === "int" || column.type.name === "float";
  const { type } = field;
  const number =
    typeof type !== "string" && type.kind === "enum" && isNumber ? type.numberOf.get(type.first) : null;
  const cell = coerce(number ?? plain, column.type);
  return cell instanceof Failed ? fallback : cell;
}

/** Writes the cells of one message as the next row, without ending it; returns what is wrong with it, or null. */
export function readColumns(
  plan: MessagePlan,
  bytes: Uint8Array,
  messageStart: number,
  start: number,
  end: number,
  row: number,
): Failed | null {
  const { slots, columns, fields } = plan;
  if (!scanProtobuf(bytes, start, end, slots)) return failedAt(faultAt - messageStart, faultReason);
  if (plan.hasOneof) unsetLosers(fields, slots);
  const view = wordsOf(bytes);
  let reader: ValueReader | null = null;
  for (let i = 0; i < columns.length; i++) {
    const cell = columns[i];
    const { slot, builder, column, kind, field } = cell;
    if (slot < 0 || slots.seen[slot] !== slots.stamp) {
      if (cell.empty === undefined) return absent(cell);
      writeCell(builder, column.type, row, cell.empty);
    } else if (kind === VALUE) {
      reader ??= new ValueReader(bytes, end - start, cell.form);
      // The budget of a message is that of all its columns, so a reader is kept while the form stays.
      if (reader.form !== cell.form) reader = new ValueReader(bytes, end - start, cell.form);
      const failed = readValue(cell, reader, slots, row, messageStart);
      if (failed !== null) return failed;
    } else if (builder.layout === "number") {
      const type = (field as ProtoField).type as Parameters<typeof numberAt>[0];
      const value = numberAt(type, bytes, view, slots.starts[slot], slots.ends[slot]);
      if (kind === INTEGER && !Number.isSafeInteger(value)) return unsafe(cell, value);
      builder.set(row, value + 0);
    } else if (builder.layout === "text") {
      const from = slots.starts[slot];
      const to = slots.ends[slot];
      const invalid = kind === TEXT ? invalidUtf8At(bytes, from, to) : -1;
      if (invalid >= 0)
        return failedAt(
          invalid - messageStart,
          `${columnName(column.name)} is not UTF-8`,
          "TP_ROW_BAD_ENCODING",
        );
      builder.set(row, bytes, from, to);
    }
  }
  return null;
}

function readValue(
  { field, column, builder, slot }: ColumnPlan,
  reader: ValueReader,
  slots: ProtobufSlots,
  row: number,
  messageStart: number,
): Failed | null {
  const found = occurrencesOf(slots, slot, field as ProtoField).slice();
  let value: unknown;
  try {
    value = reader.field(field as ProtoField, found);
  } catch (error) {
    if (!(error instanceof ProtobufFault)) throw error;
    return error.failed(messageStart);
  }
  const { type } = field as ProtoField;
  const isNumber =
    column.type.name === "int" || column.type.name === "float" || column.type.name === "bigint";
  if (typeof value === "string" && isNumber && typeof type !== "string" && type.kind === "enum") {
    value = type.numberOf.get(value);
  }
  if (value === undefined || value === null) value = fallbackOf(column) ?? null;
  const cell = coerce(value, column.type);
  if (cell instanceof Failed) return new Failed(`${columnName(column.name)}: ${cell.detail}`, cell.code);
  writeCell(builder, column.type, row, cell);
  return null;
}

/** Of a slot that keeps only the last one, that one. */
function occurrencesOf(slots: ProtobufSlots, slot: number, { type }: ProtoField): readonly number[] {
  if (slots.wires[slot] < 0) return slots.all[slot];
  return [wireOf(type as Parameters<typeof wireOf>[0]), slots.starts[slot], slots.ends[slot]];
}

function absent({ column, field }: ColumnPlan): Failed {
  if (field === null) {
    return new Failed(
      `${columnName(column.name)} is no field of the message's schema`,
      "TP_ROW_MISSING_COLUMN",
    );
  }
  return new Failed(
    `${columnName(column.name)} is not set, and null is not allowed in a column of type ${column.type.name}`,
    "TP_ROW_MISSING_COLUMN",
  );
}

function unsafe({ column }: ColumnPlan, value: number): Failed {
  return new Failed(`${columnName(column.name)}: ${value} is not a safe integer`, "TP_INT_RANGE");
}
