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
  if (node.kind === "apply")
    return `${node.asynchronous === undefined ? "apply" : "applyAsync"}(${[node.fn.name || "function", ...args].join(", ")})`;
  if (node.kind === "reduction") return formatReduction(node.reducer, args, node.options);
  const [first, ...rest] = args;
  rest.push(
    ...(positional.has(node.name)
      ? Object.values(node.options as object).map(said)
      : saidOptions(node.options)),
  );
  return prefixed.has(node.name)
    ? `${node.name}(${args.join(", ")})`
    : `${first}.${node.name}(${rest.join(", ")})`;
}

/** A reduction over arguments that are written already: `sortedTuple(price, { skipNulls: true })`. */
export function formatReduction(reducer: string, args: readonly string[], options: unknown): string {
  return `${reducer}(${[...args, ...saidOptions(options)].join(", ")})`;
}

/** An options object as the last argument; nothing where there are no options. */
function saidOptions(options: unknown): string[] {
  const parts = Object.entries(options ?? {}).map(([name, value]) => `${name}: ${said(value)}`);
  return parts.length === 0 ? [] : [`{ ${parts.join(", ")} }`];
}

function said(value: unknown): string {
  if (typeof value === "function") return value.name || "function";
  return JSON.stringify(value) ?? String(value);
}

/** Their one option is an argument by itself: `cast("float")`. */
const positional: ReadonlySet<string> = new Set(["cast", "dt.timestamp"]);

/** Written in front of their operands, as functions of `pw`. */
const prefixed: ReadonlySet<string> = new Set([
  "ifElse",
  "coalesce",
  "require",
  "unwrap",
  "fillError",
  "pointerFrom",
  "makeTuple",
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
