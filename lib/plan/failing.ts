import type { ExpressionNode } from "../expressions/node.ts";
import type { JoinOptions } from "../operators/join.ts";
import type { SelectOptions } from "../operators/select.ts";
import type { PlanNode } from "./node.ts";

/** Functions that have a value for all values of the plain types. */
const total: ReadonlySet<string> = new Set([
  "and",
  "coalesce",
  "eq",
  "ge",
  "gt",
  "ifElse",
  "isNotNull",
  "isNull",
  "le",
  "lt",
  "ne",
  "not",
  "or",
  "xor",
]);

/** Types whose values are of one kind; what is dynamic (any, json, tuples) is only known row by row. */
const plain: ReadonlySet<string> = new Set([
  "bigint",
  "bool",
  "bytes",
  "datetime",
  "duration",
  "float",
  "int",
  "pointer",
  "str",
]);

/** What has been found out of each node's expressions and columns: they may hold one another many times. */
const known = new WeakMap<PlanNode, Map<ExpressionNode | number, boolean>>();

/**
 * Whether an expression over a node's columns may be a failed cell for any row, or runs a function of the script, which
 * may do anything.
 */
export function mayFail(expression: ExpressionNode, node: PlanNode): boolean {
  return remembered(node, expression, () => {
    switch (expression.kind) {
      case "literal":
      case "key":
        return false;
      case "column":
        return columnMayFail(node, expression.position);
      case "call":
        return (
          !total.has(expression.name) ||
          expression.args.some((arg) => !plain.has(arg.type.name) || mayFail(arg, node))
        );
      default:
        return true;
    }
  });
}

/** Whether a column may have failed cells. Sources reject whole rows, so only what is computed can fail. */
export function columnMayFail(node: PlanNode, position: number): boolean {
  const { operator, inputs, options } = node;
  return remembered(node, position, () => {
    switch (operator) {
      case "source":
        return false;
      case "select":
        return mayFail((options as SelectOptions).expressions[position], inputs[0]);
      case "filter":
        return columnMayFail(inputs[0], position);
      case "join": {
        const width = inputs[0].columns.length;
        return position < width
          ? columnMayFail(inputs[0], position)
          : columnMayFail(inputs[1], position - width);
      }
      default:
        return true;
    }
  });
}

function remembered(node: PlanNode, what: ExpressionNode | number, find: () => boolean): boolean {
  const ofNode = known.get(node) ?? new Map<ExpressionNode | number, boolean>();
  known.set(node, ofNode);
  const answer = ofNode.get(what) ?? find();
  ofNode.set(what, answer);
  return answer;
}

/** Whether a join leaves rows of a side out, and tells of them, because what they are joined by failed. */
export function keysMayFail({ inputs, options }: PlanNode, side: 0 | 1): boolean {
  const { leftKeys, rightKeys } = options as JoinOptions;
  return (side === 0 ? leftKeys : rightKeys).some((position) => columnMayFail(inputs[side], position));
}
