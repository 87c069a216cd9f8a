import { readCell } from "../../../lib/data/cell.ts";
import type { Column as Cells } from "../../../lib/data/column.ts";
import { columnBuilder, writeCell } from "../../../lib/data/column-builder.ts";
import { parseType } from "../../../lib/data/type.ts";
import { compile } from "../../../lib/expressions/evaluate.ts";
import { Column } from "../../../lib/expressions/expression.ts";
import type { ColumnNode, ExpressionNode } from "../../../lib/expressions/node.ts";

/** A column node at a position of the one input. */
export function columnNode(name: string, type: string, position: number): ColumnNode {
  const parsed = parseType(type);
  if (parsed === undefined) throw new Error(`no type ${type}`);
  return { kind: "column", owner: 0, name, position, type: parsed };
}

/** A column of the one input. T: the type of its values. */
export function column<T>(name: string, type: string, position: number): Column<T, string> {
  return new Column<T, string>(columnNode(name, type, position));
}

/** Cells of a column type from JS values; null and ERROR_VALUE become their tags. */
export function cellsOf(type: string, values: readonly unknown[]): Cells {
  const parsed = columnNode("", type, 0).type;
  const builder = columnBuilder(parsed);
  values.forEach((value, row) => {
    writeCell(builder, parsed, row, value);
  });
  return builder.finish(values.length);
}

export interface Failure {
  readonly row: number;
  readonly detail: string;
  readonly cause: unknown;
  readonly line: number | undefined;
}

/** The key of every row here. */
export const ROW_KEY = "00112233-4455-8677-8899-aabbccddeeff";

/** The values of an expression over columns of `length` rows, and the failures that it reported. */
export function evaluate(
  node: ExpressionNode,
  columns: readonly Cells[],
  length: number,
): { values: unknown[]; failures: Failure[]; cells: Cells } {
  const failures: Failure[] = [];
  const cells = compile(node)({
    length,
    columns: [columns],
    keys: () => cellsOf("pointer", new Array(length).fill(ROW_KEY)),
    failed: (row, site, detail, cause) => failures.push({ row, detail, cause, line: site?.line }),
  });
  return { values: Array.from({ length }, (_, row) => readCell(cells, node.type, row)), failures, cells };
}
