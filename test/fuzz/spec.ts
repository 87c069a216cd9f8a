import { type ColumnType, formatType, parseType } from "../../lib/data/type.ts";
import { reducers } from "../../lib/reducers/index.ts";
import type { ReducerDefinition } from "../../lib/reducers/reducer.ts";
import { variantOf } from "./reducer-variants.ts";

/**
 * A random program as plain JSON, so that a failing one can be printed, shrunk, committed and replayed.
 *
 * Tables are numbered: the sources first, then the result of each step. Expressions carry their type, which the
 * generator knows and the engine must find out for itself.
 */
export type TypeText = string;

export type ExpressionSpec =
  | { readonly column: number; readonly type: TypeText }
  | { readonly literal: unknown; readonly type: TypeText }
  | {
      readonly call: string;
      readonly args: readonly ExpressionSpec[];
      readonly type: TypeText;
      /** As the plan holds them: a unit, a time zone, a format. */
      readonly options?: Readonly<Record<string, string | null>>;
    }
  | { readonly apply: string; readonly args: readonly ExpressionSpec[]; readonly type: TypeText };

export type Named<T> = readonly (readonly [name: string, T])[];

export type JoinMode = "inner" | "left" | "right" | "outer";

export type KeySetOp = "intersect" | "difference" | "restrict" | "updateCells";

export type StepSpec =
  | { readonly op: "select" | "withColumns"; readonly input: number; readonly columns: Named<ExpressionSpec> }
  | { readonly op: "filter"; readonly input: number; readonly where: ExpressionSpec }
  /** New types by name. */
  | { readonly op: "castTypes"; readonly input: number; readonly types: Named<TypeText> }
  | { readonly op: "without"; readonly input: number; readonly names: readonly string[] }
  | { readonly op: "rename"; readonly input: number; readonly names: Named<string> }
  | {
      readonly op: "groupBy";
      readonly input: number;
      /** None: the whole table is one group. */
      readonly keys: Named<ExpressionSpec>;
      readonly reductions: Named<ReductionSpec>;
    }
  | {
      readonly op: "join";
      readonly mode: JoinMode;
      readonly left: number;
      readonly right: number;
      readonly on: readonly (readonly [left: ExpressionSpec, right: ExpressionSpec])[];
      readonly columns: Named<{ readonly side: 0 | 1; readonly column: number }>;
      /** The side whose keys the pairs get. */
      readonly id?: 0 | 1;
    }
  | { readonly op: "concat" | "concatReindex" | "updateRows"; readonly inputs: readonly number[] }
  | { readonly op: KeySetOp; readonly inputs: readonly number[] }
  /** The rows of `target` that the pointer column finds. */
  | {
      readonly op: "ix";
      readonly input: number;
      readonly target: number;
      readonly pointer: number;
      readonly optional: boolean;
      readonly allowMisses: boolean;
    }
  /** All columns and the keys of the rows before and after. */
  | {
      readonly op: "sort";
      readonly input: number;
      readonly key: number;
      readonly instance: readonly number[];
      readonly names: readonly [prev: string, next: string];
    }
  /** All columns and the difference of one to that of the row before. */
  | {
      readonly op: "diff";
      readonly input: number;
      readonly key: number;
      readonly instance: readonly number[];
      readonly value: number;
      readonly name: string;
    }
  | {
      readonly op: "interpolate";
      readonly input: number;
      readonly time: number;
      readonly instance: readonly number[];
      readonly values: readonly number[];
    }
  | { readonly op: "toStream"; readonly input: number; readonly name: string }
  | { readonly op: "fromStream"; readonly input: number; readonly column: number }
  | { readonly op: "split"; readonly input: number; readonly where: ExpressionSpec; readonly half: 0 | 1 }
  /** Columns by position; values that differ are accepted. */
  | {
      readonly op: "deduplicate";
      readonly input: number;
      readonly value: number;
      readonly instance: readonly number[];
      readonly order: number | null;
    }
  | { readonly op: "removeErrors"; readonly input: number }
  /** All columns and what a function says of one, as a function that may answer later says it. */
  | {
      readonly op: "applyAsync";
      readonly input: number;
      readonly name: string;
      readonly apply: string;
      readonly column: number;
      readonly type: TypeText;
    }
  | { readonly op: "flatten"; readonly input: number; readonly column: number }
  /** All columns and the row's key. */
  | { readonly op: "withKey"; readonly input: number; readonly name: string }
  /** By the columns at these positions. */
  | { readonly op: "withIdFrom"; readonly input: number; readonly values: readonly number[] };

