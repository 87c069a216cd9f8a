import type { NumberColumn, TextColumn } from "../../data/column.ts";
import { countBytes } from "../../kernels/join-bytes.ts";
import { reverseTexts, sliceTexts, trimTexts } from "../../kernels/text-parts.ts";
import { dropPrefixes, dropSuffixes, testPrefixes, testSuffixes } from "../../kernels/text-search.ts";
import type { Compute } from "../frame.ts";
import { type Call, cellsOf, type FunctionDefinition, maskOf } from "./function-definition.ts";
import { strictTags } from "./outcome.ts";
import { tagsOf, textColumn, typedFunction } from "./signature.ts";
import { TEXT_HINT } from "./type-rules.ts";
import { mapValues } from "./values.ts";

/** Parts of texts are slices over the operand's bytes: nothing is copied. */

export const slice: FunctionDefinition = typedFunction(
  { takes: ["str", "int", "int"], leaveOut: 1, gives: "str", hint: TEXT_HINT },
  compileSlice,
);

/** Where no end is said. */
const TO_THE_END = Float64Array.of(Number.POSITIVE_INFINITY);

function compileSlice({ args: [operand, from, to] }: Call): Compute {
  const fromMask = maskOf(from);
  const toMask = to === undefined ? 0 : maskOf(to);
  return (frame) => {
    const n = frame.length;
    const texts = operand.compute(frame) as TextColumn;
    const first = cellsOf(from, frame) as NumberColumn;
    const last = to === undefined ? null : (cellsOf(to, frame) as NumberColumn);
    const starts = new Uint32Array(n);
    const ends = new Uint32Array(n);
    sliceTexts(texts, first.values, fromMask, last?.values ?? TO_THE_END, toMask, n, starts, ends);
    const columns = last === null ? [texts, first] : [texts, first, last];
    return textColumn(texts.bytes, starts, ends, strictTags(columns, [-1, fromMask, toMask], n), n);
  };
}

export const removePrefix = removal(true);
export const removeSuffix = removal(false);

/** The text without another one at its start or end. */
function removal(atStart: boolean): FunctionDefinition {
  return typedFunction(
    { takes: ["str", "str"], gives: "str", hint: TEXT_HINT },
    ({ args: [operand, other] }) => {
      const mask = maskOf(other);
      return (frame) => {
        const n = frame.length;
        const texts = operand.compute(frame) as TextColumn;
        const sought = cellsOf(other, frame) as TextColumn;
        const found = new Float64Array(n);
        const starts = texts.starts.slice(0, n);
        const ends = texts.ends.slice(0, n);
        if (atStart) {
          testPrefixes(texts, sought, mask, n, found);
          dropPrefixes(texts.starts, sought, mask, found, n, starts);
        } else {
          testSuffixes(texts, sought, mask, n, found);
          dropSuffixes(texts.ends, sought, mask, found, n, ends);
        }
        return textColumn(texts.bytes, starts, ends, strictTags([texts, sought], [-1, mask], n), n);
      };
    },
  );
}

export const strip: FunctionDefinition = typedFunction(
  { takes: ["str", "str"], leaveOut: 1, gives: "str", hint: TEXT_HINT },
  (call) => {
    if (call.args.length > 1) return mapValues(call, (text, set) => stripped(text as string, set as string));
    const [operand] = call.args;
    return (frame) => {
      const n = frame.length;
      const texts = operand.compute(frame) as TextColumn;
      const starts = new Uint32Array(n);
      const ends = new Uint32Array(n);
      trimTexts(texts, n, starts, ends);
      return textColumn(texts.bytes, starts, ends, tagsOf(texts, n), n);
    };
  },
);

/** `text` without the characters of `set` at both ends. */
function stripped(text: string, set: string): string {
  const characters = [...text];
  const unwanted = new Set(set);
  let start = 0;
  let end = characters.length;
  while (start < end && unwanted.has(characters[start])) start++;
  while (end > start && unwanted.has(characters[end - 1])) end--;
  return characters.slice(start, end).join("");
}

export const reverse: FunctionDefinition = typedFunction(
  { takes: ["str"], gives: "str", hint: TEXT_HINT },
  ({ args: [operand] }) => {
    return (frame) => {
      const n = frame.length;
      const texts = operand.compute(frame) as TextColumn;
      const starts = new Uint32Array(n);
      const ends = new Uint32Array(n);
      const bytes = new Uint8Array(countBytes(texts.starts, texts.ends, -1, n));
      reverseTexts(texts, n, bytes, starts, ends);
      return textColumn(bytes, starts, ends, tagsOf(texts, n), n);
    };
  },
);
