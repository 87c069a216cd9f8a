import { coerce, Failed } from "../../data/coerce.ts";
import { type Column, NumberColumn, TextColumn } from "../../data/column.ts";
import type { TypeName } from "../../data/type.ts";
import { emptyTagged } from "../../kernels/join-bytes.ts";
import { zeroTagged } from "../../kernels/tags.ts";
import { adapted } from "../literal.ts";
import type { ExpressionNode } from "../node.ts";
import type { Call, Convert, FunctionDefinition } from "./function-definition.ts";
import { isNumber, plainType } from "./type-rules.ts";

/** What a function of fixed operand types takes and gives. */
export interface Signature {
  /** The types of the operands. */
  readonly takes: readonly TypeName[];
  /** How many of them, the last ones, may be left out. Default: none. */
  readonly leaveOut?: number;
  readonly gives: TypeName;
  /** What to do where the first operand is of another type. */
  readonly hint: string;
}

/**
 * A function that answers null where an operand is null. Dynamic operands are checked against the type that is taken
 * (their null fails); an int is taken where a float is, a plain text ("10s") where a duration is.
 */
export function typedFunction(
  { takes, leaveOut = 0, gives, hint }: Signature,
  compile: FunctionDefinition["compile"],
): FunctionDefinition {
  return {
    operands: (args, convert) => args.map((arg, i) => taken(arg, takes[i], convert)),
    type: (args) => {
      if (args.length > takes.length || args.length < takes.length - leaveOut) return hint;
      const wrong = args.findIndex((arg, i) => arg.name !== takes[i]);
      if (wrong === 0) return hint;
      if (wrong > 0) return `Operand ${wrong + 1} must be of type ${takes[wrong]}.`;
      return { name: gives, optional: args.some((arg) => arg.optional) };
    },
    compile,
  };
}

function taken(node: ExpressionNode, type: TypeName | undefined, convert: Convert): ExpressionNode {
  if (type === undefined) return node;
  const wanted = plainType(type);
  const arg = type === "duration" ? durationOf(node) : adapted(node, wanted);
  if (arg.type.name === "any" && type !== "any") return convert(arg, wanted);
  return type === "float" && isNumber(arg.type.name)
    ? convert(arg, { name: "float", optional: arg.type.optional })
    : arg;
}

/** Plain numbers and texts as durations; other nodes, and texts that are none, as they are. */
function durationOf(node: ExpressionNode): ExpressionNode {
  if (node.kind !== "literal" || node.type.name !== "str") return adapted(node, plainType("duration"));
  const value = coerce(node.value, plainType("duration"));
  return value instanceof Failed ? node : { kind: "literal", value, type: plainType("duration") };
}

/** A number column whose cells without a value are 0. `tags` is fresh or null. */
export function numberColumn(values: Float64Array, tags: Uint8Array | null, n: number): NumberColumn {
  if (tags !== null) zeroTagged(tags, n, values);
  return new NumberColumn(values, tags);
}

/** A text column whose cells without a value are empty. */
export function textColumn(
  bytes: Uint8Array,
  starts: Uint32Array,
  ends: Uint32Array,
  tags: Uint8Array | null,
  n: number,
): TextColumn {
  if (tags !== null) emptyTagged(tags, n, starts, ends);
  return new TextColumn(bytes, starts, ends, tags);
}

/** The tags of one operand, as a copy, or null. */
export function tagsOf(column: Column, n: number): Uint8Array | null {
  return column.tags === null ? null : column.tags.slice(0, n);
}

/** A call whose operand is a number column, by a kernel. */
export function mapNumbers(
  { args: [operand] }: Call,
  kernel: (values: Float64Array, n: number, out: Float64Array) => void,
): ReturnType<FunctionDefinition["compile"]> {
  return (frame) => {
    const n = frame.length;
    const column = operand.compute(frame) as NumberColumn;
    const values = new Float64Array(n);
    kernel(column.values, n, values);
    return numberColumn(values, tagsOf(column, n), n);
  };
}
