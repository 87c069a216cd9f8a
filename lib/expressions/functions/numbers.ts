import { NULL, type NumberColumn } from "../../data/column.ts";
import { retagged } from "../../data/rows.ts";
import type { TypeName } from "../../data/type.ts";
import { floorNumbers } from "../../kernels/arithmetic.ts";
import { absoluteNumbers, ceilNumbers, roundNumbers, tagNaN } from "../../kernels/rounding.ts";
import { adapted } from "../literal.ts";
import type { ExpressionNode } from "../node.ts";
import type { Call, Convert, FunctionDefinition } from "./function-definition.ts";
import { replaceTagged } from "./nulls.ts";
import { roundDecimal, roundInteger } from "./round-decimal.ts";
import { mapNumbers } from "./signature.ts";
import { commonOperands, commonType, plainType } from "./type-rules.ts";
import { mapValues } from "./values.ts";

const numberHint = 'Functions of .num take numbers: cast first, e.g. .cast("float").';
const rounded: ReadonlySet<TypeName> = new Set(["int", "float"]);
const measured: ReadonlySet<TypeName> = new Set(["int", "float", "bigint", "duration"]);

export const abs: FunctionDefinition = {
  operands: dynamicAsFloat,
  type: ([type]) => (measured.has(type.name) ? type : numberHint),
  compile: (call) => {
    if (call.type.name !== "bigint") return mapNumbers(call, absoluteNumbers);
    return mapValues(call, (value) => ((value as bigint) < 0n ? -(value as bigint) : value));
  },
};

export const floor = integral(floorNumbers);
export const ceil = integral(ceilNumbers);

/** A kernel that leaves whole numbers as they are. */
function integral(kernel: typeof floorNumbers): FunctionDefinition {
  return {
    operands: dynamicAsFloat,
    type: ([type]) => (rounded.has(type.name) ? type : numberHint),
    compile: (call) => (call.type.name === "int" ? call.args[0].compute : mapNumbers(call, kernel)),
  };
}

export const round: FunctionDefinition = {
  operands: ([value, decimals], convert) => {
    const operands = dynamicAsFloat([value], convert);
    if (decimals === undefined) return operands;
    const places = adapted(decimals, plainType("int"));
    return [...operands, places.type.name === "any" ? convert(places, plainType("int")) : places];
  },
  type: ([value, decimals]) => {
    if (!rounded.has(value.name)) return numberHint;
    if (decimals === undefined) return value;
    if (decimals.name !== "int") return "Decimals are an int.";
    return { name: value.name, optional: value.optional || decimals.optional };
  },
  compile: (call) => {
    if (call.args.length === 1) return compileRound(call);
    const toPlaces = call.type.name === "int" ? roundInteger : roundDecimal;
    return mapValues(call, (value, decimals) => toPlaces(value as number, decimals as number));
  },
};

function compileRound(call: Call): ReturnType<FunctionDefinition["compile"]> {
  return call.type.name === "int" ? call.args[0].compute : mapNumbers(call, roundNumbers);
}

/** Null, and NaN, replaced; the second operand is computed for those rows only. */
export const fillNull: FunctionDefinition = {
  operands: (args, convert) =>
    commonOperands(
      args.map((arg) => (arg.type.name === "any" && arg.kind !== "literal" ? convert(arg, MAYBE) : arg)),
      convert,
    ),
  type: (args) => {
    const common = commonType(args);
    if (common === undefined || !measured.has(common.name)) return numberHint;
    return { name: common.name, optional: args[args.length - 1].optional };
  },
  compile: ({ args: [value, instead], type }) => {
    return (frame) => {
      const column = value.compute(frame);
      if (type.name !== "float") return replaceTagged(column, NULL, instead, frame);
      const tags = tagNaN((column as NumberColumn).values, column.tags, frame.length);
      return replaceTagged(retagged(column, tags), NULL, instead, frame);
    };
  },
};

const MAYBE = { name: "float", optional: true } as const;

/** A dynamic value must be a number. */
function dynamicAsFloat(args: readonly ExpressionNode[], convert: Convert): readonly ExpressionNode[] {
  return args.map((arg) => (arg.type.name === "any" ? convert(arg, plainType("float")) : arg));
}
