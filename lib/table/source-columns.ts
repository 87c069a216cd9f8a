import type { ColumnSchema, Columns } from "../data/schema.ts";
import type { ColumnType } from "../data/type.ts";
import { TowpathError } from "../errors.ts";
import { Schema, type ValueColumns, valueColumns } from "./schema.ts";

/** How a connector's options say the columns of what it reads. */
export interface FieldOptions {
  /** Columns by name: csv gives text, the others whatever the message holds (type `any`). Either this or `schema`. */
  readonly valueColumns?: readonly string[];
  /** Columns with types. */
  readonly schema?: Schema<unknown, string>;
  /** Columns that identify a row: a later message replaces the row. Default: those that the schema says. */
  readonly primaryKey?: readonly string[];
}

/** The columns that options O say, as types. */
export type FieldColumns<O> = O extends { readonly schema: Schema<infer C, string> }
  ? C
  : O extends { readonly valueColumns: infer V extends readonly string[] }
    ? ValueColumns<V, O extends { readonly format: "csv" } ? string : unknown>
    : never;

/**
 * What `valueColumns` are. A record of updates has all columns, so that null is a value there and nothing is missing; of
 * Avro the message's schema says which fields there are.
 */
const namedTypes = {
  csv: { name: "str", optional: false },
  json: { name: "any", optional: false },
  updates: { name: "any", optional: true },
  avro: { name: "any", optional: true },
  jsonschema: { name: "any", optional: true },
  protobuf: { name: "any", optional: true },
} as const satisfies Record<string, ColumnType>;

/** The columns that options say. Throws TP_BAD_ARGUMENT (`where` names the call), TP_BAD_SCHEMA, TP_COLUMN_DUPLICATE. */
export function fieldColumns(options: FieldOptions, format: keyof typeof namedTypes, where: string): Columns {
  const { schema, valueColumns: names } = options;
  if ((schema === undefined) === (names === undefined)) {
    const detail =
      schema === undefined ? `format "${format}" needs columns` : "schema and valueColumns were both given";
    const hint = 'Give either schema: pw.schema({ … }) or valueColumns: ["name", …].';
    throw new TowpathError("TP_BAD_ARGUMENT", detail, { where, hint });
  }
  if (names !== undefined) return valueColumns(names, namedTypes[format]);
  if (schema instanceof Schema) return schema.columns;
  throw new TowpathError("TP_BAD_ARGUMENT", "schema is not one", {
    where,
    hint: 'Make it with pw.schema({ id: "int" }).',
  });
}

/** Positions of the columns that identify a row, null where none do. Throws TP_BAD_ARGUMENT. */
export function primaryKeyPositions(
  names: readonly string[] | undefined,
  columns: Columns,
  where: string,
): number[] | null {
  const bad = (detail: string, hint: string): TowpathError =>
    new TowpathError("TP_BAD_ARGUMENT", detail, { where, hint });
  const marked = columns.flatMap((column: ColumnSchema, i) => (column.primaryKey === true ? [i] : []));
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
  if (new Set(positions).size < positions.length) {
    throw bad("primaryKey names a column twice", "Name each once.");
  }
  if (marked.length > 0 && marked.join() !== [...positions].sort((a, b) => a - b).join()) {
    throw bad(
      "primaryKey differs from the columns that the schema marks",
      "Say the primary key in one place.",
    );
  }
  return positions;
}
