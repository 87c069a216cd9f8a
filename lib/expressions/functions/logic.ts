import { NumberColumn } from "../../data/column.ts";
import type { BinaryKernel } from "../../kernels/arithmetic.ts";
import { andBits, invertBits, orBits, xorBits } from "../../kernels/comparison.ts";
import { zeroTagged } from "../../kernels/tags.ts";
import { cellsOf, type FunctionDefinition, maskOf } from "./function-definition.ts";
import { strictTags } from "./outcome.ts";
import { BOOL, boolOperands, nullRefusal } from "./type-rules.ts";

export const and = binary(andBits);
export const or = binary(orBits);
export const xor = binary(xorBits);

const boolHint = "It takes bools: compare with something, e.g. t.count.gt(0).";

function binary(kernel: BinaryKernel): FunctionDefinition {
  return {
    operands: boolOperands,
    type: (args) => nullRefusal(args) ?? (args.every(({ name }) => name === "bool") ? BOOL : boolHint),
    compile: ({ args: [x, y] }) => {
      const [aMask, bMask] = [maskOf(x), maskOf(y)];
      return (frame) => {
        const a = cellsOf(x, frame) as NumberColumn;
        const b = cellsOf(y, frame) as NumberColumn;
        const values = new Float64Array(frame.length);
        kernel(a.values, aMask, b.values, bMask, frame.length, values);
        const tags = strictTags([a, b], [aMask, bMask], frame.length);
        if (tags !== null) zeroTagged(tags, frame.length, values);
        return new NumberColumn(values, tags);
      };
    },
  };
}

export const not: FunctionDefinition = {
  operands: boolOperands,
  type: (args) => nullRefusal(args) ?? (args[0].name === "bool" ? BOOL : boolHint),
  compile: ({ args: [operand] }) => {
    return (frame) => {
      const { values, tags } = operand.compute(frame) as NumberColumn;
      const inverted = values.slice(0, frame.length);
      invertBits(inverted, frame.length);
      if (tags !== null) zeroTagged(tags, frame.length, inverted);
      return new NumberColumn(inverted, tags);
    };
  },
};
