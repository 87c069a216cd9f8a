import type { Column } from "../data/column.ts";
import { columnBuilder, writeCell } from "../data/column-builder.ts";
import { gatherColumn } from "../data/rows.ts";
import { TowpathError } from "../errors.ts";
import { compileApply } from "./call-function.ts";
import { type Compute, wholeFrame } from "./frame.ts";
import type { FunctionDefinition, Operand } from "./functions/function-definition.ts";
import { functions } from "./functions/index.ts";
import type { ExpressionNode, LiteralNode } from "./node.ts";
import { columnsRead, sharedParts } from "./walk.ts";

export type { Frame } from "./frame.ts";

/**
 * An expression as a function from a batch's rows to a column of as many cells. Compiled once into closures over
 * kernels. A bare column is returned as it is, not copied; results are borrowed like the frame. Failed cells are
 * reported to the frame, once each. A part that stands in several places is computed once, so that a function of the
 * script is called once for it.
 */
export function compile(node: ExpressionNode): Compute {
  const compiler: Compiler = { shared: sharedParts(node), done: new Map() };
  const compute = compileNode(node, compiler);
  if (compiler.shared.size === 0) return compute;
  return (frame) => compute(wholeFrame(frame));
}

interface Compiler {
  readonly shared: ReadonlySet<ExpressionNode>;
  readonly done: Map<ExpressionNode, Compute>;
}

function compileNode(node: ExpressionNode, compiler: Compiler): Compute {
  const known = compiler.done.get(node);
  if (known !== undefined) return known;
  const compute = compilePart(node, compiler);
  const result = compiler.shared.has(node) ? remembered(node, compute) : compute;
  compiler.done.set(node, result);
  return result;
}

function compilePart(node: ExpressionNode, compiler: Compiler): Compute {
  switch (node.kind) {
    case "column": {
      const { owner, position } = node;
      return (frame) => frame.columns[owner][position];
    }
    case "key":
      return (frame) => frame.keys();
    case "literal": {
      const cell = constantCell(node);
      return (frame) => gatherColumn(cell, new Uint32Array(frame.length), frame.length);
    }
    case "call": {
      const definition: FunctionDefinition = functions[node.name as keyof typeof functions];
      const args = node.args.map((arg) => compileOperand(arg, compiler));
      return definition.compile({ args, options: node.options, type: node.type, site: node.site });
    }
    case "apply":
      return compileApply(
        node,
        node.args.map((arg) => compileOperand(arg, compiler)),
      );
    case "reduction":
      throw new TowpathError("TP_INTERNAL", `the reducer ${node.reducer} is left in an expression`);
  }
}

function compileOperand(node: ExpressionNode, compiler: Compiler): Operand {
  return {
    type: node.type,
    reads: columnsRead(node),
    compute: compileNode(node, compiler),
    constant: node.kind === "literal" ? constantCell(node) : null,
  };
}

/** A column of one cell. */
function constantCell(node: LiteralNode): Column {
  const builder = columnBuilder(node.type);
  writeCell(builder, node.type, 0, node.value);
  return builder.finish(1);
}

/** Computed at the first use over some rows. Sub-frames are other rows, so they keep results of their own. */
function remembered(node: ExpressionNode, compute: Compute): Compute {
  return (frame) => {
    const known = frame.results?.get(node);
    if (known !== undefined) return known;
    const column = compute(frame);
    frame.results?.set(node, column);
    return column;
  };
}
