import { decodeText } from "../../data/cell.ts";
import { coerceText, Failed } from "../../data/coerce.ts";
import { NULL, NumberColumn, TextColumn } from "../../data/column.ts";
import { emptyTagged } from "../../kernels/join-bytes.ts";
import { readNumbers } from "../../kernels/read-numbers.ts";
import { invalidUtf8At } from "../../kernels/utf8.ts";
import type { Compute } from "../frame.ts";
import type { Call } from "./function-definition.ts";
import { Outcome } from "./outcome.ts";

/** A text's bytes. */
export function sameTexts({ args: [operand] }: Call): Compute {
  return operand.compute;
}

/**
 * Texts to ints or floats: plain decimals in a kernel, everything else as a csv column of the type reads it. A text that
 * is no number is a failed cell, or null where `badIsNull`.
 */
export function textsToNumbers({ args: [operand], type, site }: Call, badIsNull = false): Compute {
  const wanted = { name: type.name, optional: false };
  const fractions = type.name === "float";
  return (frame) => {
    const n = frame.length;
    const { bytes, starts, ends, tags } = operand.compute(frame) as TextColumn;
    const values = new Float64Array(n);
    const outcome = new Outcome(frame, site, tags?.slice(0, n) ?? null);
    const next = (from: number) => readNumbers(bytes, starts, ends, tags, fractions, from, n, values);
    for (let row = next(0); row < n; row = next(row + 1)) {
      const value = coerceText(decodeText(bytes, starts[row], ends[row]), wanted);
      if (!(value instanceof Failed)) values[row] = value as number;
      else if (badIsNull) outcome.setTag(row, NULL);
      else outcome.fail(row, value.detail);
    }
    return new NumberColumn(values, outcome.tags);
  };
}

/** Bytes as UTF-8 text; bytes that are none are failed cells. */
export function bytesToTexts({ args: [operand], site }: Call): Compute {
  return (frame) => {
    const n = frame.length;
    const { bytes, starts, ends, tags } = operand.compute(frame) as TextColumn;
    const outcome = new Outcome(frame, site, tags?.slice(0, n) ?? null);
    for (let row = 0; row < n; row++) {
      const at = invalidUtf8At(bytes, starts[row], ends[row]);
      if (at >= 0) outcome.fail(row, `the bytes are not UTF-8 (at byte ${at - starts[row]})`);
    }
    if (outcome.tags === null) return new TextColumn(bytes, starts, ends, tags);
    const ownStarts = starts.slice(0, n);
    const ownEnds = ends.slice(0, n);
    emptyTagged(outcome.tags, n, ownStarts, ownEnds);
    return new TextColumn(bytes, ownStarts, ownEnds, outcome.tags);
  };
}
