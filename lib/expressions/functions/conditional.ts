import { ERROR, type NumberColumn } from "../../data/column.ts";
import { nullColumn, retagged } from "../../data/rows.ts";
import { selectFalse } from "../../kernels/comparison.ts";
import { selectTrue } from "../../kernels/gather.ts";
import { type Compute, replaceRows, silentFrame, subFrame } from "../frame.ts";
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
    let column = retagged(nullColumn(type, n), new Uint8Array(n).fill(ERROR));
    if (trues > 0) {
      column = replaceRows(column, n, a.compute(subFrame(frame, whenTrue, trues, a.reads)), whenTrue, trues);
    }
    if (falses > 0) {
      column = replaceRows(
        column,
        n,
        b.compute(subFrame(frame, whenFalse, falses, b.reads)),
        whenFalse,
        falses,
      );
    }
    return column;
  };
}

/** The first operand, or where it fails the second, computed for those rows only. Failures of the first are silent. */
export const fillError: FunctionDefinition = {
  operands: commonOperands,
  type: (args) => commonType(args) ?? commonHint,
  compile: ({ args: [value, other] }) => {
    return (frame) => replaceTagged(value.compute(silentFrame(frame)), ERROR, other, frame);
  },
};
