import type { Batch } from "../../../lib/data/batch.ts";
import { pointerText } from "../../../lib/data/cell.ts";
import type { Columns } from "../../../lib/data/schema.ts";
import { TowpathError } from "../../../lib/errors.ts";
import { ByteWriter } from "../../../lib/io/byte-writer.ts";
import type { ByteSink, Formatter, RecordOptions } from "../../../lib/io/formatter.ts";
import {
  type SchemaLookup,
  type SchemaReference,
  type SubjectNameStrategy,
  subjectName,
} from "../../../lib/io/schema-lookup.ts";
import { writeFrame } from "../confluent-frame.ts";
import { registerSchema } from "../register-schema.ts";
import { refuseReserved } from "../reserved-columns.ts";
import { avroCellWriter } from "./avro-cell-writer.ts";
import { avroOfColumn, avroOfColumns } from "./avro-columns.ts";
import { defaultOf } from "./avro-default.ts";
import { AvroMisfit, writeAvroValue } from "./avro-encode.ts";
import {
  type AvroField,
  type AvroRecord,
  type AvroSchemaInput,
  type AvroType,
  parseAvroSchema,
} from "./avro-schema.ts";

export interface AvroFormatterOptions extends RecordOptions {
  /** Where the schema is registered, or found. Absent: bare records, without a schema's id. */
  readonly lookup?: SchemaLookup;
  /** What the subject's name is made of; needed with `lookup`. */
  readonly topic?: string;
  readonly field?: "key" | "value";
  /** Default: "topic". */
  readonly subjectNameStrategy?: SubjectNameStrategy;
  /** Default true; false: records are written as the subject's newest schema says. */
  readonly autoRegister?: boolean;
  /** Default: the one that the columns make. */
  readonly schema?: AvroSchemaInput;
  /** Versions that a given schema refers to; needs `lookup`. Default: none. */
  readonly references?: readonly SchemaReference[];
  /** The full name of the record that the columns make; default "Row". */
  readonly name?: string;
  /** One column is written by itself, not as a record; default false. */
  readonly isSingle?: boolean;
}

/** Appends one field of a row. Throws AvroMisfit. */
type WriteField = (batch: Batch, row: number, diff: number, out: ByteSink) => void;

interface NamedField {
  readonly name: string;
  readonly write: WriteField;
}

/**
 * Writes rows as Avro records: fields are columns by name, `diff`, `time` and `key` those that records get beside them
 * (RecordOptions); a field that is none of these has its default. Framed with the id of the registered schema where
 * there is a registry. Throws TP_BAD_SCHEMA, TP_COLUMN_RESERVED.
 */
export class AvroFormatter implements Formatter {
  readonly #columns: Columns;
  readonly #options: AvroFormatterOptions;
  /** Null until the registry has said it. */
  #fields: readonly NamedField[] | null;
  readonly #schema: AvroSchemaInput | null;
  #id = -1;

  constructor(columns: Columns, options: AvroFormatterOptions = {}) {
    this.#columns = columns;
    this.#options = options;
    const { lookup, autoRegister = true, schema, references = [] } = options;
    const isFound = lookup !== undefined && !autoRegister;
    if (schema === undefined && !isFound) refuseReserved(columns, options);
    this.#schema = schema ?? (isFound ? null : schemaOf(columns, options));
    const isWhole = this.#schema !== null && references.length === 0;
    this.#fields = isWhole ? this.#fieldsOf(parseAvroSchema(this.#schema)) : null;
  }

