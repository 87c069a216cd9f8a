import { coerce, Failed } from "../data/coerce.ts";
import { columnBuilder, writeCell } from "../data/column-builder.ts";
import { keysOfValues } from "../data/row-key.ts";
import type { ColumnSchema, Columns } from "../data/schema.ts";
import { TowpathError } from "../errors.ts";
import type { RowInput, Schema } from "../table/schema.ts";
import type { Table } from "../table/table.ts";
import type { GivenChange } from "./given-rows.ts";
import { givenTable } from "./given-table.ts";
import { keyedByPosition, type Unkeyed } from "./position-key.ts";
import { isTime } from "./table-from-markdown.ts";

/** A row that comes (`diff` 1, the default) or goes (-1) at an even `time` (default 0). */
export interface GivenRow<Row> {
  readonly row: Row;
  readonly time?: number;
  readonly diff?: 1 | -1;
}

/**
 * A table from rows given in the script, for tests and examples. A row's key is a hash of the schema's primary key;
 * without one it is the table and the row's position, and a deletion takes the oldest row with these values.
 *
 * @throws TowpathError TP_BAD_ARGUMENT, naming the row's number, for a value that its column cannot hold, an odd time,
 *   a second row with a key, or the deletion of a row that is not there.
 * @example
 * const words = pw.schema({ word: pw.column({ type: "str", primaryKey: true }), n: "int" });
 * const t = pw.debug.tableFromRows(words, [{ row: { word: "a", n: 3 } }, { row: { word: "a", n: 3 }, time: 2, diff: -1 }]);
 */
export function tableFromRows<C, O extends string>(
  schema: Schema<C, O>,
  rows: readonly GivenRow<RowInput<Schema<C, O>>>[],
): Table<C> {
  const { columns } = schema;
  const changes = rows.map(({ row, time = 0, diff = 1 }, i) => {
    if (!isTime(time)) throw badRow(i, `time is ${time}, not an even number from 0 on`);
    if (diff !== 1 && diff !== -1) throw badRow(i, `diff is ${String(diff)}, not 1 or -1`);
    return { time, diff, values: valuesOf(row, columns, i) };
  });
  return givenTable<C>(columns, keyed(changes, columns), badRow);
}

function badRow(i: number, problem: string): TowpathError {
  return new TowpathError("TP_BAD_ARGUMENT", problem, { where: `row ${i} of tableFromRows` });
}

function valuesOf(row: unknown, columns: Columns, i: number): unknown[] {
  if (typeof row !== "object" || row === null) throw badRow(i, "there is no row");
  const unknown = Object.keys(row).find((name) => columns.every((column) => column.name !== name));
  if (unknown !== undefined) throw badRow(i, `the schema has no column "${unknown}"`);
  return columns.map((column) => givenValue(row, column, i));
}

function givenValue(row: object, column: ColumnSchema, i: number): unknown {
  const { name, type } = column;
  const given: unknown = Object.hasOwn(row, name) ? (row as Record<string, unknown>)[name] : undefined;
  const value = coerce(given === undefined && column.default !== undefined ? column.default : given, type);
  if (value instanceof Failed) throw badRow(i, `column "${name}": ${value.detail}`);
  return value;
}

function keyed(changes: readonly Unkeyed[], columns: Columns): GivenChange[] {
  const primary = columns.flatMap(({ primaryKey }, i) => (primaryKey === true ? [i] : []));
  if (primary.length > 0) {
    return changes.map((change) => ({ ...change, key: primaryKeyOf(change.values, columns, primary) }));
  }
  return keyedByPosition(changes);
}

function primaryKeyOf(values: readonly unknown[], columns: Columns, primary: readonly number[]): Uint32Array {
  const cells = primary.map((i) => {
    const builder = columnBuilder(columns[i].type);
    writeCell(builder, columns[i].type, 0, values[i]);
    return builder.finish(1);
  });
  return keysOfValues(
    cells,
    primary.map((i) => columns[i].type),
    1,
  );
}
