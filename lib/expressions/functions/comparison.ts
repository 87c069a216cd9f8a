import { readCell } from "../../data/cell.ts";
import { type Column, NumberColumn, type TextColumn } from "../../data/column.ts";
import { type ColumnType, layoutOf, type TypeName } from "../../data/type.ts";
import { compareNumbers, compareTexts, compareValues } from "../../data/value.ts";
import {
  equalNumbers,
  equalTexts,
  invertBits,
  lessNumbers,
  lessOrEqualNumbers,
  orderTexts,
} from "../../kernels/comparison.ts";
import { equalTagged, zeroTagged } from "../../kernels/tags.ts";
import type { Compute } from "../frame.ts";
import { type Call, cellsOf, type FunctionDefinition, maskOf, type Operand } from "./function-definition.ts";
import { Outcome, strictTags } from "./outcome.ts";
import { BOOL, isNumber, literalsBeside, nullRefusal } from "./type-rules.ts";
import { kindOf } from "./values.ts";

export const eq = equality(false);
export const ne = equality(true);
export const lt = order(false, false);
export const le = order(true, false);
export const gt = order(false, true);
export const ge = order(true, true);

const castHint = 'Only values of one type are compared: cast one side, e.g. .cast("str").';

function comparable(a: TypeName, b: TypeName): boolean {
  return a === b || a === "any" || b === "any" || (isNumber(a) && isNumber(b));
}

function equality(negated: boolean): FunctionDefinition {
  return {
    operands: (args) => literalsBeside(args),
    type: ([a, b]) => (comparable(a.name, b.name) ? BOOL : castHint),
    compile: (call) => compileEquality(call, negated),
  };
}

/** Writes 1 where cell i of the one column equals cell i of the other, whatever lies under cells without a value. */
type Equal = (a: Column, aMask: number, b: Column, bMask: number, n: number, out: Float64Array) => void;

function compileEquality(call: Call, negated: boolean): Compute {
  const [x, y] = call.args;
  const [aMask, bMask] = [maskOf(x), maskOf(y)];
  const equal = equalOf(x.type, y.type);
  return (frame) => {
    const n = frame.length;
    const a = cellsOf(x, frame);
    const b = cellsOf(y, frame);
    const values = new Float64Array(n);
    equal(a, aMask, b, bMask, n, values);
    let tags: Uint8Array | null = null;
    if (a.tags !== null || b.tags !== null) {
      tags = new Uint8Array(n);
      equalTagged(
        a.tags ?? NO_TAG,
        a.tags === null ? 0 : aMask,
        b.tags ?? NO_TAG,
        b.tags === null ? 0 : bMask,
        n,
        values,
        tags,
      );
    }
    if (negated) invertBits(values, n);
    if (negated && tags !== null) zeroTagged(tags, n, values);
    return new NumberColumn(values, tags);
  };
}

/** Stands for the tags of a column that has values only. */
const NO_TAG = new Uint8Array(1);

function equalOf(a: ColumnType, b: ColumnType): Equal {
  if (a.name === "any" || b.name === "any" || layoutOf(a) === "value") {
    return (left, aMask, right, bMask, n, out) => {
      for (let i = 0; i < n; i++) {
        const x = readCell(left, a, i & aMask);
        const y = readCell(right, b, i & bMask);
        // Symbols stand for failed cells, which are dealt with by their tags.
        out[i] = typeof x !== "symbol" && typeof y !== "symbol" && compareValues(x, y) === 0 ? 1 : 0;
      }
    };
  }
  if (layoutOf(a) === "text") {
    return (left, aMask, right, bMask, n, out) =>
      equalTexts(left as TextColumn, aMask, right as TextColumn, bMask, n, out);
  }
  return (left, aMask, right, bMask, n, out) =>
    equalNumbers((left as NumberColumn).values, aMask, (right as NumberColumn).values, bMask, n, out);
}

const ordered: ReadonlySet<TypeName> = new Set([
  "int",
  "float",
  "str",
  "bytes",
  "bigint",
  "datetime",
  "duration",
  "pointer",
  "any",
]);

