/** Formats whose messages name a schema: what their options mean for parsers and formatters. */
import type { Columns } from "../../lib/data/schema.ts";
import { TowpathError } from "../../lib/errors.ts";
import type { Formatter, RecordOptions } from "../../lib/io/formatter.ts";
import type { Parser } from "../../lib/io/parser.ts";
import type { SchemaLookup } from "../../lib/io/schema-lookup.ts";
import { fieldColumns } from "../../lib/table/source-columns.ts";
import { columnsOfAvro } from "../formats/avro/avro-columns.ts";
import { parseAvroSchema } from "../formats/avro/avro-schema.ts";
import type { AvroWriteSettings } from "../formats/avro/avro-settings.ts";
import { formats } from "../formats/index.ts";
import { lookupOf, type RegistryOption } from "../registry/index.ts";
import { bad } from "./read-arguments.ts";
import type { AvroReadOptions } from "./read-options.ts";

/** The columns that options say. Throws TP_BAD_ARGUMENT, TP_BAD_SCHEMA. */
export function registeredColumns(options: AvroReadOptions): Columns {
  const { schema, valueColumns, avro = {}, schemaRegistry } = options;
  if (typeof avro !== "object" || avro === null)
    throw bad("avro is not an object", 'Give avro: { schema: { type: "record", … } }.');
  if (avro.schema === undefined && schemaRegistry === undefined)
    throw bad(
      "nothing says which schema messages have",
      'Set schemaRegistry: { url: "http://localhost:8081" } for messages that name their schema, or avro: { schema } for bare ones.',
    );
  if (schema !== undefined || valueColumns !== undefined)
    return fieldColumns(options, options.format, "pw.kafka.read");
  if (avro.schema !== undefined) return columnsOfAvro(parseAvroSchema(avro.schema));
  throw bad(
    'format "avro" needs columns',
    'Give schema: pw.schema({ … }), valueColumns: ["name", …] or avro: { schema: { type: "record", … } }.',
  );
}

/** What makes the parsers of a source: its schemas are shared by all of them. */
export function registeredParsers(
  { schemaRegistry, avro }: AvroReadOptions,
  columns: Columns,
  primaryKey: readonly number[] | null,
): () => Parser {
  const lookup = schemaRegistry === undefined ? {} : { lookup: lookupOf(schemaRegistry) };
  const schema = avro?.schema === undefined ? {} : { schema: avro.schema };
  return () => formats.avro.parser.create(columns, { ...lookup, ...schema, primaryKey });
}

/** What an output writes with, beside its columns. */
export interface RegisteredOutput extends AvroWriteSettings {
  readonly lookup: SchemaLookup | null;
  readonly topic: string;
}

/** What the options of an output mean. Throws TP_BAD_ARGUMENT. */
export function registeredOutput(
  {
    schemaRegistry,
    avro = {},
  }: { readonly schemaRegistry?: RegistryOption; readonly avro?: AvroWriteSettings },
  topic: unknown,
): RegisteredOutput {
  const refuse = (detail: string, hint: string): TowpathError =>
    new TowpathError("TP_BAD_ARGUMENT", detail, { where: "pw.kafka.write", hint });
  if (typeof avro !== "object" || avro === null)
    throw refuse("avro is not an object", 'Give avro: { schema: { type: "record", … } }.');
  const lookup = schemaRegistry === undefined ? null : lookupOf(schemaRegistry);
  const { subjectNameStrategy: strategy = "topic", autoRegister = true } = avro;
  const needed = autoRegister ? "register" : "latest";
  if (lookup !== null && lookup[needed] === undefined)
    throw refuse(`schemaRegistry has no method ${needed}, which writing needs`, "Give it one.");
  if (lookup !== null && typeof topic !== "string" && strategy !== "record")
    throw refuse(
      "with a topic for each row, subjects cannot be named by the topic",
      'Set avro: { subjectNameStrategy: "record", name: "shop.Order" }.',
    );
  if (!autoRegister && (lookup === null || avro.schema !== undefined || strategy === "record"))
    throw refuse(
      "autoRegister: false writes with the newest schema of the topic's subject, so it needs schemaRegistry, and neither a schema nor a name from one",
      "Leave avro.schema out, or autoRegister.",
    );
  return { ...avro, lookup, topic: typeof topic === "string" ? topic : "Row" };
}

const NOT_IN_NAMES = /[^A-Za-z0-9_.]/g;

/** Makes the formatter of the messages' values, or with `isKey` of their keys. Throws TP_BAD_SCHEMA. */
export function registeredFormatter(
  { lookup, topic, schema, name, subjectNameStrategy, autoRegister }: RegisteredOutput,
  columns: Columns,
  record: RecordOptions,
  isKey = false,
): Formatter {
  const recordName = name ?? topic.replace(NOT_IN_NAMES, "_").replace(/(^|\.)(?=[0-9.]|$)/g, "$1_");
  return formats.avro.formatter.create(columns, {
    ...record,
    topic,
    ...(lookup === null ? {} : { lookup }),
    field: isKey ? "key" : "value",
    isSingle: isKey && columns.length === 1,
    name: isKey ? `${recordName}Key` : recordName,
    ...(schema === undefined || isKey ? {} : { schema }),
    ...(subjectNameStrategy === undefined ? {} : { subjectNameStrategy }),
    ...(autoRegister === undefined ? {} : { autoRegister }),
  });
}
