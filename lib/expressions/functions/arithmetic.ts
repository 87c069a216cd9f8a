import { NumberColumn } from "../../data/column.ts";
import type { ColumnType, TypeName } from "../../data/type.ts";
import {
  addNumbers,
  type BinaryKernel,
  divideNumbers,
  findBeyond,
  findUnsafe,
  findZero,
  floorDivideInts,
  floorDivideNumbers,
  floorModNumbers,
  floorNumbers,
  multiplyNumbers,
  negateNumbers,
  raiseInts,
  raiseNumbers,
  subtractNumbers,
} from "../../kernels/arithmetic.ts";
import { DATETIME_MAX_MS } from "../../kernels/iso-datetime.ts";
import { zeroTagged } from "../../kernels/tags.ts";
import type { Compute } from "../frame.ts";
import type { ExpressionNode } from "../node.ts";
import { scalarNegation, scalarOperations } from "./arithmetic-scalars.ts";
import { arithmeticType, type Operation } from "./arithmetic-types.ts";
import { compileConcatenation } from "./concatenation.ts";
import { type Call, type Convert, cellsOf, type FunctionDefinition, maskOf } from "./function-definition.ts";
import { Outcome, strictTags } from "./outcome.ts";
import { isNumber, literalsBeside, nullRefusal, plainType } from "./type-rules.ts";
import { mapValues } from "./values.ts";

export const add = binary("add");
export const sub = binary("sub");
export const mul = binary("mul");
export const div = binary("div");
export const floorDiv = binary("floorDiv");
export const mod = binary("mod");
export const pow = binary("pow");

const kernels: Record<Operation, { readonly ints: BinaryKernel; readonly floats: BinaryKernel }> = {
  add: { ints: addNumbers, floats: addNumbers },
  sub: { ints: subtractNumbers, floats: subtractNumbers },
  mul: { ints: multiplyNumbers, floats: multiplyNumbers },
  div: { ints: divideNumbers, floats: divideNumbers },
  floorDiv: { ints: floorDivideInts, floats: floorDivideNumbers },
  mod: { ints: floorModNumbers, floats: floorModNumbers },
  pow: { ints: raiseInts, floats: raiseNumbers },
};

function binary(operation: Operation): FunctionDefinition {
  return {
    operands: (args, convert) => arithmeticOperands(operation, args, convert),
    type: ([a, b]) => nullRefusal([a, b]) ?? arithmeticType(operation, a.name, b.name),
    compile: (call) => {
      if (call.type.name === "str") return compileConcatenation(call);
      if (call.type.name === "bigint" || call.type.name === "any")
        return mapValues(call, scalarOperations[operation]);
      return compileNumbers(operation, call);
    },
  };
}

/** A plain number beside a datetime or duration is milliseconds, but where it scales a duration. */
function arithmeticOperands(
  operation: Operation,
  args: readonly ExpressionNode[],
  convert: Convert,
): readonly ExpressionNode[] {
  const scales = operation === "mul" || operation === "div" || operation === "floorDiv";
  const beside = literalsBeside(args, (type, literal) => {
    const time = type.name === "datetime" || type.name === "duration";
    if (time && !scales && isNumber(literal.name)) return plainType("duration");
    return literal.name === "any" ? type : literal;
  });
  return beside.map((arg, i) => {
    const other = beside[1 - i].type.name;
    if (arg.type.name !== "any" || !checkedBeside.has(other)) return arg;
    return convert(arg, plainType(other === "int" ? "float" : other));
  });
}

/** What a dynamic value must be too when it stands beside one of these. */
const checkedBeside: ReadonlySet<TypeName> = new Set(["int", "float", "str", "bigint"]);

function compileNumbers(operation: Operation, call: Call): Compute {
  const [a, b] = call.args;
  const aMask = maskOf(a);
  const bMask = maskOf(b);
  const isInt = a.type.name === "int" && b.type.name === "int";
  const kernel = isInt ? kernels[operation].ints : kernels[operation].floats;
  const divides = operation === "div" || operation === "floorDiv" || operation === "mod";
  return (frame) => {
    const n = frame.length;
    const left = cellsOf(a, frame) as NumberColumn;
    const right = cellsOf(b, frame) as NumberColumn;
    const values = new Float64Array(n);
    kernel(left.values, aMask, right.values, bMask, n, values);
    const outcome = new Outcome(frame, call.site, strictTags([left, right], [aMask, bMask], n));
    if (divides) failZeros(right.values, bMask, n, outcome);
    return checked(call.type, values, n, outcome);
  };
}

function failZeros(divisors: Float64Array, mask: number, n: number, outcome: Outcome): void {
  for (let row = findZero(divisors, mask, 0, n); row < n; row = findZero(divisors, mask, row + 1, n)) {
    outcome.fail(row, "division by zero");
  }
}

/** Holds results to the range of their type. */
function checked(type: ColumnType, values: Float64Array, n: number, outcome: Outcome): NumberColumn {
  if (type.name === "int") {
    for (let row = findUnsafe(values, 0, n); row < n; row = findUnsafe(values, row + 1, n)) {
      // Only an int to a negative exponent is NaN here; divisions by zero have failed already.
      outcome.fail(row, Number.isNaN(values[row]) ? "an int to a negative exponent" : "int overflow");
    }
  } else if (type.name !== "float") {
    if (type.name === "datetime") floorNumbers(values, n, values);
    const limit = type.name === "datetime" ? DATETIME_MAX_MS : Number.MAX_VALUE;
    for (let row = findBeyond(values, limit, 0, n); row < n; row = findBeyond(values, limit, row + 1, n)) {
      outcome.fail(row, `${type.name} overflow`);
    }
  }
  if (outcome.tags !== null) zeroTagged(outcome.tags, n, values);
  return new NumberColumn(values, outcome.tags);
}

const negatable: ReadonlySet<TypeName> = new Set(["int", "float", "duration", "bigint", "any"]);

export const neg: FunctionDefinition = {
  type: ([type]) =>
    nullRefusal([type]) ??
    (negatable.has(type.name) ? plainType(type.name) : "It takes numbers and durations."),
  compile: (call) => {
    if (call.type.name === "bigint" || call.type.name === "any") return mapValues(call, scalarNegation);
    const [operand] = call.args;
    return (frame) => {
      const column = operand.compute(frame) as NumberColumn;
      const values = new Float64Array(frame.length);
      negateNumbers(column.values, frame.length, values);
      return new NumberColumn(values, column.tags);
    };
  },
};
