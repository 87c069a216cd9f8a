import type { ColumnType, TypeName } from "../../data/type.ts";
import { adapted } from "../literal.ts";
import type { ExpressionNode } from "../node.ts";
import type { Convert } from "./function-definition.ts";

export const BOOL: ColumnType = { name: "bool", optional: false };

export function plainType(name: TypeName): ColumnType {
  return { name, optional: false };
}

/** Says what to do where null is not taken; null where no operand may be null. Dynamic ones are checked row by row. */
export function nullRefusal(args: readonly ColumnType[]): string | null {
  const optional = args.some((type) => type.optional && type.name !== "any");
  return optional ? "Null is not taken here: give a value for it first, e.g. pw.coalesce(column, 0)." : null;
}

export function isNumber(name: TypeName): boolean {
  return name === "int" || name === "float";
}

/** Plain values take on the type of the operand beside them; `as` says which type, from that operand's. */
export function literalsBeside(
  args: readonly ExpressionNode[],
  as: (type: ColumnType, literal: ColumnType) => ColumnType = (type) => type,
): readonly ExpressionNode[] {
  const model = args.find((arg) => arg.kind !== "literal" || arg.value !== null);
  const typed = args.find((arg) => arg.kind !== "literal") ?? model;
  if (typed === undefined) return args;
  return args.map((arg) => (arg === typed ? arg : adapted(arg, as(typed.type, arg.type))));
}

/** The type that holds the values of all: the same one, float for int and float, any beside any; else undefined. */
export function commonType(types: readonly ColumnType[]): ColumnType | undefined {
  let name: TypeName | undefined;
  for (const type of types) {
    if (name === undefined || name === type.name) name = type.name;
    else if (name === "any" || type.name === "any") name = "any";
    else if (isNumber(name) && isNumber(type.name)) name = "float";
    else return undefined;
  }
  return name === undefined ? undefined : { name, optional: types.some((type) => type.optional) };
}

/** Operands whose values end in one column: plain values adapted, then all converted to the common type. */
export function commonOperands(args: readonly ExpressionNode[], convert: Convert): readonly ExpressionNode[] {
  const beside = literalsBeside(args);
  const common = commonType(beside.map((arg) => arg.type));
  if (common === undefined) return beside;
  return beside.map((arg) => convert(arg, { name: common.name, optional: arg.type.optional }));
}

export const commonHint =
  'The values must have one type: cast them, e.g. both with .cast("str"), or to "any".';

/** Dynamic operands where only a bool is taken. */
export function boolOperands(args: readonly ExpressionNode[], convert: Convert): readonly ExpressionNode[] {
  return args.map((arg) => (arg.type.name === "any" ? convert(arg, BOOL) : arg));
}

/** What a function of `.str` says to an operand of another type. */
export const TEXT_HINT = "Functions of .str take texts: write .toStr() first.";