export interface ReductionSpec {
  readonly reducer: string;
  readonly args: readonly ExpressionSpec[];
  /** Its options: which of `variantsOf` (default: the first). */
  readonly variant?: number;
}

export interface SourceSpec {
  readonly columns: Named<TypeText>;
  readonly appendOnly: boolean;
}

export interface ChangeSpec {
  readonly source: number;
  readonly key: number;
  readonly row: readonly unknown[];
  readonly diff: 1 | -1;
}

export interface ProgramSpec {
  readonly sources: readonly SourceSpec[];
  readonly steps: readonly StepSpec[];
  /** Numbers of the tables that are written. */
  readonly outputs: readonly number[];
  readonly commits: readonly (readonly ChangeSpec[])[];
}

/** Values that JSON lacks, as `{ $: kind, v: text }`. */
export function encodeValue(value: unknown): unknown {
  if (typeof value === "bigint") return { $: "bigint", v: String(value) };
  if (value instanceof Uint8Array) return { $: "bytes", v: Buffer.from(value).toString("hex") };
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))) {
    return { $: "number", v: Object.is(value, -0) ? "-0" : String(value) };
  }
  if (typeof value === "object" && value !== null) return { $: "json", v: JSON.stringify(value) };
  return value;
}

export function decodeValue(encoded: unknown): unknown {
  if (typeof encoded !== "object" || encoded === null) return encoded;
  const { $: kind, v: text } = encoded as { $: string; v: string };
  if (kind === "bigint") return BigInt(text);
  if (kind === "bytes") return Buffer.from(text, "hex");
  return kind === "number" ? Number(text) : JSON.parse(text);
}

/** The columns that a step makes of the tables before it. */
export function columnsOf(step: StepSpec, tables: readonly Named<TypeText>[]): Named<TypeText> {
  const at = (number: number): Named<TypeText> => tables[number] as Named<TypeText>;
  switch (step.op) {
    case "select":
      return step.columns.map(([name, { type }]) => [name, type]);
    case "withColumns":
      return withColumns(at(step.input), step.columns);
    case "filter":
    case "split":
    case "deduplicate":
    case "removeErrors":
    case "withIdFrom":
      return at(step.input);
    case "flatten":
      return at(step.input).map(([name, type], i) => [name, i === step.column ? elementType(type) : type]);
    case "applyAsync":
      return [...at(step.input), [step.name, step.type]];
    case "castTypes":
      return at(step.input).map(([name, type]) => [name, castType(type, castTo(step.types, name))]);
    case "withKey":
      return [...at(step.input).filter(([name]) => name !== step.name), [step.name, "pointer"]];
    case "without":
      return at(step.input).filter(([name]) => !step.names.includes(name));
    case "rename":
      return at(step.input).map(([name, type]) => [newNameOf(name, step.names), type]);
    case "groupBy":
      return [
        ...step.keys.map(([name, { type }]) => [name, type] as const),
        ...step.reductions.map(([name, reduction]) => [name, reducedType(reduction)] as const),
      ];
    case "join":
      return step.columns.map(([name, { side, column }]) => {
        const [, type] = at(side === 0 ? step.left : step.right)[column] as readonly [string, TypeText];
        const mayBeNull = step.mode === "outer" || step.mode === (side === 0 ? "right" : "left");
        return [name, mayBeNull ? optional(type) : type];
      });
    case "concat":
    case "concatReindex":
    case "updateRows":
    case "intersect":
    case "difference":
    case "restrict":
      return at(step.inputs[0] as number);
    case "updateCells":
      return updatedColumns(at(step.inputs[0] as number), at(step.inputs[1] as number));
    case "ix":
      return at(step.target).map(([name, type]) => [
        name,
        step.optional || step.allowMisses ? optional(type) : type,
      ]);
    case "sort":
      return [...at(step.input), ...step.names.map((name) => [name, "pointer?"] as const)];
    case "diff":
      return [...at(step.input), [step.name, optional(at(step.input)[step.value]?.[1] ?? "")]];
    case "interpolate":
      return at(step.input).map(([name, type], i) => [name, step.values.includes(i) ? "float?" : type]);
    case "toStream":
      return [...at(step.input), [step.name, "bool"]];
    case "fromStream":
      return at(step.input);
  }
}

