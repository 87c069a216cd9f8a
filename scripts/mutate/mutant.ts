import type { SyntaxNode } from "./syntax.ts";

/** A small change of a source that tests should notice. */
export interface Mutant {
  /** From 0, over all files. */
  readonly number: number;
  readonly file: string;
  readonly line: number;
  /** What stands in the source, and what is put in its place. */
  readonly from: string;
  readonly to: string;
  /** It is evaluated when its module is loaded, so that it must be chosen before. */
  readonly atLoad: boolean;
}

/** What a node can be replaced by; texts of its parts come from `textOf`. */
export function replacements(node: SyntaxNode, textOf: (part: SyntaxNode) => string): string[] {
  switch (node.type) {
    case "BinaryExpression":
      return (otherOperators[node.operator as string] ?? []).flatMap((operator) => {
        const sides = [node.left, node.right] as SyntaxNode[];
        // Texts can only be joined.
        if (node.operator === "+" && sides.some(isText)) return [];
        return [`(${textOf(sides[0] as SyntaxNode)}) ${operator} (${textOf(sides[1] as SyntaxNode)})`];
      });
    case "LogicalExpression": {
      const left = textOf(node.left as SyntaxNode);
      const right = textOf(node.right as SyntaxNode);
      if (node.operator === "??") return [left, right];
      return [`(${left}) ${node.operator === "&&" ? "||" : "&&"} (${right})`];
    }
    case "UnaryExpression":
      if (node.operator === "!") return [textOf(node.argument as SyntaxNode)];
      return node.operator === "-" ? [`+${textOf(node.argument as SyntaxNode)}`] : [];
    case "UpdateExpression": {
      const operator = node.operator === "++" ? "--" : "++";
      const argument = textOf(node.argument as SyntaxNode);
      return [node.prefix === true ? operator + argument : argument + operator];
    }
    case "AssignmentExpression": {
      const operator = otherAssignments[node.operator as string];
      if (operator === undefined) return [];
      return [`${textOf(node.left as SyntaxNode)} ${operator} ${textOf(node.right as SyntaxNode)}`];
    }
    case "Literal":
      return typeof node.value === "boolean" ? [String(!node.value)] : [];
    case "CallExpression":
      return otherCall(textOf(node), textOf(node.callee as SyntaxNode));
    default:
      return [];
  }
}

const otherOperators: Readonly<Record<string, readonly string[]>> = {
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "===": ["!=="],
  "!==": ["==="],
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
};

const otherAssignments: Readonly<Record<string, string>> = { "+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=" };

const otherCalls: readonly (readonly [string, string])[] = [
  ["Math.min", "Math.max"],
  ["Math.max", "Math.min"],
  [".some", ".every"],
  [".every", ".some"],
];

/** The same arguments given to the function's opposite. */
function otherCall(call: string, callee: string): string[] {
  const found = otherCalls.find(([name]) => callee.endsWith(name));
  if (found === undefined) return [];
  return [callee.slice(0, -found[0].length) + found[1] + call.slice(callee.length)];
}

function isText(node: SyntaxNode): boolean {
  return node.type === "TemplateLiteral" || (node.type === "Literal" && typeof node.value === "string");
}
