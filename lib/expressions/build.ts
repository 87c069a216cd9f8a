import { formatSite, type SourceSite, userSite } from "../base/source-site.ts";
import { type ColumnType, formatType, parseType, typeNames } from "../data/type.ts";
import { TowpathError } from "../errors.ts";
import { formatExpression } from "./format.ts";
import type { FunctionDefinition } from "./functions/function-definition.ts";
import { type FunctionName, functions } from "./functions/index.ts";
import type { CallNode, ExpressionNode } from "./node.ts";

/**
 * A call of a registered function, checked: operands are adapted as the function says (plain values take on the
 * other's type, dynamic values are checked) and the result's type is worked out. Throws TP_EXPRESSION_TYPE.
 */
export function callNode(
  name: FunctionName,
  given: readonly ExpressionNode[],
  options: unknown = null,
): CallNode {
  return checkedCall(name, given, options, userSite());
}

function checkedCall(
  name: FunctionName,
  given: readonly ExpressionNode[],
  options: unknown,
  site: SourceSite | null,
): CallNode {
  const definition: FunctionDefinition = functions[name];
  const convert = (node: ExpressionNode, type: ColumnType) => converted(node, type, site);
  const args = definition.operands?.(given, convert) ?? given;
  const type = definition.type(
    args.map((arg) => arg.type),
    options,
  );
  if (typeof type === "string") throw refused(name, given, type, site);
  return { kind: "call", name, args, options, type, site };
}

/** `node` in type `type`; itself where it has that type already (or a narrower one). */
function converted(node: ExpressionNode, type: ColumnType, site: SourceSite | null): ExpressionNode {
  if (node.type.name === type.name && (type.optional || !node.type.optional)) return node;
  return checkedCall("cast", [node], { to: formatType(type) }, site);
}

/** `node.cast(type)`, e.g. `castNode(node, "float")`; throws TP_EXPRESSION_TYPE, TP_BAD_ARGUMENT for no type. */
export function castNode(node: ExpressionNode, type: string): ExpressionNode {
  const wanted = parseType(type);
  if (wanted !== undefined) return callNode("cast", [node], { to: formatType(wanted) });
  throw new TowpathError("TP_BAD_ARGUMENT", `cast to the unknown type ${JSON.stringify(type)}`, {
    where: formatSite(userSite()),
    hint: `Types are ${typeNames.join(", ")}, with "?" where null is allowed.`,
  });
}

function refused(
  name: string,
  args: readonly ExpressionNode[],
  hint: string,
  site: SourceSite | null,
): TowpathError {
  const operands = args.map((arg) => `${formatExpression(arg)} (${formatType(arg.type)})`);
  return new TowpathError("TP_EXPRESSION_TYPE", `\`${name}\` cannot take ${operands.join(" and ")}`, {
    where: formatSite(site),
    hint,
  });
}