  async prepare(): Promise<void> {
    const {
      lookup,
      topic = "",
      field = "value",
      subjectNameStrategy = "topic",
      references = [],
    } = this.#options;
    if (lookup === undefined) return;
    const record = this.#schema === null ? undefined : avroNameOf(this.#schema, references.length > 0);
    const subject = subjectName(subjectNameStrategy, { topic, field, record });
    if (this.#schema === null) await this.#find(lookup, subject);
    else {
      const text = typeof this.#schema === "string" ? this.#schema : JSON.stringify(this.#schema);
      const registered = await registerSchema(lookup, subject, { type: "AVRO", text, references });
      this.#id = registered.id;
      const texts = registered.references.map((reference) => reference.text);
      this.#fields ??= this.#fieldsOf(parseAvroSchema(text, texts));
    }
  }

  formatInto(batch: Batch, row: number, diff: number, out: ByteSink): void {
    const fields = this.#fields;
    if (fields === null) throw new TowpathError("TP_INTERNAL", "a row is written before the schema is known");
    if (this.#id >= 0) writeFrame(this.#id, out);
    for (let i = 0; i < fields.length; i++) {
      try {
        fields[i].write(batch, row, diff, out);
      } catch (error) {
        throw error instanceof AvroMisfit ? misfit(fields[i].name, error) : error;
      }
    }
  }

  async #find(lookup: SchemaLookup, subject: string): Promise<void> {
    const found = (await lookup.latest?.(subject)) ?? null;
    if (found === null || found.type !== "AVRO") {
      const what = found === null ? "no schema" : `a schema of type ${found.type}`;
      throw new TowpathError("TP_BAD_SCHEMA", `the subject ${subject} has ${what}, and autoRegister is off`, {
        hint: "Register an Avro schema there, or leave autoRegister out.",
      });
    }
    const texts = found.references.map(({ text }) => text);
    this.#fields = this.#fieldsOf(parseAvroSchema(found.text, texts));
    this.#id = found.id;
  }

  #fieldsOf(type: AvroType): readonly NamedField[] {
    const { isSingle = false } = this.#options;
    const { fields } = isSingle || type.kind !== "record" ? only(this.#columns, type) : type;
    const names = new Set(fields.map(({ name }) => name));
    const lost = this.#columns.find(({ name }) => !names.has(name));
    if (lost !== undefined)
      throw new TowpathError(
        "TP_BAD_SCHEMA",
        `the Avro schema has no field for the column ${JSON.stringify(lost.name)}`,
        {
          hint: `Leave it out before writing: .without("${lost.name}").`,
        },
      );
    return fields.map((field) => ({ name: field.name, write: this.#writeField(field) }));
  }

  #writeField({ name, type, default: given }: AvroField): WriteField {
    const { positions, changes = true, includeKey = false } = this.#options;
    const i = this.#columns.findIndex((column) => column.name === name);
    if (i >= 0) {
      const position = positions?.[i] ?? i;
      const write = avroCellWriter(name, this.#columns[i].type, type);
      return (batch, row, _, out) => write(batch.columns[position], row, out);
    }
    if (name === "diff" && changes) return (_batch, _row, diff, out) => writeAvroValue(type, diff, out);
    if (name === "time" && changes) return (batch, _row, _diff, out) => writeAvroValue(type, batch.time, out);
    if (name === "key" && includeKey)
      return (batch, row, _, out) => writeAvroValue(type, keyText(batch, row), out);
    if (given === undefined)
      throw new TowpathError(
        "TP_BAD_SCHEMA",
        `the Avro schema's field ${name} has neither a column nor a default`,
        {
          hint: `Add it before writing: .withColumns((c) => ({ ${name}: … })).`,
        },
      );
    const bytes = bytesOf(type, defaultOf(type, given));
    return (_batch, _row, _diff, out) => {
      out.reserve(bytes.length);
      out.bytes.set(bytes, out.used);
      out.used += bytes.length;
    };
  }
}

function schemaOf(columns: Columns, options: AvroFormatterOptions): AvroSchemaInput {
  const { name = "Row", isSingle = false, changes = true, includeKey = false } = options;
  if (isSingle) return JSON.stringify(avroOfColumn(columns[0]));
  const whole = { name: "int", optional: false } as const;
  const more = [
    ...(changes
      ? [
          { name: "diff", type: whole },
          { name: "time", type: whole },
        ]
      : []),
    ...(includeKey ? [{ name: "key", type: { name: "pointer", optional: false } as const }] : []),
  ];
  return avroOfColumns([...columns, ...more], name);
}

function only([column]: Columns, type: AvroType): AvroRecord {
  const fields: AvroField[] = [{ name: column.name, aliases: [], type, default: undefined }];
  return { kind: "record", name: "", aliases: [], fields };
}

/** The full name that a schema says; one that uses names of others cannot be read as a whole yet. */
function avroNameOf(schema: AvroSchemaInput, isOpen: boolean): string | undefined {
  if (!isOpen) {
    const type = parseAvroSchema(schema);
    return "name" in type ? type.name : undefined;
  }
  const given: unknown = typeof schema === "string" ? JSON.parse(schema) : schema;
  const { name, namespace = "" } = given as { readonly name?: string; readonly namespace?: string };
  if (name === undefined || namespace === "" || name.includes(".")) return name;
  return `${namespace}.${name}`;
}

function keyText(batch: Batch, row: number): string {
  const words = batch.keys.words();
  return pointerText(new Uint8Array(words.buffer, words.byteOffset + 16 * row, 16));
}

function bytesOf(type: AvroType, value: unknown): Uint8Array {
  const out = new ByteWriter(64);
  writeAvroValue(type, value, out);
  return out.view().slice();
}

function misfit(field: string, { path, detail }: AvroMisfit): TowpathError {
  const place = path === "" || path.startsWith("[") ? `${field}${path}` : `${field}.${path}`;
  return new TowpathError("TP_OUTPUT_VALUE", `the field ${place}: ${detail}`, {
    hint: "Change the row, or the type of the field in the Avro schema.",
  });
}
