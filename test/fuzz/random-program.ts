import type { Rng } from "../support/rng.ts";
import { randomCommits } from "./random-commits.ts";
import { ExpressionMaker } from "./random-expression.ts";
import { keyedSteps } from "./random-keyed.ts";
import { names } from "./random-names.ts";
import { orderedSteps } from "./random-ordered.ts";
import { variantsOf } from "./reducer-variants.ts";
import {
  castTargets,
  columnsOf,
  type ExpressionSpec,
  type JoinMode,
  type Named,
  optional,
  type ProgramSpec,
  type ReductionSpec,
  required,
  type SourceSpec,
  type StepSpec,
  type TypeText,
} from "./spec.ts";
import { randomType } from "./values.ts";

const columnsMax = 7;

export interface ProgramLimits {
  readonly stepsMax?: number;
  /** The steps that a program may be made of; a concat may bring a select with it. */
  readonly ops?: readonly StepSpec["op"][];
}

/** A program of one to eight steps over one or two sources, with its data. */
export function randomProgram(rng: Rng, { stepsMax = 8, ops }: ProgramLimits = {}): ProgramSpec {
  const sources = Array.from({ length: rng.between(1, 2) }, () => randomSource(rng));
  const tables: Named<TypeText>[] = sources.map(({ columns }) => columns);
  const steps: StepSpec[] = [];
  const wanted = rng.between(1, stepsMax);
  while (steps.length < wanted) {
    const next = randomSteps(rng, tables, steps);
    if (ops !== undefined && next.every(({ op }) => !ops.includes(op))) continue;
    for (const step of next) {
      steps.push(step);
      tables.push(columnsOf(step, tables));
    }
  }
  const last = tables.length - 1;
  const others = tables.map((_, i) => i).filter((i) => i < last && rng.chance(0.15));
  return { sources, steps, outputs: [...others, last], commits: randomCommits(rng, sources) };
}

function randomSource(rng: Rng): SourceSpec {
  const columns = pickNames(rng, rng.between(1, 4)).map((name) => [name, randomType(rng)] as const);
  return { columns, appendOnly: rng.chance(0.15) };
}

function pickNames(rng: Rng, count: number): string[] {
  return rng.shuffled(names).slice(0, count);
}

/** One step over the tables so far, or two where a table must first be made to fit. */
function randomSteps(rng: Rng, tables: readonly Named<TypeText>[], before: readonly StepSpec[]): StepSpec[] {
  // The newest tables most often, so that steps build on each other.
  const input = rng.chance(0.6) ? tables.length - 1 : rng.below(tables.length);
  const columns = tables[input] as Named<TypeText>;
  const make = new ExpressionMaker(rng, columns);
  return rng.weighted<() => StepSpec[]>([
    [3, () => [{ op: "select", input, columns: randomSelection(rng, columns, make) }]],
    [1, () => [{ op: "withColumns", input, columns: randomSelection(rng, columns, make).slice(0, 2) }]],
    [2, () => [{ op: "filter", input, where: make.make("bool") }]],
    [1, () => withoutOrRename(rng, input, columns)],
    [1, () => [randomCast(rng, input, columns)]],
    [4, () => [randomGroupBy(rng, input, columns, make)]],
    [3, () => [randomJoin(rng, tables, input)]],
    [2, () => randomUnion(rng, tables, input, "concat")],
    [1, () => randomUnion(rng, tables, input, "concatReindex")],
    [2, () => randomUnion(rng, tables, input, "updateRows")],
    [1, () => [{ op: "split", input, where: make.make("bool"), half: rng.chance(0.5) ? 0 : 1 }]],
    [1, () => [{ op: "removeErrors", input }]],
    [1, () => randomAsync(rng, input, columns)],
    [2, () => randomFlatten(rng, tables, input, make)],
    [1, () => withKey(rng, input, columns)],
    [1, () => [randomDeduplicate(rng, input, columns)]],
    ...keyedSteps(rng, tables, input),
    ...orderedSteps(rng, tables, input, before),
    [1, () => [{ op: "withIdFrom", input, values: randomPositions(rng, columns) }]],
  ])();
}

function randomAsync(rng: Rng, input: number, columns: Named<TypeText>): StepSpec[] {
  const fresh = names.filter((name) => columns.every(([other]) => other !== name));
  if (fresh.length === 0) return [];
  const column = rng.below(columns.length);
  const { apply, type } = rng.pick([
    { apply: "length", type: "int" },
    { apply: "quoted", type: "str" },
    { apply: "throwIfZero", type: "any?" },
  ]);
  return [{ op: "applyAsync", input, name: rng.pick(fresh), apply, column, type }];
}

function randomSelection(rng: Rng, columns: Named<TypeText>, make: ExpressionMaker): Named<ExpressionSpec> {
  return pickNames(rng, rng.between(1, 4)).map((name) => {
    const type = rng.chance(0.6) ? rng.pick(columns)[1] : randomType(rng);
    return [name, make.make(type)] as const;
  });
}

