import type { ColumnType, TypeName } from "../data/type.ts";
import type { MarkdownCell } from "./markdown.ts";

/**
 * The type of a column of markdown cells: the narrowest of int, float and bool that fits all of them, else str.
 * Empty cells and `null` make it optional; where there is nothing else it is `any?`.
 */
export function inferType(cells: readonly MarkdownCell[]): ColumnType {
  const names = new Set(cells.map(kindOf));
  const optional = names.delete(null);
  return { name: commonType([...names] as TypeName[], optional), optional };
}

/** A cell's value in a column of that type. */
export function cellValue(cell: MarkdownCell, { name }: ColumnType): unknown {
  if (kindOf(cell) === null) return null;
  if (name === "int" || name === "float") return Number(cell.text) + 0;
  return name === "bool" ? cell.text.toLowerCase() === "true" : cell.text;
}

function commonType(names: readonly TypeName[], optional: boolean): TypeName {
  if (names.length === 0) return optional ? "any" : "str";
  if (names.length === 1) return names[0];
  return names.every((name) => name === "int" || name === "float") ? "float" : "str";
}

/** What a cell looks like; null for null. */
function kindOf({ text, quoted }: MarkdownCell): TypeName | null {
  if (quoted) return "str";
  if (text === "" || text === "null" || text === "None") return null;
  if (/^(true|false)$/i.test(text)) return "bool";
  if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(Number(text))) return "int";
  if (/^[+-]?(NaN|Infinity)$/.test(text)) return "float";
  return /^[+-]?(\d+(?:\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(text) ? "float" : "str";
}
