import { type Column, ERROR, type NumberColumn } from "../../data/column.ts";
import { concatColumns, gatherColumn, nullColumn, retagged } from "../../data/rows.ts";
import { selectFalse } from "../../kernels/comparison.ts";
import { selectTrue } from "../../kernels/gather.ts";
import { type Compute, silentFrame, subFrame } from "../frame.ts";
import type { Call, FunctionDefinition } from "./function-definition.ts";
import { replaceTagged } from "./nulls.ts";
import { boolOperands, commonHint, commonOperands, commonType, nullRefusal } from "./type-rules.ts";

/** `a` where the condition is true, else `b`; each is computed for its rows only. A failed condition fails. */
export const ifElse: FunctionDefinition = {
  operands: ([condition, ...branches], convert) => [
    ...boolOperands([condition], convert),
    ...commonOperands(branches, convert),
  ],
  type: ([condition, a, b]) => {
    const refusal = nullRefusal([condition]);
    if (refusal !== null) return refusal;
    if (condition.name !== "bool")
      return "The condition must be a bool: compare with something, e.g. t.count.gt(0).";
    return commonType([a, b]) ?? commonHint;
  },
  compile: compileIfElse,
};

function compileIfElse({ args: [condition, a, b], type }: Call): Compute {
  const failedCell = retagged(nullColumn(type, 1), Uint8Array.of(ERROR));
  return (frame) => {
    const n = frame.length;
    const { values, tags } = condition.compute(frame) as NumberColumn;
    // One cell more than rows: the kernels write the candidate before they know whether to keep it.
    const whenTrue = new Uint32Array(n + 1);
    const trues = selectTrue(values, tags, n, whenTrue);
    if (trues === n) return a.compute(frame);
    const whenFalse = new Uint32Array(n + 1);
    const falses = selectFalse(values, tags, n, whenFalse);
    if (falses === n) return b.compute(frame);
    const parts: RowsPart[] = [];
    if (trues > 0) {
      parts.push({
        column: a.compute(subFrame(frame, whenTrue, trues, a.reads)),
        rows: whenTrue,
        length: trues,
      });
    }
    if (falses > 0) {
      parts.push({
        column: b.compute(subFrame(frame, whenFalse, falses, b.reads)),
        rows: whenFalse,
        length: falses,
      });
    }
    return mergeRows(parts, failedCell, n);
  };
}

/** Cells for some of the rows. */
interface RowsPart {
  readonly column: Column;
  readonly rows: Uint32Array;
  readonly length: number;
}

/** The cells of the parts under their rows; `rest` for rows that are in none. */
function mergeRows(parts: readonly RowsPart[], rest: Column, n: number): Column {
  const columns = parts.map((part) => part.column);
  const lengths = parts.map((part) => part.length);
  const covered = lengths.reduce((sum, length) => sum + length, 0);
  const places = new Uint32Array(n).fill(covered);
  let at = 0;
  for (const { rows, length } of parts) {
    for (let i = 0; i < length; i++) places[rows[i]] = at + i;
    at += length;
  }
  if (covered === n) return gatherColumn(concatColumns(columns, lengths), places, n);
  return gatherColumn(concatColumns([...columns, rest], [...lengths, 1]), places, n);
}

/** The first operand, or where it fails the second, computed for those rows only. Failures of the first are silent. */
export const fillError: FunctionDefinition = {
  operands: commonOperands,
  type: (args) => commonType(args) ?? commonHint,
  compile: ({ args: [value, other] }) => {
    return (frame) => replaceTagged(value.compute(silentFrame(frame)), ERROR, other, frame);
  },
};
