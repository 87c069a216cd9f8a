import type { SourceSite } from "../../base/source-site.ts";
import type { Column } from "../../data/column.ts";
import type { ColumnType } from "../../data/type.ts";
import type { Compute, Frame } from "../frame.ts";
import type { ExpressionNode } from "../node.ts";

/** One function of expressions, as its registry line gives it. A new function is an entry and a line. */
export interface FunctionDefinition {
  /**
   * Adapts operands before their types are looked at: plain values take on the type of what they stand beside, dynamic
   * values are converted. Default: operands as given. `convert` is `cast`.
   */
  operands?(args: readonly ExpressionNode[], convert: Convert): readonly ExpressionNode[];
  /** The type of the result, or, where the operands do not fit, a sentence that says what to do. */
  type(args: readonly ColumnType[], options: unknown): ColumnType | string;
  /** Chooses, once, how to compute the call; the types are those that `type` accepted. */
  compile(call: Call): Compute;
}

export type Convert = (node: ExpressionNode, type: ColumnType) => ExpressionNode;

/** A call whose operands are compiled. */
export interface Call {
  readonly args: readonly Operand[];
  readonly options: unknown;
  readonly type: ColumnType;
  readonly site: SourceSite | null;
}

export interface Operand {
  readonly type: ColumnType;
  /** The columns that it reads, by input: what a sub-frame must hold for it. */
  readonly reads: readonly ReadonlySet<number>[];
  /** All cells, as many as the frame has rows. */
  readonly compute: Compute;
  /** For a plain value: its one cell. */
  readonly constant: Column | null;
}

/**
 * The operand's cells for a kernel that reads cell `row & maskOf(operand)`: a plain value stays one cell, which every
 * row then reads. So one loop serves column and column, column and constant, constant and column.
 */
export function cellsOf(operand: Operand, frame: Frame): Column {
  return operand.constant ?? operand.compute(frame);
}

export function maskOf(operand: Operand): number {
  return operand.constant === null ? -1 : 0;
}
