import type { Columns } from "../../lib/data/schema.ts";
import { type ColumnType, parseType } from "../../lib/data/type.ts";
import type { ExpressionNode } from "../../lib/expressions/node.ts";
import type { PlanNode } from "../../lib/plan/node.ts";
import type { Named, TypeText } from "./spec.ts";

/** The key of a node's rows. */
export const rowKey: ExpressionNode = { kind: "key", owner: 0, type: { name: "pointer", optional: false } };

export function columnNode({ columns }: PlanNode, position: number): ExpressionNode {
  const column = columns[position];
  if (column === undefined) throw new Error(`there is no column ${position}`);
  return { kind: "column", owner: 0, name: column.name, position, type: column.type };
}

/** The columns of a node, each of which may be null. */
export function nullable({ columns }: PlanNode, mayBeNull: boolean): Columns {
  return columns.map(({ name, type }) => ({ name, type: mayBeNull ? { ...type, optional: true } : type }));
}

export function schemaOf(columns: Named<TypeText>): Columns {
  return columns.map(([name, type]) => ({ name, type: typeOf(type) }));
}

export function typeOf(text: TypeText): ColumnType {
  const type = parseType(text);
  if (type === undefined) throw new Error(`there is no type "${text}"`);
  return type;
}
