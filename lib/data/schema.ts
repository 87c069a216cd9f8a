import { TowpathError } from "../errors.ts";
import { type ColumnType, parseType } from "./type.ts";

/** One column of a table: its name, its type, and how a reader fills it. */
export interface ColumnSchema {
  readonly name: string;
  readonly type: ColumnType;
  readonly primaryKey?: boolean;
  /** Used where a message lacks the field. */
  readonly default?: unknown;
}

export type Columns = readonly ColumnSchema[];

/** The type of a column given as `"int"`, `"str?"` …; throws TP_BAD_SCHEMA naming the column. */
export function typeOf(text: string, column: string): ColumnType {
  const type = parseType(text);
  if (type === undefined) {
    throw new TowpathError("TP_BAD_SCHEMA", `column "${column}" has the unknown type "${text}"`, {
      hint: 'Types are int, float, str, bool, bytes, json, bigint, datetime, duration, pointer and any, with "?" where null is allowed.',
    });
  }
  return type;
}

/** Position of a column by name, or -1. */
export function positionOf(columns: Columns, name: string): number {
  return columns.findIndex((column) => column.name === name);
}
