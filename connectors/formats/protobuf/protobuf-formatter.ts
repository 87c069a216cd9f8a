import { assert } from "../../../lib/base/assert.ts";
import type { Batch } from "../../../lib/data/batch.ts";
import { pointerText, readCell } from "../../../lib/data/cell.ts";
import { type Column, NULL, VALUE } from "../../../lib/data/column.ts";
import type { Columns } from "../../../lib/data/schema.ts";
import type { ColumnType } from "../../../lib/data/type.ts";
import { TowpathError } from "../../../lib/errors.ts";
import type { ByteSink, Formatter, RecordOptions } from "../../../lib/io/formatter.ts";
import {
  type SchemaLookup,
  type SchemaReference,
  type SubjectNameStrategy,
  subjectName,
} from "../../../lib/io/schema-lookup.ts";
import { WIRE_BYTES } from "../../../lib/kernels/protobuf-scan.ts";
import { writeFrame } from "../confluent-frame.ts";
import { encodable } from "../json-formatter.ts";
import { registerSchema } from "../register-schema.ts";
import { refuseReserved } from "../reserved-columns.ts";
import { fieldNamed } from "./column-plan.ts";
import { writeIndexes } from "./message-indexes.ts";
import { parseProto } from "./parse-proto.ts";
import { protoOfColumns } from "./proto-of-columns.ts";
import type { ProtoField, ProtoMessage, ProtoSchema } from "./proto-schema.ts";
import { writeField } from "./protobuf-writer.ts";
import { indexesOf, messageNamed, resolveGiven, resolveSchema } from "./resolve-proto.ts";
import { writeBytesField, writeDouble, writeSigned, writeVarint } from "./wire-writer.ts";

export interface ProtobufFormatterOptions extends RecordOptions {
  /** Where the schema is registered, or found. Absent: messages are bare. */
  readonly lookup?: SchemaLookup;
  /** What the subject's name is made of; needed with `lookup`. */
  readonly topic?: string;
  readonly field?: "key" | "value";
  /** Default: "topic". */
  readonly subjectNameStrategy?: SubjectNameStrategy;
  /** Default true; false: messages are written as the subject's newest schema says. */
  readonly autoRegister?: boolean;
  /** The text of a .proto file. Default: one that the columns make. */
  readonly proto?: string;
  /** Versions that a given schema refers to; needs `lookup`. Default: none. */
  readonly references?: readonly SchemaReference[];
  /** The name of the message. Default: the first of a schema; for the one that the columns make "Row". */
  readonly message?: string;
}

/** What stands in a field: a column, or what the writer adds. */
interface FieldSource {
  readonly field: ProtoField;
  /** The column's position in a batch, or one of the three below. */
  readonly from: number;
  readonly type: ColumnType;
}

const DIFF = -1;
const TIME = -2;
const ROW_KEY = -3;
const integer: ColumnType = { name: "int", optional: false };
const pointer: ColumnType = { name: "pointer", optional: false };

/** How rows are written: known at once, or when the registry has said it. */
interface WritePlan {
  readonly message: ProtoMessage;
  readonly indexes: readonly number[];
  readonly sources: readonly FieldSource[];
}

/**
 * Writes a row as one message: of the schema that is given, of one that its columns make, or of the newest that the
 * registry has. Throws TP_BAD_SCHEMA, and TP_COLUMN_RESERVED for columns that are called as what the writer adds.
 */
export class ProtobufFormatter implements Formatter {
  readonly #columns: Columns;
  readonly #options: ProtobufFormatterOptions;
  /** Null where the registry has it. */
  readonly #text: string | null;
  #plan: WritePlan | null = null;
  #id = -1;

