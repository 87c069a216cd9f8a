import { type Column, ERROR, NULL, NumberColumn } from "../../data/column.ts";
import { nullColumn, retagged } from "../../data/rows.ts";
import { mergeTags, selectTagged, testTags } from "../../kernels/tags.ts";
import { type Compute, type Frame, replaceRows, subFrame } from "../frame.ts";
import type { Call, FunctionDefinition, Operand } from "./function-definition.ts";
import { Outcome } from "./outcome.ts";
import { BOOL, commonHint, commonOperands, commonType } from "./type-rules.ts";

export const isNull = nullTest(1);
export const isNotNull = nullTest(0);

/** `whenNull`: the answer for null. */
function nullTest(whenNull: 0 | 1): FunctionDefinition {
  return {
    type: () => BOOL,
    compile: ({ args: [operand] }) => {
      return (frame) => {
        const { tags } = operand.compute(frame);
        const n = frame.length;
        const values = new Float64Array(n);
        if (tags === null) return new NumberColumn(values.fill(1 - whenNull));
        testTags(tags, whenNull === 1 ? NULL : 0, n, values);
        return new NumberColumn(values, onlyFailed(tags, n));
      };
    },
  };
}

/** The tags with null as a value: the answer is known there. */
function onlyFailed(tags: Uint8Array, n: number): Uint8Array | null {
  const rows = new Uint32Array(n);
  const failed = selectTagged(tags, ERROR, n, rows);
  if (failed === 0) return null;
  const result = new Uint8Array(n);
  for (let i = 0; i < failed; i++) result[rows[i]] = ERROR;
  return result;
}

/** The first operand that is not null; later ones are computed only for the rows that still need one. */
export const coalesce: FunctionDefinition = {
  operands: commonOperands,
  type: (args) => {
    if (args.length === 0) return "Give at least one value.";
    const common = commonType(args);
    return common === undefined
      ? commonHint
      : { name: common.name, optional: args.every((type) => type.optional) };
  },
  compile: ({ args: [first, ...others] }) => {
    return (frame) => {
      let column = first.compute(frame);
      for (const other of others) column = replaceTagged(column, NULL, other, frame);
      return column;
    };
  },
};

/** `column` with the cells tagged `tag` computed by `operand` instead, for those rows only. */
export function replaceTagged(column: Column, tag: number, operand: Operand, frame: Frame): Column {
  if (column.tags === null) return column;
  const n = frame.length;
  const rows = new Uint32Array(n);
  const count = selectTagged(column.tags, tag, n, rows);
  if (count === 0) return column;
  if (count === n) return operand.compute(frame);
  const replacement = operand.compute(subFrame(frame, rows, count, operand.reads));
  return replaceRows(column, n, replacement, rows, count);
}

/** The first operand where none of the others is null, else null; it is computed only there. */
export const require: FunctionDefinition = {
  type: ([value, ...deps]) =>
    value === undefined
      ? "Give a value."
      : { name: value.name, optional: value.optional || deps.some((type) => type.optional) },
  compile: (call) => compileRequire(call),
};

function compileRequire({ args: [value, ...deps], type }: Call): Compute {
  return (frame) => {
    const n = frame.length;
    const tags = new Uint8Array(n);
    for (const dep of deps) {
      const column = dep.compute(frame);
      if (column.tags !== null) mergeTags(column.tags, -1, n, tags);
    }
    const rows = new Uint32Array(n);
    const count = selectTagged(tags, 0, n, rows);
    if (count === n) return value.compute(frame);
    const empty = retagged(nullColumn(type, n), tags);
    if (count === 0) return empty;
    return replaceRows(empty, n, value.compute(subFrame(frame, rows, count, value.reads)), rows, count);
  };
}

/** The value; null is a failed cell. */
export const unwrap: FunctionDefinition = {
  type: ([value]) => ({ name: value.name, optional: false }),
  compile: ({ args: [operand], site }) => {
    return (frame) => {
      const column = operand.compute(frame);
      if (column.tags === null) return column;
      const outcome = new Outcome(frame, site, column.tags.slice(0, frame.length));
      const rows = new Uint32Array(frame.length);
      const nulls = selectTagged(column.tags, NULL, frame.length, rows);
      for (let i = 0; i < nulls; i++) {
        outcome.setTag(rows[i], 0);
        outcome.fail(rows[i], "null was unwrapped");
      }
      return retagged(column, outcome.tags);
    };
  },
};