/** Cells of the other table may be null. */
function updatedColumns(columns: Named<TypeText>, cells: Named<TypeText>): Named<TypeText> {
  return columns.map(([name, type]) => {
    const mayBeNull = cells.some(([other, cell]) => other === name && cell.endsWith("?"));
    return [name, mayBeNull ? optional(type) : type];
  });
}

/** A replaced column keeps its place; new ones come last. */
function withColumns(columns: Named<TypeText>, changed: Named<ExpressionSpec>): Named<TypeText> {
  const kept = columns.map(([name, type]) => {
    const replaced = changed.find(([other]) => other === name);
    return [name, replaced === undefined ? type : replaced[1].type] as const;
  });
  const added = changed.filter(([name]) => columns.every(([other]) => other !== name));
  return [...kept, ...added.map(([name, { type }]) => [name, type] as const)];
}

function newNameOf(name: string, names: Named<string>): string {
  return names.find(([, old]) => old === name)?.[0] ?? name;
}

/** The type that castTypes says for a column, if any. */
export function castTo(types: Named<TypeText>, name: string): TypeText | undefined {
  return types.find(([other]) => other === name)?.[1];
}

/** What a column's type is once it was cast: null stays possible, unless what it is was not known before. */
function castType(from: TypeText, to: TypeText | undefined): TypeText {
  if (to === undefined) return from;
  const [before, after] = [required(from), required(to)];
  const isDynamic = (before === "any" || before === "json") && before !== after;
  return to.endsWith("?") || (isDynamic ? after === "any" : from.endsWith("?")) ? optional(to) : to;
}

const targets: Readonly<Record<string, string>> = {
  int: "any bigint bool datetime duration float int json str",
  float: "any bigint bool datetime duration float int json str",
  bool: "any bool float int json str",
  str: "any bigint bool bytes datetime duration float int json pointer str",
  bytes: "any bytes str",
  bigint: "any bigint float int str",
  datetime: "any datetime float int str",
  duration: "any duration float int str",
  pointer: "any pointer str",
};

/** What a column of a type can be cast to: what is only known row by row to anything. */
export function castTargets(type: TypeText): readonly TypeText[] {
  return (
    targets[required(type)] ?? "any bigint bool bytes datetime duration float int json pointer str"
  ).split(" ");
}

export function optional(type: TypeText): TypeText {
  return type.endsWith("?") ? type : `${type}?`;
}

export function required(type: TypeText): TypeText {
  return type.endsWith("?") ? type.slice(0, -1) : type;
}

/** The type of a reducer's answer. The oldest reducers' are said here once more; others say it themselves. */
function reducedType({ reducer, args, variant }: ReductionSpec): TypeText {
  const type = args[0]?.type ?? "int";
  if (reducer === "count") return "int";
  if (reducer === "avg") return type === "duration" ? type : "float";
  if (["sum", "min", "max"].includes(reducer)) return type;
  const definition = reducers[reducer as keyof typeof reducers];
  const { options } = variantOf(reducer, variant);
  const result: ReducerDefinition["result"] = definition.result;
  return formatType(
    result(
      args.map((arg) => parseType(arg.type) as ColumnType),
      options,
    ),
  );
}

/** A text's elements are texts; those of data may be null. */
function elementType(type: TypeText): TypeText {
  return required(type) === "str" ? "str" : optional(type);
}

/** The tables that a step reads. */
export function inputsOf(step: StepSpec): readonly number[] {
  if ("inputs" in step) return step.inputs;
  if (step.op === "ix") return [step.input, step.target];
  return step.op === "join" ? [step.left, step.right] : [step.input];
}
