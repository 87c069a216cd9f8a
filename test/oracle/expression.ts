import type { ColumnType } from "../../lib/data/type.ts";
import type { ApplyNode, CallNode, ExpressionNode } from "../../lib/expressions/node.ts";
import { type FunctionOracle, functionOracles } from "./functions.ts";
import { ERROR } from "./value.ts";

/** Rows of the inputs: one, or two for a join. */
type Rows = readonly (readonly unknown[])[];

/** The value of an expression for one row with a key's text: a plain JS value, null or ERROR. */
export function evaluate(node: ExpressionNode, rows: Rows, key = ""): unknown {
  switch (node.kind) {
    case "column":
      return (rows[node.owner] as readonly unknown[])[node.position];
    case "key":
      return key;
    case "literal":
      return node.value;
    case "call":
      return evaluateCall(node, rows, key);
    case "apply":
      return evaluateApply(node, rows, key);
    case "reduction":
      throw new Error("a reduction outside of groupBy");
  }
}

/** These look at an argument only when they need it. */
function evaluateCall(node: CallNode, rows: Rows, key: string): unknown {
  const [first, second, third] = node.args as readonly [ExpressionNode, ExpressionNode, ExpressionNode];
  if (node.name === "ifElse") {
    const condition = evaluate(first, rows, key);
    // Null is not true.
    return condition === ERROR
      ? ERROR
      : adapted(evaluate(condition === true ? second : third, rows, key), node.type);
  }
  if (node.name === "coalesce") {
    for (const arg of node.args) {
      const value = evaluate(arg, rows, key);
      if (value !== null) return value;
    }
    return null;
  }
  if (node.name === "require") {
    const deps = node.args.slice(1).map((arg) => evaluate(arg, rows, key));
    if (deps.includes(ERROR)) return ERROR;
    return deps.includes(null) ? null : evaluate(first, rows, key);
  }
  if (node.name === "fillError") {
    const value = evaluate(first, rows, key);
    return value === ERROR ? evaluate(second, rows, key) : value;
  }
  const values = node.args.map((arg) => evaluate(arg, rows, key));
  if (values.includes(ERROR)) return ERROR;
  const oracle: FunctionOracle | undefined = functionOracles[node.name as keyof typeof functionOracles];
  if (oracle === undefined) throw new Error(`the oracle does not know the function "${node.name}"`);
  const types = node.args.map(({ type }) => type);
  return adapted(oracle(values, { types, result: node.type, options: node.options }), node.type);
}

/** An int that is no safe integer any more is an overflow. */
function adapted(value: unknown, type: ColumnType): unknown {
  if (type.name === "int" && typeof value === "number" && !Number.isSafeInteger(value)) return ERROR;
  return value;
}

function evaluateApply({ fn, args, type }: ApplyNode, rows: Rows, key: string): unknown {
  const values = args.map((arg) => evaluate(arg, rows, key));
  if (values.includes(ERROR)) return ERROR;
  try {
    const value = fn(...values);
    return hasType(value, type) ? value : ERROR;
  } catch {
    return ERROR;
  }
}

function hasType(value: unknown, { name, optional }: ColumnType): boolean {
  if (value === null || value === undefined) return optional;
  switch (name) {
    case "int":
      return Number.isSafeInteger(value);
    case "float":
      return typeof value === "number";
    case "str":
      return typeof value === "string";
    case "bool":
      return typeof value === "boolean";
    default:
      return true;
  }
}
