import type { ExpressionNode } from "./node.ts";

const LENGTH_MAX = 60;

/** An expression as the user would write it, for errors and `explain`: `price.mul(count).gt(100)`. */
export function formatExpression(node: ExpressionNode): string {
  return cut(format(node, 0), 4 * LENGTH_MAX);
}

/** Shared parts are written out each time they stand, so the depth is bounded: an expression can double itself. */
function format(node: ExpressionNode, depth: number): string {
  if (depth > 8) return "…";
  if (node.kind === "column")
    return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(node.name) ? node.name : JSON.stringify(node.name);
  if (node.kind === "key") return "keyOf(…)";
  if (node.kind === "literal") return cut(formatValue(node.value), LENGTH_MAX);
  const args = node.args.map((arg) => format(arg, depth + 1));
  if (node.kind === "apply") return `apply(${[node.fn.name || "function", ...args].join(", ")})`;
  if (node.kind === "reduction") return formatReduction(node.reducer, args, node.options);
  const [first, ...rest] = args;
  if (node.name === "cast") rest.push(JSON.stringify((node.options as { to: string }).to));
  return prefixed.has(node.name)
    ? `${node.name}(${args.join(", ")})`
    : `${first}.${node.name}(${rest.join(", ")})`;
}

/** A reduction over arguments that are written already: `sortedTuple(price, { skipNulls: true })`. */
export function formatReduction(reducer: string, args: readonly string[], options: unknown): string {
  const said = Object.entries(options ?? {}).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return `${reducer}(${[...args, ...(said.length === 0 ? [] : [`{ ${said.join(", ")} }`])].join(", ")})`;
}

/** Written in front of their operands, as functions of `pw`. */
const prefixed: ReadonlySet<string> = new Set([
  "ifElse",
  "coalesce",
  "require",
  "unwrap",
  "fillError",
  "pointerFrom",
]);

function formatValue(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Uint8Array) return `bytes(${value.length})`;
  if (typeof value === "number") return String(value);
  return JSON.stringify(value) ?? String(value);
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