/** `a < b`, or `a <= b` where `orEqual`; `swapped` makes it `>` and `>=`. */
function order(orEqual: boolean, swapped: boolean): FunctionDefinition {
  return {
    operands: (args) => literalsBeside(args),
    type: ([a, b]) => {
      const refusal = nullRefusal([a, b]);
      if (refusal !== null) return refusal;
      if (!comparable(a.name, b.name)) return castHint;
      return ordered.has(a.name) && ordered.has(b.name) ? BOOL : "Its values have no order.";
    },
    compile: (call) => {
      const [a, b] = swapped ? [call.args[1], call.args[0]] : call.args;
      if (a.type.name === "any" || b.type.name === "any" || layoutOf(a.type) === "value") {
        return compileValueOrder(call, a, b, orEqual);
      }
      return compileOrder(a, b, orEqual);
    },
  };
}

function compileOrder(x: Operand, y: Operand, orEqual: boolean): Compute {
  const [aMask, bMask] = [maskOf(x), maskOf(y)];
  const compare = orEqual ? lessOrEqualNumbers : lessNumbers;
  return (frame) => {
    const n = frame.length;
    const a = cellsOf(x, frame);
    const b = cellsOf(y, frame);
    const values = new Float64Array(n);
    if (a.layout === "number") compare(a.values, aMask, (b as NumberColumn).values, bMask, n, values);
    else orderTexts(a as TextColumn, aMask, b as TextColumn, bMask, orEqual ? 0 : -1, n, values);
    const tags = strictTags([a, b], [aMask, bMask], n);
    if (tags !== null) zeroTagged(tags, n, values);
    return new NumberColumn(values, tags);
  };
}

/** Bigints, and dynamic values, which must be of one kind. */
function compileValueOrder(call: Call, x: Operand, y: Operand, orEqual: boolean): Compute {
  const [aMask, bMask] = [maskOf(x), maskOf(y)];
  return (frame) => {
    const n = frame.length;
    const a = cellsOf(x, frame);
    const b = cellsOf(y, frame);
    const values = new Float64Array(n);
    // A dynamic null is no reason to answer null: it fails below.
    const outcome = new Outcome(frame, call.site, failedTags(a, aMask, b, bMask, n));
    for (let row = 0; row < n; row++) {
      if (!outcome.isValue(row)) continue;
      const left = readCell(a, x.type, row & aMask);
      const right = readCell(b, y.type, row & bMask);
      const found = orderOf(left, right);
      if (found === undefined) outcome.fail(row, `${kindOf(left)} and ${kindOf(right)} have no order`);
      else values[row] = found < 0 || (orEqual && found === 0) ? 1 : 0;
    }
    return new NumberColumn(values, outcome.tags);
  };
}

function failedTags(a: Column, aMask: number, b: Column, bMask: number, n: number): Uint8Array | null {
  const tags = strictTags([a, b], [aMask, bMask], n);
  if (tags === null) return null;
  for (let i = 0; i < n; i++) if (tags[i] === 1) tags[i] = 0;
  return tags;
}

/**
 * Negative, 0, positive; NaN where one is NaN; undefined for values that are not of one ordered kind. Tuples are compared
 * element by element, a shorter one first where it begins the other; null elements are below all others.
 */
function orderOf(a: unknown, b: unknown): number | undefined {
  if (typeof a === "number" && typeof b === "number") {
    return Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : compareNumbers(a, b);
  }
  if (typeof a === "string" && typeof b === "string") return compareTexts(a, b);
  if (typeof a === "bigint" && typeof b === "bigint") return a < b ? -1 : a > b ? 1 : 0;
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  if (Array.isArray(a) && Array.isArray(b)) return orderOfTuples(a, b);
  return a instanceof Date && b instanceof Date ? compareNumbers(a.getTime(), b.getTime()) : undefined;
}

function orderOfTuples(a: readonly unknown[], b: readonly unknown[]): number | undefined {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const [x, y] = [a[i] ?? null, b[i] ?? null];
    const found = x === null || y === null ? Number(x !== null) - Number(y !== null) : orderOf(x, y);
    // Equal elements decide nothing, whatever they are.
    if (found !== 0 && (found !== undefined || compareValues(x, y) !== 0)) return found;
  }
  return a.length - b.length;
}