  constructor(columns: Columns, options: ProtobufFormatterOptions = {}) {
    refuseReserved(columns, options);
    const { lookup, autoRegister = true, proto, message = "Row", references = [] } = options;
    const isFound = lookup !== undefined && !autoRegister && proto === undefined;
    this.#columns = columns;
    this.#options = options;
    this.#text = isFound ? null : (proto ?? protoOfColumns(columns, message, options));
    if (this.#text !== null && references.length === 0)
      this.#plan = this.#planFor(resolveGiven({ proto: this.#text }));
  }

  /** Registers the schema, or finds it. */
  async prepare(): Promise<void> {
    const {
      lookup,
      topic = "",
      field = "value",
      subjectNameStrategy = "topic",
      references = [],
    } = this.#options;
    if (lookup === undefined) return;
    const record = this.#plan?.message.fullName ?? nameIn(this.#text, this.#options.message);
    const subject = subjectName(subjectNameStrategy, { topic, field, record });
    if (this.#text === null) await this.#find(lookup, subject);
    else {
      const schema = { type: "PROTOBUF", text: this.#text, references } as const;
      const registered = await registerSchema(lookup, subject, schema);
      this.#id = registered.id;
      this.#plan ??= this.#planFor(resolveSchema({ text: this.#text, references: registered.references }));
    }
  }

  formatInto(batch: Batch, row: number, diff: number, out: ByteSink): void {
    const plan = this.#plan;
    assert(plan !== null, "a row is written before the schema is known");
    if (this.#options.lookup !== undefined) {
      assert(this.#id >= 0, "a row is written before the schema has an id");
      writeFrame(this.#id, out);
      writeIndexes(plan.indexes, out);
    }
    for (let i = 0; i < plan.sources.length; i++) {
      const { field, from, type } = plan.sources[i];
      if (from === DIFF) writeField(field, diff, out, field.name);
      else if (from === TIME) writeField(field, batch.time, out, field.name);
      else if (from === ROW_KEY) writeField(field, rowKeyText(batch, row), out, field.name);
      else writeCell(field, batch.columns[from], type, row, out);
    }
  }

  async #find(lookup: SchemaLookup, subject: string): Promise<void> {
    const found = (await lookup.latest?.(subject)) ?? null;
    if (found === null || found.type !== "PROTOBUF") {
      const what = found === null ? "no schema" : `a schema of type ${found.type}`;
      throw new TowpathError("TP_BAD_SCHEMA", `the subject ${subject} has ${what}, and autoRegister is off`, {
        hint: "Register a Protobuf schema there, or leave autoRegister out.",
      });
    }
    this.#plan = this.#planFor(resolveSchema(found));
    this.#id = found.id;
  }

  #planFor(schema: ProtoSchema): WritePlan {
    const message = messageNamed(schema, this.#options.message);
    const sources = sourcesOf(message, this.#columns, this.#options);
    return { message, indexes: indexesOf(schema, message), sources };
  }
}

/** The full name of what a text declares, whatever it imports; the first message where none is named. */
function nameIn(text: string | null, message: string | undefined): string | undefined {
  if (text === null) return undefined;
  const file = parseProto(text);
  const name = message ?? file.messages[0]?.name;
  if (name === undefined || file.package === "" || name.startsWith(`${file.package}.`)) return name;
  return `${file.package}.${name}`;
}

function sourcesOf(message: ProtoMessage, columns: Columns, options: RecordOptions): FieldSource[] {
  const { changes = true, includeKey = false, positions } = options;
  const sources = columns.map(({ name, type }, i) => ({ name, from: positions?.[i] ?? i, type }));
  if (changes)
    sources.push({ name: "diff", from: DIFF, type: integer }, { name: "time", from: TIME, type: integer });
  if (includeKey) sources.push({ name: "key", from: ROW_KEY, type: pointer });
  const placed = sources.flatMap(({ name, from, type }): FieldSource[] => {
    const field = fieldNamed(message, name);
    if (field !== null) return [{ field, from, type }];
    // A given schema need not have what the writer adds.
    if (from < 0) return [];
    throw new TowpathError(
      "TP_BAD_SCHEMA",
      `${message.fullName} has no field for the column ${JSON.stringify(name)}`,
      {
        hint: "Add the field to the schema, or leave the column out of the table that is written.",
      },
    );
  });
  const lacking = message.fields.find(
    ({ isRequired, name }) => isRequired && !placed.some(({ field }) => field.name === name),
  );
  if (lacking === undefined) return placed.sort((a, b) => a.field.number - b.field.number);
  throw new TowpathError(
    "TP_BAD_SCHEMA",
    `${message.fullName} requires ${lacking.name}, which is no column`,
    {
      hint: "Add the column, or make the field optional.",
    },
  );
}

function writeCell(field: ProtoField, column: Column, type: ColumnType, row: number, out: ByteSink): void {
  const tag = column.tags === null ? VALUE : column.tags[row];
  if (tag !== VALUE) {
    assert(tag === NULL, "a failed cell reached an output");
    writeField(field, null, out, field.name);
    return;
  }
  const isPlain = !field.isRepeated && field.mapKey === null;
  if (isPlain && column.layout === "text" && field.type === "string" && type.name === "str") {
    const start = column.starts[row];
    const end = column.ends[row];
    if (start === end && !field.hasPresence) return;
    writeVarint(field.number * 8 + WIRE_BYTES, out);
    writeBytesField(column.bytes, start, end, out);
  } else if (isPlain && column.layout === "number" && isNumberOf(field, type)) {
    const value = column.values[row];
    if (value === 0 && !field.hasPresence) return;
    writeVarint(field.number * 8 + (field.type === "double" ? 1 : 0), out);
    if (field.type === "double") writeDouble(value, out);
    else writeSigned(value, out);
  } else writeField(field, plainOf(readCell(column, type, row), field, type), out, field.name);
}

function isNumberOf({ type }: ProtoField, column: ColumnType): boolean {
  if (type === "double") return column.name === "float" || column.name === "int";
  return type === "int64" && column.name === "int";
}

/** What a field takes: any value as JSON can hold it, and as text what texts stand for. */
function plainOf(value: unknown, field: ProtoField, { name }: ColumnType): unknown {
  if (field.type === "string" && typeof value === "bigint") return value.toString();
  if (field.type === "string" && name === "datetime") {
    return Number.isFinite(value) ? new Date(Number(value)).toISOString() : String(value);
  }
  return name === "any" && !(value instanceof Uint8Array) && !(value instanceof Date)
    ? encodable(value, 0)
    : value;
}

function rowKeyText(batch: Batch, row: number): string {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  const words = batch.keys.words();
  for (let i = 0; i < 4; i++) view.setUint32(4 * i, words[4 * row + i], true);
  return pointerText(bytes);
}
