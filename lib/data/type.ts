/** What a column's values are. The layout says how a batch stores them. */
export const typeNames = [
  "int",
  "float",
  "str",
  "bool",
  "bytes",
  "json",
  "bigint",
  "datetime",
  "duration",
  "pointer",
  "any",
] as const;

export type TypeName = (typeof typeNames)[number];

export interface ColumnType {
  readonly name: TypeName;
  /** Whether null is allowed. */
  readonly optional: boolean;
}

/**
 * `number`: Float64 (int, float, bool as 0/1, datetime and duration in ms).
 * `text`: bytes by start and end (str as UTF-8, bytes, json as its stable text, pointer as 16 bytes).
 * `value`: JS values (bigint, any).
 */
export type Layout = "number" | "text" | "value";

const layouts: Record<TypeName, Layout> = {
  int: "number",
  float: "number",
  bool: "number",
  datetime: "number",
  duration: "number",
  str: "text",
  bytes: "text",
  json: "text",
  pointer: "text",
  bigint: "value",
  any: "value",
};

export function layoutOf(type: ColumnType): Layout {
  return layouts[type.name];
}

/** `"int?"` ⇄ `{ name: "int", optional: true }`. */
export function formatType(type: ColumnType): string {
  return type.optional ? `${type.name}?` : type.name;
}

/** Returns undefined where the text names no type. */
export function parseType(text: string): ColumnType | undefined {
  const optional = text.endsWith("?");
  const name = (optional ? text.slice(0, -1) : text) as TypeName;
  return typeNames.includes(name) ? { name, optional } : undefined;
}

export function sameType(a: ColumnType, b: ColumnType): boolean {
  return a.name === b.name && a.optional === b.optional;
}
