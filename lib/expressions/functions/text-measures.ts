import { NumberColumn, type TextColumn } from "../../data/column.ts";
import { countCodePoints } from "../../kernels/text-parts.ts";
import {
  countTexts,
  findLastTexts,
  findTexts,
  testPrefixes,
  testSuffixes,
} from "../../kernels/text-search.ts";
import { cellsOf, type FunctionDefinition, maskOf } from "./function-definition.ts";
import { strictTags } from "./outcome.ts";
import { numberColumn, tagsOf, typedFunction } from "./signature.ts";
import { TEXT_HINT } from "./type-rules.ts";

export const len: FunctionDefinition = typedFunction(
  { takes: ["str"], gives: "int", hint: TEXT_HINT },
  ({ args: [operand] }) => {
    return (frame) => {
      const texts = operand.compute(frame) as TextColumn;
      const values = new Float64Array(frame.length);
      countCodePoints(texts, frame.length, values);
      return new NumberColumn(values, tagsOf(texts, frame.length));
    };
  },
);

export const count = searched("int", countTexts);
export const find = searched("int", findTexts);
export const rfind = searched("int", findLastTexts);
export const startsWith = searched("bool", testPrefixes);
export const endsWith = searched("bool", testSuffixes);

/** A number about a text within a text. */
function searched(gives: "int" | "bool", kernel: typeof findTexts): FunctionDefinition {
  return typedFunction({ takes: ["str", "str"], gives, hint: TEXT_HINT }, ({ args: [operand, other] }) => {
    const mask = maskOf(other);
    return (frame) => {
      const n = frame.length;
      const texts = operand.compute(frame) as TextColumn;
      const sought = cellsOf(other, frame) as TextColumn;
      const values = new Float64Array(n);
      kernel(texts, sought, mask, n, values);
      return numberColumn(values, strictTags([texts, sought], [-1, mask], n), n);
    };
  });
}
