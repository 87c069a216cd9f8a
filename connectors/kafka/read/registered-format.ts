/** Formats whose messages name a schema: what their options mean for parsers and formatters. */
import type { Columns } from "../../../lib/data/schema.ts";
import { TowpathError } from "../../../lib/errors.ts";
import type { Formatter, RecordOptions } from "../../../lib/io/formatter.ts";
import type { Parser } from "../../../lib/io/parser.ts";
import type { SchemaLookup, SchemaReference } from "../../../lib/io/schema-lookup.ts";
import { fieldColumns } from "../../../lib/table/source-columns.ts";
import { columnsOfAvro } from "../../formats/avro/avro-columns.ts";
import { parseAvroSchema } from "../../formats/avro/avro-schema.ts";
import type { AvroWriteSettings } from "../../formats/avro/avro-settings.ts";
import { formats } from "../../formats/index.ts";
import type { JsonSchemaWriteSettings } from "../../formats/json-schema/json-schema-settings.ts";
import type { ProtobufWriteSettings } from "../../formats/protobuf/protobuf-settings.ts";
import { lookupOf, type RegistryOption } from "../../registry/index.ts";
import { bad } from "../client/read-arguments.ts";
import type { ReadOptions, RegisteredReadOptions } from "./read-options.ts";

/** The formats, and the option that each has for itself. */
export const settingsOf = { avro: "avro", protobuf: "protobuf", jsonschema: "jsonSchema" } as const;

export type RegisteredFormat = keyof typeof settingsOf;

/** What makes a schema known without a registry, in the words of a hint. */
const givenAs = {
  avro: "avro: { schema }",
  protobuf: "protobuf: { proto }",
  jsonschema: "jsonSchema: { schema }",
} as const;

export function isRegisteredFormat(format: string): format is RegisteredFormat {
  return Object.hasOwn(settingsOf, format);
}

export function isRegistered(options: ReadOptions): options is RegisteredReadOptions {
  return isRegisteredFormat(options.format);
}

/** The columns that options say. Throws TP_BAD_ARGUMENT, TP_BAD_SCHEMA. */
export function registeredColumns(options: RegisteredReadOptions): Columns {
  const { format, schema, valueColumns, schemaRegistry } = options;
  const settings: unknown = givenSettings(options);
  if (typeof settings !== "object" || settings === null)
    throw bad(`${settingsOf[format]} is not an object`, `Give such as ${givenAs[format]}.`);
  const isGiven = "schema" in settings || "proto" in settings || "descriptor" in settings;
  if (!isGiven && schemaRegistry === undefined)
    throw bad(
      "nothing says which schema messages have",
      `Set schemaRegistry: { url: "http://localhost:8081" } for messages that name their schema, or ${givenAs[format]} for bare ones.`,
    );
  if (schema !== undefined || valueColumns !== undefined || format !== "avro")
    return fieldColumns(options, format, "pw.kafka.read");
  if (options.avro?.schema !== undefined) return columnsOfAvro(parseAvroSchema(options.avro.schema));
  throw bad(
    'format "avro" needs columns',
    'Give schema: pw.schema({ … }), valueColumns: ["name", …] or avro: { schema: { type: "record", … } }.',
  );
}

function givenSettings(options: RegisteredReadOptions): object {
  if (options.format === "avro") return options.avro ?? {};
  return (options.format === "protobuf" ? options.protobuf : options.jsonSchema) ?? {};
}

/** What makes the parsers of a source: its schemas are shared by all of them. */
export function registeredParsers(
  options: RegisteredReadOptions,
  columns: Columns,
  primaryKey: readonly number[] | null,
): () => Parser {
  const { schemaRegistry } = options;
  const common = {
    primaryKey,
    ...(schemaRegistry === undefined ? {} : { lookup: lookupOf(schemaRegistry) }),
  };
  switch (options.format) {
    case "avro":
      return () => formats.avro.parser.create(columns, { ...options.avro, ...common });
    case "protobuf":
      return () => formats.protobuf.parser.create(columns, { ...options.protobuf, ...common });
    case "jsonschema":
      return () => formats.jsonschema.parser.create(columns, { ...options.jsonSchema, ...common });
  }
}

interface GivenOutput {
  readonly schemaRegistry?: RegistryOption;
  readonly avro?: AvroWriteSettings;
  readonly protobuf?: ProtobufWriteSettings;
  readonly jsonSchema?: JsonSchemaWriteSettings;
}

/** What an output writes with, beside its columns. */
export interface RegisteredOutput {
  readonly format: RegisteredFormat;
  readonly settings: AvroWriteSettings & ProtobufWriteSettings & JsonSchemaWriteSettings;
  readonly lookup: SchemaLookup | null;
  readonly topic: string;
}

