import { nearest } from "../base/nearest.ts";
import { coerce, Failed } from "../data/coerce.ts";
import { NULL } from "../data/column.ts";
import { type ColumnBuilder, writeCell } from "../data/column-builder.ts";
import type { RowBuilder } from "../data/row-builder.ts";
import type { ColumnSchema, Columns } from "../data/schema.ts";
import { TowpathError } from "../errors.ts";

/** The types whose ordinary values are written without a detour. */
const OTHER = 0;
const INT = 1;
const FLOAT = 2;
const STR = 3;
const BOOL = 4;
const kinds: Partial<Record<string, number>> = { int: INT, float: FLOAT, str: STR, bool: BOOL };

/** Node 20 has it; the library of types is that of ES2023. */
interface WellFormed {
  isWellFormed(): boolean;
}

interface Target {
  readonly column: ColumnSchema;
  readonly kind: number;
  /** Objects inherit something of this name: only an own property counts. */
  readonly isInherited: boolean;
  /** What a row without the column gets; undefined where it may not lack it. */
  readonly fallback: unknown;
  /** Its place in the primary key, or -1. */
  readonly keyAt: number;
}

/** Rows given as plain objects, checked and written as cells. */
export class RowWriter {
  readonly #where: string;
  readonly #targets: readonly Target[];
  /** The values of the primary key's columns in the row written last, as the table holds them. */
  readonly keyValues: unknown[];

  /** `where` names the input in errors. Throws TP_BAD_SCHEMA for a default that does not have its column's type. */
  constructor(columns: Columns, primaryKey: readonly number[], where: string) {
    this.#where = where;
    this.keyValues = primaryKey.map(() => null);
    this.#targets = columns.map((column, position) => ({
      column,
      kind: kinds[column.type.name] ?? OTHER,
      isInherited: column.name in Object.prototype,
      fallback: fallbackOf(column),
      keyAt: primaryKey.indexOf(position),
    }));
  }

  /**
   * Writes the cells of `row` at `rows.length`; the caller ends the row. Throws, and leaves nothing behind:
   * TP_BAD_ARGUMENT for what is no object, TP_ROW_MISSING_COLUMN, TP_COLUMN_UNKNOWN, and what `coerce` says of a value.
   */
  write(rows: RowBuilder, row: object): void {
    this.#write(rows, row, false);
  }

  /** The same with the key's columns alone; the others may be given, are checked, and become null. */
  writeKey(rows: RowBuilder, row: object): void {
    this.#write(rows, row, true);
  }

  #write(rows: RowBuilder, row: object, keyOnly: boolean): void {
    if (typeof row !== "object" || row === null || Array.isArray(row)) throw this.#noObject();
    const at = rows.length;
    let known = 0;
    try {
      for (let i = 0; i < this.#targets.length; i++) {
        const builder = rows.columns[i] as ColumnBuilder;
        if (this.#writeCell(builder, this.#targets[i], at, row, keyOnly)) known++;
      }
      let given = 0;
      for (const _ in row) given++;
      if (given !== known) this.#checkNames(row);
    } catch (error) {
      rows.truncate(at);
      throw error;
    }
  }

  /** Whether the row had the column. */
  #writeCell(builder: ColumnBuilder, target: Target, at: number, row: object, keyOnly: boolean): boolean {
    const { column, kind, keyAt } = target;
    const { name, type } = column;
    let value: unknown;
    if (!target.isInherited || Object.hasOwn(row, name)) value = (row as Record<string, unknown>)[name];
    const has = value !== undefined;
    if (keyOnly && keyAt < 0) {
      builder.setEmpty(at, NULL);
      return has;
    }
    if (!has) value = this.#missing(target, keyOnly);
    if (kind === FLOAT && builder.layout === "number" && Number.isFinite(value)) {
      value = (value as number) + 0;
      builder.set(at, value as number);
    } else if (kind === INT && builder.layout === "number" && Number.isSafeInteger(value)) {
      value = (value as number) + 0;
      builder.set(at, value as number);
    } else if (kind === STR && builder.layout === "text" && isText(value)) builder.setString(at, value);
    else if (kind === BOOL && builder.layout === "number" && typeof value === "boolean")
      builder.set(at, value ? 1 : 0);
    else {
      value = coerce(value, type);
      if (value instanceof Failed) throw this.#bad(name, value);
      writeCell(builder, type, at, value);
    }
    if (keyAt >= 0) this.keyValues[keyAt] = value;
    return has;
  }

  #missing({ column, fallback }: Target, keyOnly: boolean): unknown {
    if (fallback !== undefined && !keyOnly) return fallback;
    throw new TowpathError("TP_ROW_MISSING_COLUMN", `a row lacks the column "${column.name}"`, {
      where: this.#where,
      hint: keyOnly
        ? "It is part of the primary key, by which a row is removed."
        : 'Give it, or make it optional (a type with "?") or give it a default in the schema.',
    });
  }

  #checkNames(row: object): void {
    const names = this.#targets.map(({ column }) => column.name);
    for (const name of Object.keys(row)) {
      if (names.includes(name)) continue;
      const meant = nearest(name, names);
      throw new TowpathError("TP_COLUMN_UNKNOWN", `there is no column ${JSON.stringify(name)}`, {
        where: this.#where,
        hint: `${meant === undefined ? "" : `Did you mean "${meant}"? `}The columns are ${names.map((known) => `"${known}"`).join(", ")}.`,
      });
    }
  }

  #bad(name: string, { code, detail }: Failed): TowpathError {
    return new TowpathError(code, `column "${name}": ${detail}`, { where: this.#where });
  }

  #noObject(): TowpathError {
    return new TowpathError("TP_BAD_ARGUMENT", "a row is an object of values by column", {
      where: this.#where,
    });
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string" && (value as unknown as WellFormed).isWellFormed();
}

function fallbackOf(column: ColumnSchema): unknown {
  if (column.default === undefined) return column.type.optional ? null : undefined;
  const value = coerce(column.default, column.type);
  if (!(value instanceof Failed)) return value;
  throw new TowpathError("TP_BAD_SCHEMA", `the default of column "${column.name}": ${value.detail}`);
}
