import { formatSite, userSite } from "../base/source-site.ts";
import { coerce, Failed } from "../data/coerce.ts";
import type { ColumnType, TypeName } from "../data/type.ts";
import { TowpathError } from "../errors.ts";
import type { ExpressionNode, LiteralNode } from "./node.ts";

/**
 * A plain value as a node: safe integers are ints, other numbers floats, a Date a datetime, null a dynamic null until
 * it meets a typed operand. Throws TP_BAD_ARGUMENT for values that no column type has.
 */
export function literalNode(value: unknown): LiteralNode {
  const name = typeNameOf(value);
  if (name === null) throw badLiteral("no column type has such a value");
  const type = { name, optional: value === null };
  const coerced = coerce(value, type);
  if (coerced instanceof Failed) throw badLiteral(coerced.detail);
  return { kind: "literal", value: coerced, type };
}

/** A value of JSON shape (`pw.literal({ … })`), or of any other type that `literalNode` knows. */
export function dataNode(value: unknown): LiteralNode {
  if (typeof value !== "object" || value === null || typeNameOf(value) !== null) return literalNode(value);
  const type: ColumnType = { name: "json", optional: false };
  const coerced = coerce(value, type);
  if (coerced instanceof Failed) throw badLiteral(coerced.detail);
  return { kind: "literal", value: coerced, type };
}

function typeNameOf(value: unknown): TypeName | null {
  switch (typeof value) {
    case "number":
      return Number.isSafeInteger(value) ? "int" : "float";
    case "string":
      return "str";
    case "boolean":
      return "bool";
    case "bigint":
      return "bigint";
    default:
      if (value === null) return "any";
      if (value instanceof Uint8Array) return "bytes";
      return value instanceof Date ? "datetime" : null;
  }
}

function badLiteral(detail: string): TowpathError {
  return new TowpathError("TP_BAD_ARGUMENT", `a value in an expression cannot be used: ${detail}`, {
    where: formatSite(userSite()),
    hint: "Give an expression, a text, a number, a boolean, a bigint, bytes or null; other data as pw.literal({ … }).",
  });
}

/** Which types a plain value may take on beside an operand of another type. */
const adaptable: Partial<Record<TypeName, readonly TypeName[]>> = {
  int: ["float", "datetime", "duration", "json", "any"],
  float: ["datetime", "duration", "json", "any"],
  str: ["pointer", "json", "any"],
  bool: ["json", "any"],
  bigint: ["any"],
  bytes: ["any"],
  datetime: ["any"],
};

/**
 * A plain value written beside an operand of type `type` takes on that type where that loses nothing (a number beside
 * a datetime is milliseconds, null is a null of the other's type); any other node stays what it is.
 */
export function adapted(node: ExpressionNode, type: ColumnType): ExpressionNode {
  if (node.kind !== "literal") return node;
  if (node.value === null) return { ...node, type: { name: type.name, optional: true } };
  if (adaptable[node.type.name]?.includes(type.name) !== true) return node;
  const wanted: ColumnType = { name: type.name, optional: false };
  const value = coerce(node.value, wanted);
  return value instanceof Failed ? node : { kind: "literal", value, type: wanted };
}
