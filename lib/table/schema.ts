import type { JsType, TypeText } from "../data/js-type.ts";
import type { ColumnSchema, Columns } from "../data/schema.ts";
import { typeOf } from "../data/schema.ts";
import { type ColumnType, formatType } from "../data/type.ts";
import { TowpathError } from "../errors.ts";
import { checkName, entriesOf } from "./names.ts";
import type { NameOf, Simplify } from "./types.ts";

export interface ColumnOptions<T extends TypeText> {
  /** `"int"`, `"str?"` …: with `?` null is allowed. */
  readonly type: T;
  /** Whether the column is part of what identifies a row; default false. */
  readonly primaryKey?: boolean;
  /** Taken where a message lacks the field. */
  readonly default?: JsType<T>;
}

/** Types by column name: as text, or with options by `pw.column`. */
export type SchemaDefinition = Readonly<Record<string, TypeText | ColumnOptions<TypeText>>>;

type TextOf<D> = D extends TypeText ? D : D extends { readonly type: infer T extends TypeText } ? T : never;

/** The columns that a schema's definition says. */
export type SchemaShape<D> = D extends infer O ? { -readonly [K in NameOf<O>]: JsType<TextOf<O[K]>> } : never;

/** The names of the columns that have a default. */
export type Defaulted<D> = {
  [K in NameOf<D>]: D[K] extends { readonly default: unknown } ? K : never;
}[NameOf<D>];

// Never there when the program runs: they carry types only.
declare const shape: unique symbol;
declare const defaulted: unique symbol;

/**
 * The columns of a table that is read from outside: names, types, primary key, defaults.
 * C: the columns; O: those that a row may leave out because they have a default.
 */
export class Schema<C, O extends string = never> {
  declare readonly [shape]: C;
  declare readonly [defaulted]: O;
  readonly columns: Columns;

  constructor(columns: Columns) {
    this.columns = columns;
    Object.freeze(this);
  }
}

type MayLack<C, O> = { [K in NameOf<C>]: K extends O ? K : null extends C[K] ? K : never }[NameOf<C>];

/** A row as it is given to `pw.input`: columns with a default, and those that may be null, can be left out. */
export type RowInput<S> =
  S extends Schema<infer C, infer O>
    ? Simplify<{ [K in Exclude<NameOf<C>, MayLack<C, O>>]: C[K] } & { [K in MayLack<C, O> & keyof C]?: C[K] }>
    : never;

/**
 * One column of a schema with its options.
 *
 * @throws TowpathError TP_BAD_SCHEMA, from `pw.schema`, where the type is unknown or the default is not of it.
 * @example pw.column({ type: "int", primaryKey: true })
 */
export function column<const T extends TypeText, const D extends ColumnOptions<T>>(
  options: D & { readonly type: T },
): D {
  return options;
}

/**
 * A schema: the columns of a source by name. A type is one of `int float str bool bytes json bigint datetime duration
 * pointer any`, with `?` where null is allowed.
 *
 * @throws TowpathError TP_BAD_SCHEMA for no columns, a name that is empty, an unknown type or a default that does not
 *   have its column's type.
 * @example
 * const Orders = pw.schema({ id: pw.column({ type: "int", primaryKey: true }), amount: "float", note: "str?" });
 * type Order = pw.RowOf<typeof Orders>; // { id: number; amount: number; note: string | null }
 */
export function schema<const D extends SchemaDefinition>(
  definition: D,
): Schema<SchemaShape<D>, Defaulted<D>> {
  const entries = entriesOf(definition, "a schema");
  if (entries.length === 0) throw new TowpathError("TP_BAD_SCHEMA", "a schema needs at least one column");
  return new Schema(entries.map(([name, given]) => columnSchema(name, given as SchemaDefinition[string])));
}

function columnSchema(name: string, given: SchemaDefinition[string]): ColumnSchema {
  checkName(name);
  const options: ColumnOptions<TypeText> = typeof given === "string" ? { type: given } : given;
  if (typeof options !== "object" || options === null || typeof options.type !== "string") {
    throw new TowpathError("TP_BAD_SCHEMA", `column "${name}" has no type`, {
      hint: 'Give a type such as "int" or "str?", or pw.column({ type, primaryKey, default }).',
    });
  }
  const type = typeOf(options.type, name);
  const primaryKey = options.primaryKey === true ? { primaryKey: true } : {};
  if (options.default === undefined) return Object.freeze({ name, type, ...primaryKey });
  if (!hasType(options.default, type)) {
    throw new TowpathError(
      "TP_BAD_SCHEMA",
      `the default of column "${name}" is no value of type ${formatType(type)}`,
    );
  }
  return Object.freeze({ name, type, ...primaryKey, default: options.default });
}

function hasType(value: unknown, type: ColumnType): boolean {
  if (value === null) return type.optional || type.name === "json" || type.name === "any";
  switch (type.name) {
    case "int":
      return Number.isSafeInteger(value);
    case "float":
      return typeof value === "number";
    case "datetime":
    case "duration":
      return Number.isFinite(value);
    case "str":
    case "pointer":
      return typeof value === "string";
    case "bool":
      return typeof value === "boolean";
    case "bigint":
      return typeof value === "bigint";
    case "bytes":
      return value instanceof Uint8Array;
    default:
      return true;
  }
}

/** The columns named by `valueColumns`, literal names giving literal types. */
export type ValueColumns<V extends readonly string[], T = string> = { [K in V[number]]: T };

/**
 * Columns of one type from a list of names (`valueColumns` of a connector).
 *
 * @throws TowpathError TP_BAD_SCHEMA for an empty list or name, TP_COLUMN_DUPLICATE for a name given twice.
 */
export function valueColumns(
  names: readonly string[],
  type: ColumnType = { name: "str", optional: false },
): Columns {
  if (!Array.isArray(names) || names.length === 0) {
    throw new TowpathError("TP_BAD_SCHEMA", "valueColumns names no column", {
      hint: 'Give a list of names, for example valueColumns: ["value"].',
    });
  }
  const seen = new Set<string>();
  return names.map((name) => {
    checkName(name);
    if (seen.has(name)) throw new TowpathError("TP_COLUMN_DUPLICATE", `valueColumns names "${name}" twice`);
    seen.add(name);
    return Object.freeze({ name, type });
  });
}