/** What the options of an output mean. Throws TP_BAD_ARGUMENT. */
export function registeredOutput(
  format: RegisteredFormat,
  given: GivenOutput,
  topic: unknown,
): RegisteredOutput {
  const refuse = (detail: string, hint: string): TowpathError =>
    new TowpathError("TP_BAD_ARGUMENT", detail, { where: "pw.kafka.write", hint });
  const option = settingsOf[format];
  const settings = (given[option] ?? {}) as RegisteredOutput["settings"];
  if (typeof settings !== "object" || settings === null)
    throw refuse(`${option} is not an object`, `Give such as ${givenAs[format]}.`);
  const lookup = given.schemaRegistry === undefined ? null : lookupOf(given.schemaRegistry);
  const { subjectNameStrategy: strategy = "topic", autoRegister = true } = settings;
  const needed = autoRegister ? "register" : "latest";
  if (lookup !== null && lookup[needed] === undefined)
    throw refuse(`schemaRegistry has no method ${needed}, which writing needs`, "Give it one.");
  const name = format === "protobuf" ? "message" : "name";
  if (lookup !== null && typeof topic !== "string" && strategy !== "record")
    throw refuse(
      "with a topic for each row, subjects cannot be named by the topic",
      `Set ${option}: { subjectNameStrategy: "record", ${name}: "shop.Order" }.`,
    );
  const isGiven = settings.schema !== undefined || settings.proto !== undefined;
  const { references = [] } = settings;
  if (!Array.isArray(references) || !references.every(isReference))
    throw refuse(
      `${option}.references is no array of references`,
      'Give such as references: [{ name: "shop.Address", subject: "address-value", version: 1 }].',
    );
  if (references.length > 0 && (lookup === null || !isGiven))
    throw refuse(
      `${option}.references says what a given schema refers to in a registry, and there is no ${lookup === null ? "registry" : "schema"}`,
      `Set schemaRegistry and ${option}.${format === "protobuf" ? "proto" : "schema"}, or leave references out.`,
    );
  if (!autoRegister && (lookup === null || isGiven || strategy === "record"))
    throw refuse(
      "autoRegister: false writes with the newest schema of the topic's subject, so it needs schemaRegistry, and neither a schema nor a name from one",
      `Leave ${option}.${format === "protobuf" ? "proto" : "schema"} out, or autoRegister.`,
    );
  return { format, settings, lookup, topic: typeof topic === "string" ? topic : "Row" };
}

function isReference(given: unknown): boolean {
  if (typeof given !== "object" || given === null) return false;
  const { name, subject, version } = given as Partial<SchemaReference>;
  return typeof name === "string" && typeof subject === "string" && Number.isSafeInteger(version);
}

const NOT_IN_NAMES = /[^A-Za-z0-9_.]/g;

/** Makes the formatter of the messages' values, or with `isKey` of their keys. Throws TP_BAD_SCHEMA. */
export function registeredFormatter(
  { format, settings, lookup, topic }: RegisteredOutput,
  columns: Columns,
  record: RecordOptions,
  isKey = false,
): Formatter {
  const { subjectNameStrategy, autoRegister, schema, proto, references } = settings;
  const given = format === "protobuf" ? settings.message : settings.name;
  const name = given ?? topic.replace(NOT_IN_NAMES, "_").replace(/(^|\.)(?=[0-9.]|$)/g, "$1_");
  const field: "key" | "value" = isKey ? "key" : "value";
  const common = {
    ...record,
    topic,
    field,
    ...(lookup === null ? {} : { lookup }),
    ...(subjectNameStrategy === undefined ? {} : { subjectNameStrategy }),
    ...(autoRegister === undefined ? {} : { autoRegister }),
  };
  const ownName = isKey ? `${name}Key` : name;
  const ownReferences = references === undefined || isKey ? {} : { references };
  const ownSchema = schema === undefined || isKey ? {} : { schema, ...ownReferences };
  if (format === "protobuf") {
    const isOwn = proto !== undefined && !isKey;
    const isFound = autoRegister === false;
    const message = isOwn || (isFound && !isKey) ? given : isFound ? undefined : ownName;
    return formats.protobuf.formatter.create(columns, {
      ...common,
      ...(isOwn ? { proto, ...ownReferences } : {}),
      ...(message === undefined ? {} : { message }),
    });
  }
  if (format === "jsonschema")
    return formats.jsonschema.formatter.create(columns, { ...common, ...ownSchema, name: ownName });
  const isSingle = isKey && columns.length === 1;
  return formats.avro.formatter.create(columns, {
    ...common,
    ...(ownSchema as Pick<AvroWriteSettings, "schema" | "references">),
    isSingle,
    name: ownName,
  });
}