function withoutOrRename(rng: Rng, input: number, columns: Named<TypeText>): StepSpec[] {
  const chosen = rng.shuffled(columns.map(([name]) => name)).slice(0, rng.between(1, 2));
  const fresh = rng.shuffled(names.filter((name) => columns.every(([other]) => other !== name)));
  const canRename = fresh.length >= chosen.length;
  if (chosen.length < columns.length && (!canRename || rng.chance(0.5)))
    return [{ op: "without", input, names: chosen }];
  if (!canRename) return [];
  return [{ op: "rename", input, names: chosen.map((old, i) => [fresh[i] as string, old] as const) }];
}

function randomCast(rng: Rng, input: number, columns: Named<TypeText>): StepSpec {
  const chosen = rng.shuffled([...columns]).slice(0, rng.between(1, 2));
  const types = chosen.map(([name, type]) => {
    const to = rng.pick(castTargets(type));
    return [name, rng.chance(0.3) ? optional(to) : to] as const;
  });
  return { op: "castTypes", input, types };
}

function randomGroupBy(rng: Rng, input: number, columns: Named<TypeText>, make: ExpressionMaker): StepSpec {
  const keyCount = rng.weighted([
    [1, 0],
    [4, 1],
    [2, 2],
  ]);
  const fresh = pickNames(rng, keyCount + rng.between(1, 3));
  const keys = fresh.slice(0, keyCount).map((name) => {
    const position = rng.below(columns.length);
    const [, type] = columns[position] as readonly [string, TypeText];
    return [name, rng.chance(0.8) ? { column: position, type } : make.make(type, 2)] as const;
  });
  return {
    op: "groupBy",
    input,
    keys,
    reductions: fresh.slice(keyCount).map((name) => [name, randomReduction(rng, columns, make)] as const),
  };
}

function randomReduction(rng: Rng, columns: Named<TypeText>, make: ExpressionMaker): ReductionSpec {
  const reducer = rng.weighted<() => string>([
    [10, () => rng.pick(plainReducers)],
    [2, () => rng.pick(numberReducers)],
    [8, () => rng.pick(valueReducers)],
  ])();
  const types = columns.map(([, type]) => type);
  if (numberReducers.includes(reducer)) {
    const numbers = types.filter((type) => type === "int" || type === "float");
    const number = make.make(numbers.length > 0 ? rng.pick(numbers) : "int", rng.chance(0.7) ? 0 : 2);
    return { reducer, args: [number], variant: rng.below(variantsOf(reducer).length) };
  }
  if (valueReducers.includes(reducer)) return randomChoice(rng, reducer, types, make);
  if (reducer === "count" && rng.chance(0.5)) return { reducer, args: [] };
  if (reducer === "count") return { reducer, args: [make.make(rng.pick(types), 1)] };
  const fitting = types.filter((type) =>
    reducer === "sum" || reducer === "avg" ? isSummable(reducer, type) : required(type) !== "json",
  );
  const type = fitting.length > 0 && rng.chance(0.8) ? rng.pick(fitting) : rng.pick(["int", "float"]);
  return { reducer, args: [make.make(type, rng.chance(0.7) ? 0 : 2)] };
}

const plainReducers = ["count", "count", "sum", "sum", "avg", "min", "max"];
const numberReducers = ["median", "quantile", "stddev", "variance"];
const valueReducers = [
  "any",
  "argMax",
  "argMin",
  "array",
  "countDistinct",
  "countDistinctApproximate",
  "custom",
  "earliest",
  "first",
  "last",
  "latest",
  "mode",
  "sortedTuple",
  "statefulMany",
  "statefulSingle",
  "topK",
  "tuple",
  "unique",
];
/** Their second argument is what rows are ordered by, if they have one at all. */
const orderedReducers: ReadonlySet<string> = new Set(["array", "first", "last", "topK", "tuple"]);
/** What an array can hold. */
const jsonTypes = ["int", "float", "str", "bool", "json", "duration", "datetime"];
/** They order the values themselves. */
const sortingReducers: ReadonlySet<string> = new Set(["sortedTuple"]);

/** A reducer of values; for argMin and argMax with a payload, because no pointers are drawn here. */
function randomChoice(
  rng: Rng,
  reducer: string,
  types: readonly TypeText[],
  make: ExpressionMaker,
): ReductionSpec {
  const variant = rng.below(variantsOf(reducer).length);
  const fitting = reducer === "array" ? types.filter((type) => jsonTypes.includes(required(type))) : types;
  const value = make.make(fitting.length > 0 ? rng.pick(fitting) : "int", 0);
  const ordered = types.filter((type) => required(type) !== "json");
  const order = make.make(ordered.length > 0 ? rng.pick(ordered) : "int", 0);
  if (orderedReducers.has(reducer)) return { reducer, args: [value, order], variant };
  if (sortingReducers.has(reducer)) return { reducer, args: [order], variant };
  return { reducer, args: reducer.startsWith("arg") ? [order, value] : [value], variant };
}

function isSummable(reducer: string, type: TypeText): boolean {
  return ["int", "float", "duration"].includes(type) || (reducer === "sum" && type === "bigint");
}

