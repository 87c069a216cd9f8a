import type { ColumnSchema, Columns } from "../../lib/data/schema.ts";
import { positionOf } from "../../lib/data/schema.ts";
import { TowpathError } from "../../lib/errors.ts";
import type { Parser } from "../../lib/io/parser.ts";
import { Schema, type ValueColumns, valueColumns } from "../../lib/table/schema.ts";
import { tableFromSource } from "../../lib/table/source.ts";
import type { Table } from "../../lib/table/table.ts";
import type { Simplify } from "../../lib/table/types.ts";
import { formats } from "../formats/index.ts";
import { metadataColumn } from "./metadata-column.ts";
import { checkSettings, type KafkaSettings } from "./options.ts";
import { bad, checkReadOptions, commitPolicy, type ReadOptions } from "./read-options.ts";
import { redactSettings } from "./redact.ts";
import { KafkaSource, type SourcePlan } from "./source.ts";

type FieldColumns<O> = O extends { readonly schema: Schema<infer C, string> }
  ? C
  : O extends { readonly valueColumns: infer V extends readonly string[] }
    ? ValueColumns<V, O extends { readonly format: "json" } ? unknown : string>
    : never;

type PayloadColumns<O> = O extends { readonly format: "raw" }
  ? { data: (O extends { readonly encoding: "utf8" } ? string : Buffer) | null }
  : FieldColumns<O>;

/** The columns of the table that `pw.kafka.read` makes with options O. */
export type ReadColumns<O> = Simplify<
  PayloadColumns<O> & (O extends { readonly withMetadata: true } ? { _metadata: unknown } : unknown)
>;

/**
 * A table of the rows in Kafka topics: all their partitions, from the earliest message on, kept current as messages
 * arrive. Rows become visible together, at each `*COMMIT*` message (see `commit`); what has no commit yet is dropped
 * at the end of the run and read again by the next.
 *
 * `settings` are librdkafka's own. Columns by format: raw has one, `data` (bytes, or text with `encoding: "utf8"`; null
 * where a message has no payload); csv and json have those of `schema`, or of `valueColumns`, which csv gives as text
 * and json as whatever the message holds (type `any`; a schema is faster and checks). With `withMetadata` comes
 * `_metadata`, a json object { topic, partition, offset, timestamp, key, headers: [{ name, value }] } in which keys and
 * header values are text, or { base64 } where they are not UTF-8.
 *
 * With a primary key a later message replaces the row of its key; else every message is a row of its own.
 *
 * @throws TowpathError TP_BAD_ARGUMENT naming the option, TP_KAFKA_UNKNOWN_SETTING, TP_KAFKA_NO_BROKERS,
 *   TP_BAD_SCHEMA, TP_COLUMN_DUPLICATE. While it runs, `pw.run` rejects with TP_KAFKA_UNREACHABLE (within 10 s),
 *   TP_KAFKA_AUTHENTICATION, TP_KAFKA_TOPIC_UNKNOWN, TP_KAFKA_OFFSET_OUT_OF_RANGE, TP_CSV_NO_HEADER,
 *   TP_COMMIT_TOO_LARGE, or TP_ROW_… for a bad message.
 * @example
 * const t = pw.kafka.read({ "bootstrap.servers": "localhost:9092" }, {
 *   topicNames: ["orders"], format: "json", schema: pw.schema({ id: "int", amount: "float" }),
 * });
 */
export function read<const O extends ReadOptions>(
  settings: KafkaSettings,
  options: O,
): Table<ReadColumns<O>> {
  checkSettings(settings);
  checkReadOptions(options, settings);
  const payload = payloadColumns(options);
  const withMetadata = options.withMetadata === true;
  if (withMetadata && positionOf(payload, metadataColumn.name) >= 0) {
    throw new TowpathError("TP_COLUMN_DUPLICATE", "a column _metadata comes with withMetadata", {
      hint: "Rename the field, or leave withMetadata out.",
    });
  }
  const policy = commitPolicy(options.commit, options.mode);
  const plan: SourcePlan = {
    name: options.name ?? options.topicNames.join(","),
    settings: { ...settings },
    topics: [...options.topicNames],
    columns: withMetadata ? [...payload, metadataColumn] : payload,
    primaryKey: primaryKeyOf(options, payload),
    policy: options.format === "raw" ? policy : { ...policy, marker: policy.marker?.trim() ?? null },
    mode: options.mode ?? "streaming",
    startFrom: options.startFrom ?? "earliest",
    onError: options.onError ?? "fail",
    withMetadata,
    createParser: () => createParser(options, payload),
  };
  // A parser checks its own options: better now than when the run starts.
  plan.createParser();
  return tableFromSource<ReadColumns<O>>(plan.columns, {
    connector: "kafka",
    name: plan.name,
    describe: describePlan(plan, options),
    appendOnly: plan.primaryKey === null,
    create: (needed) => new KafkaSource(plan, needed),
  });
}

function createParser(options: ReadOptions, columns: Columns): Parser {
  switch (options.format) {
    case "raw":
      return formats.raw.parser.create(columns);
    case "csv":
      return formats.csv.parser.create(columns, options.csv);
    case "json":
      return formats.json.parser.create(columns);
  }
}

function payloadColumns(options: ReadOptions): Columns {
  if (options.format === "raw") {
    const name = options.encoding === "utf8" ? "str" : "bytes";
    return [{ name: "data", type: { name, optional: true } }];
  }
  const { schema, valueColumns: names, format } = options;
  if ((schema === undefined) === (names === undefined)) {
    throw bad(
      schema === undefined ? `format "${format}" needs columns` : "schema and valueColumns were both given",
      'Give either schema: pw.schema({ … }) or valueColumns: ["name", …].',
    );
  }
  if (names !== undefined)
    return valueColumns(names, { name: format === "csv" ? "str" : "any", optional: false });
  if (schema instanceof Schema) return schema.columns;
  throw bad("schema is not one", 'Make it with pw.schema({ id: "int" }).');
}

/** Positions of the columns that identify a row, null where none do. */
function primaryKeyOf(options: ReadOptions, columns: Columns): number[] | null {
  const marked = columns.flatMap((column: ColumnSchema, i) => (column.primaryKey === true ? [i] : []));
  const names = options.format === "raw" ? undefined : options.primaryKey;
  if (names === undefined) return marked.length === 0 ? null : marked;
  if (!Array.isArray(names) || names.length === 0) {
    throw bad("primaryKey names no column", 'Give a list, for example primaryKey: ["id"].');
  }
  const known = columns.map(({ name }) => name);
  const positions = names.map((name) => known.indexOf(name));
  const unknown = names.find((_, i) => positions[i] < 0);
  if (unknown !== undefined) {
    throw bad(`primaryKey: there is no column "${unknown}"`, `The columns are ${known.join(", ")}.`);
  }
  if (new Set(positions).size < positions.length)
    throw bad("primaryKey names a column twice", "Name each once.");
  const differs = marked.length > 0 && marked.join() !== [...positions].sort((a, b) => a - b).join();
  if (differs) {
    throw bad(
      "primaryKey differs from the columns that the schema marks",
      "Say the primary key in one place.",
    );
  }
  return positions;
}

function describePlan(plan: SourcePlan, options: ReadOptions): Readonly<Record<string, unknown>> {
  const { topics, policy, mode, startFrom, onError } = plan;
  const { format } = options;
  const settings = redactSettings(plan.settings);
  return { topics, format, settings, commit: policy, mode, startFrom, onError };
}
