import { assert } from "../../../lib/base/assert.ts";
import type { Batch } from "../../../lib/data/batch.ts";
import type { Columns } from "../../../lib/data/schema.ts";
import { TowpathError } from "../../../lib/errors.ts";
import type { ByteSink, Formatter, RecordOptions } from "../../../lib/io/formatter.ts";
import {
  type SchemaLookup,
  type SchemaReference,
  type SubjectNameStrategy,
  subjectName,
} from "../../../lib/io/schema-lookup.ts";
import { writeFrame } from "../confluent-frame.ts";
import { JsonFormatter } from "../json-formatter.ts";
import { registerSchema } from "../register-schema.ts";
import { jsonSchemaOfColumns } from "./json-schema-of-columns.ts";
import { schemaText } from "./json-schema-parser.ts";
import { JsonValidator, resolveJsonSchema } from "./json-validator.ts";

export interface JsonSchemaFormatterOptions extends RecordOptions {
  /** Where the schema is registered, or found. Absent: records are plain JSON. */
  readonly lookup?: SchemaLookup;
  /** What the subject's name is made of; needed with `lookup`. */
  readonly topic?: string;
  readonly field?: "key" | "value";
  /** Default: "topic". */
  readonly subjectNameStrategy?: SubjectNameStrategy;
  /** Default true; false: records must be what the subject's newest schema says. */
  readonly autoRegister?: boolean;
  /** What records must be. Default: what the columns are. */
  readonly schema?: string | object;
  /** Versions that a given schema refers to; needs `lookup`. Default: none. */
  readonly references?: readonly SchemaReference[];
  /** The title of the schema that the columns make; default "Row". */
  readonly name?: string;
}

/** Writes the records of json, framed, and checks them where the schema is not made of the columns. */
export class JsonSchemaFormatter implements Formatter {
  readonly #options: JsonSchemaFormatterOptions;
  readonly #records: JsonFormatter;
  /** Null where the registry has it. */
  readonly #text: string | null;
  #validator: JsonValidator | null;
  #id = -1;

  /** Throws TP_BAD_SCHEMA, TP_COLUMN_RESERVED. */
  constructor(columns: Columns, options: JsonSchemaFormatterOptions = {}) {
    const { lookup, autoRegister = true, schema, name = "Row" } = options;
    this.#options = options;
    this.#records = new JsonFormatter(columns, options);
    const isFound = lookup !== undefined && !autoRegister && schema === undefined;
    this.#text = isFound ? null : schemaText(schema ?? jsonSchemaOfColumns(columns, name, options));
    this.#validator = schema === undefined ? null : new JsonValidator(schemaText(schema));
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
    const record = this.#validator?.title ?? this.#options.name;
    const subject = subjectName(subjectNameStrategy, { topic, field, record });
    if (this.#text === null) await this.#find(lookup, subject);
    else {
      const schema = { type: "JSON", text: this.#text, references } as const;
      const registered = await registerSchema(lookup, subject, schema);
      this.#id = registered.id;
      if (references.length > 0) this.#validator = new JsonValidator(this.#text, registered.references);
    }
  }

  formatInto(batch: Batch, row: number, diff: number, out: ByteSink): void {
    if (this.#options.lookup !== undefined) {
      assert(this.#id >= 0, "a row is written before the schema has an id");
      writeFrame(this.#id, out);
    }
    const start = out.used;
    this.#records.formatInto(batch, row, diff, out);
    if (this.#validator === null) return;
    const text = Buffer.from(out.bytes.buffer, out.bytes.byteOffset + start, out.used - start).toString(
      "utf8",
    );
    const failure = this.#validator.failure(JSON.parse(text));
    if (failure === null) return;
    throw new TowpathError("TP_OUTPUT_VALUE", `a row is not valid by its JSON Schema: ${failure}`, {
      hint: "Change the row, or the schema.",
    });
  }

  async #find(lookup: SchemaLookup, subject: string): Promise<void> {
    const found = (await lookup.latest?.(subject)) ?? null;
    if (found === null || found.type !== "JSON") {
      const what = found === null ? "no schema" : `a schema of type ${found.type}`;
      throw new TowpathError("TP_BAD_SCHEMA", `the subject ${subject} has ${what}, and autoRegister is off`, {
        hint: "Register a JSON Schema there, or leave autoRegister out.",
      });
    }
    this.#validator = resolveJsonSchema(found);
    this.#id = found.id;
  }
}