function randomJoin(rng: Rng, tables: readonly Named<TypeText>[], left: number): StepSpec {
  const right = rng.below(tables.length);
  const leftColumns = tables[left] as Named<TypeText>;
  const rightColumns = tables[right] as Named<TypeText>;
  const on = Array.from({ length: rng.chance(0.8) ? 1 : 2 }, () =>
    randomCondition(rng, leftColumns, rightColumns),
  );
  const sides = [
    ...leftColumns.map((_, column) => ({ side: 0, column }) as const),
    ...rightColumns.map((_, column) => ({ side: 1, column }) as const),
  ];
  const kept = rng.shuffled(sides).slice(0, rng.between(1, columnsMax));
  const fresh = pickNames(rng, kept.length);
  const mode = rng.pick<JoinMode>(["inner", "inner", "left", "right", "outer"]);
  // A side that may have no row has no keys to give.
  const keyed = ({ inner: [0, 1], left: [0], right: [1], outer: [] } as const)[mode];
  return {
    op: "join",
    ...(keyed.length > 0 && rng.chance(0.25) ? { id: rng.pick<0 | 1>(keyed) } : {}),
    mode,
    left,
    right,
    on,
    columns: kept.map((side, i) => [fresh[i] as string, side] as const),
  };
}

/** An equality of two columns, or of numbers computed from them: a constant side is no condition. */
function randomCondition(
  rng: Rng,
  left: Named<TypeText>,
  right: Named<TypeText>,
): readonly [ExpressionSpec, ExpressionSpec] {
  const pairs = left.flatMap(([, leftType], l) =>
    right.flatMap(([, rightType], r) => {
      const pair = [{ column: l, type: leftType } as const, { column: r, type: rightType } as const] as const;
      return areComparable(leftType, rightType) ? [pair] : [];
    }),
  );
  if (pairs.length > 0 && rng.chance(0.9)) return rng.pick(pairs);
  const length = (columns: Named<TypeText>): ExpressionSpec => {
    const column = rng.below(columns.length);
    const [, type] = columns[column] as readonly [string, TypeText];
    return { apply: "length", args: [{ column, type }], type: "int" };
  };
  return [length(left), length(right)];
}

/** Null is a value like others, and an int may equal a float. */
function areComparable(left: TypeText, right: TypeText): boolean {
  const numbers = ["int", "float"];
  const [a, b] = [required(left), required(right)];
  return a === b || (numbers.includes(a) && numbers.includes(b));
}

/** By a column that has elements, or by a text put in the place of one. */
function randomFlatten(
  rng: Rng,
  tables: readonly Named<TypeText>[],
  input: number,
  make: ExpressionMaker,
): StepSpec[] {
  const columns = tables[input] as Named<TypeText>;
  const fitting = columns.flatMap(([, type], i) =>
    ["str", "json", "any"].includes(required(type)) ? [i] : [],
  );
  if (fitting.length > 0) return [{ op: "flatten", input, column: rng.pick(fitting) }];
  const column = rng.below(columns.length);
  const [name] = columns[column] as readonly [string, TypeText];
  return [
    { op: "withColumns", input, columns: [[name, make.make("str", 1)]] },
    { op: "flatten", input: tables.length, column },
  ];
}

function withKey(rng: Rng, input: number, columns: Named<TypeText>): StepSpec[] {
  const fresh = names.filter((name) => columns.every(([other]) => other !== name));
  return fresh.length === 0 ? [] : [{ op: "withKey", input, name: rng.pick(fresh) }];
}

function randomDeduplicate(rng: Rng, input: number, columns: Named<TypeText>): StepSpec {
  const positions = [...columns.keys()];
  return {
    op: "deduplicate",
    input,
    value: rng.pick(positions),
    instance: rng.shuffled(positions).slice(0, rng.between(0, 2)),
    order: rng.chance(0.3) ? rng.pick(positions) : null,
  };
}

/** Most often enough columns to tell rows apart now and then. */
function randomPositions(rng: Rng, columns: Named<TypeText>): number[] {
  const all = rng.shuffled([...columns.keys()]);
  return all.slice(0, rng.between(1, all.length));
}

/** Tables that fit already, or another table made to fit by a selection. */
function randomUnion(
  rng: Rng,
  tables: readonly Named<TypeText>[],
  input: number,
  op: "concat" | "concatReindex" | "updateRows",
): StepSpec[] {
  const columns = tables[input] as Named<TypeText>;
  const signature = JSON.stringify(columns);
  const fitting = tables.flatMap((other, i) =>
    i !== input && JSON.stringify(other) === signature ? [i] : [],
  );
  if (fitting.length > 0 && rng.chance(0.7)) {
    return [{ op, inputs: rng.shuffled([input, rng.pick(fitting)]) }];
  }
  const other = rng.below(tables.length);
  const make = new ExpressionMaker(rng, tables[other] as Named<TypeText>);
  const adapted: StepSpec = {
    op: "select",
    input: other,
    columns: columns.map(([name, type]) => [name, make.make(type, 1)] as const),
  };
  return [adapted, { op, inputs: [input, tables.length] }];
}
