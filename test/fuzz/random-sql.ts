import type { Rng } from "../support/rng.ts";
import {
  type ChangeSpec,
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

/**
 * Programs of what SQL can say too, over values that both compute exactly: no overflow, no division, floats that are
 * halves, so that no sum is rounded and no cell fails.
 */
export function randomSqlProgram(rng: Rng): ProgramSpec {
  const sources = Array.from({ length: rng.between(1, 2) }, () => randomSource(rng));
  const tables: Named<TypeText>[] = sources.map(({ columns }) => columns);
  const steps: StepSpec[] = [];
  for (let left = rng.between(1, 8); left > 0; left--) {
    const step = randomStep(rng, tables, left === 1);
    tables.push(columnsOf(step, tables));
    steps.push(step);
  }
  return { sources, steps, outputs: [tables.length - 1], commits: randomCommits(rng, sources) };
}

const domains: Readonly<Record<string, readonly unknown[]>> = {
  int: [-2, -1, 0, 1, 1, 2, 3],
  float: [-1.5, -0.5, 0, 0.5, 1, 2],
  str: ["", "a", "a", "b", "ab", "B", "é", "\u{1d4b3}", "\uffee", "it's, longer"],
  bool: [true, false],
};
const typeNames = Object.keys(domains);
const keysMax = 8;

/** Names by position, so that tables of the same types fit each other. */
function named<T>(values: readonly T[]): Named<T> {
  return values.map((value, i) => [`c${i}`, value] as const);
}

function randomType(rng: Rng): TypeText {
  return rng.pick(typeNames) + (rng.chance(0.3) ? "?" : "");
}

function randomValue(rng: Rng, type: TypeText): unknown {
  return type.endsWith("?") && rng.chance(0.3) ? null : rng.pick(domains[required(type)] ?? []);
}

function randomSource(rng: Rng): SourceSpec {
  const columns = named(Array.from({ length: rng.between(1, 4) }, () => randomType(rng)));
  return { columns, appendOnly: rng.chance(0.1) };
}

/** Rows come, change and go. */
function randomCommits(rng: Rng, sources: readonly SourceSpec[]): ChangeSpec[][] {
  const live = sources.map(() => new Map<number, readonly unknown[]>());
  return Array.from({ length: rng.between(2, 6) }, () =>
    sources.flatMap(({ columns, appendOnly }, source) => {
      const rows = live[source] as Map<number, readonly unknown[]>;
      return Array.from({ length: rng.between(0, 5) }, () => {
        const key = appendOnly ? rows.size : rng.below(keysMax);
        const old = rows.get(key);
        const gone: ChangeSpec[] = old === undefined ? [] : [{ source, key, row: old, diff: -1 }];
        rows.delete(key);
        if (old !== undefined && rng.chance(0.4)) return gone;
        const row = columns.map(([, type]) => randomValue(rng, type));
        rows.set(key, row);
        return [...gone, { source, key, row, diff: 1 } as const];
      }).flat();
    }),
  );
}

function randomStep(rng: Rng, tables: readonly Named<TypeText>[], isLast: boolean): StepSpec {
  const input = rng.chance(0.6) ? tables.length - 1 : rng.below(tables.length);
  const columns = tables[input] as Named<TypeText>;
  const other = rng.below(tables.length);
  const alike = tables.flatMap((each, i) => (JSON.stringify(each) === JSON.stringify(columns) ? [i] : []));
  return rng.weighted<() => StepSpec>([
    [3, () => ({ op: "select", input, columns: named(expressions(rng, columns, rng.between(1, 4))) })],
    [2, () => ({ op: "filter", input, where: expression(rng, columns, "bool", 3) })],
    [
      1,
      () => ({
        op: "split",
        input,
        where: expression(rng, columns, "bool", 2),
        half: rng.chance(0.5) ? 0 : 1,
      }),
    ],
    [4, () => randomGroupBy(rng, input, columns, isLast)],
    [4, () => randomJoin(rng, tables, input, other)],
    [2, () => ({ op: "concatReindex", inputs: [input, rng.pick(alike)] })],
    [1, () => ({ op: "updateRows", inputs: [input, rng.pick(alike)] })],
    [1, () => ({ op: rng.pick(["intersect", "difference"]), inputs: [input, other] })],
  ])();
}

function expressions(rng: Rng, columns: Named<TypeText>, count: number): ExpressionSpec[] {
  return Array.from({ length: count }, () => expression(rng, columns, randomType(rng), 2));
}

/** Of exactly this type. */
function expression(rng: Rng, columns: Named<TypeText>, type: TypeText, depth: number): ExpressionSpec {
  const fitting = columns.flatMap(([, other], column) => (other === type ? [{ column, type }] : []));
  if (fitting.length > 0 && rng.chance(depth > 0 ? 0.4 : 0.9)) return rng.pick(fitting);
  const of = (wanted: TypeText): ExpressionSpec => expression(rng, columns, wanted, depth - 1);
  const call = (name: string, ...args: ExpressionSpec[]): ExpressionSpec => ({ call: name, args, type });
  const literal = (value: unknown): ExpressionSpec => ({ literal: value, type });
  if (type.endsWith("?")) {
    const some = depth > 0 ? of(required(type)) : literal(randomValue(rng, required(type)));
    const condition = depth > 0 ? of("bool") : ({ literal: rng.chance(0.5), type: "bool" } as const);
    return call("ifElse", condition, ...rng.shuffled([some, literal(null)]));
  }
  if (depth <= 0) return literal(randomValue(rng, type));
  if (rng.chance(0.2)) return call("ifElse", of("bool"), of(type), of(type));
  if (rng.chance(0.2)) return call("coalesce", of(optional(type)), of(type));
  if (type === "bool") return randomCondition(rng, of, call);
  if (type === "str") return call("add", of(type), of(type));
  return call(rng.pick(["add", "sub"]), of(type), of(type));
}

function randomCondition(
  rng: Rng,
  of: (type: TypeText) => ExpressionSpec,
  call: (name: string, ...args: ExpressionSpec[]) => ExpressionSpec,
): ExpressionSpec {
  const type = rng.pick(["int", "float", "str"]);
  const either = rng.chance(0.5) ? type : optional(type);
  return rng.weighted<() => ExpressionSpec>([
    [3, () => call(rng.pick(["lt", "le", "gt", "ge"]), of(type), of(type))],
    [3, () => call(rng.pick(["eq", "ne"]), of(either), of(either))],
    [2, () => call(rng.pick(["and", "or", "xor"]), of("bool"), of("bool"))],
    [1, () => call("not", of("bool"))],
    [1, () => call(rng.pick(["isNull", "isNotNull"]), of(optional(type)))],
  ])();
}

/** An average is rounded, so nothing may be computed of it. */
function randomGroupBy(rng: Rng, input: number, columns: Named<TypeText>, isLast: boolean): StepSpec {
  const keyCount = rng.between(0, 2);
  const keys = Array.from({ length: keyCount }, (): ExpressionSpec => {
    const column = rng.below(columns.length);
    return { column, type: (columns[column] as readonly [string, TypeText])[1] };
  });
  const reducers = ["count", "sum", "sum", "min", "max", "countDistinct", ...(isLast ? ["avg"] : [])];
  const reductions = Array.from({ length: rng.between(1, 3) }, (): ReductionSpec => {
    const reducer = rng.pick(reducers);
    const type = reducer === "sum" || reducer === "avg" ? rng.pick(["int", "float"]) : randomType(rng);
    return { reducer, args: [expression(rng, columns, type, 1)] };
  });
  const names = named([...keys, ...reductions]).map(([name]) => name);
  return {
    op: "groupBy",
    input,
    keys: keys.map((key, i) => [names[i] as string, key] as const),
    reductions: reductions.map((reduction, i) => [names[keyCount + i] as string, reduction] as const),
  };
}

/** On columns of one type, or on numbers computed of the sides. */
function randomJoin(rng: Rng, tables: readonly Named<TypeText>[], left: number, right: number): StepSpec {
  const sides = [tables[left] as Named<TypeText>, tables[right] as Named<TypeText>] as const;
  const pairs = sides[0].flatMap(([, type], l) =>
    sides[1].flatMap(([, other], r) =>
      required(type) === required(other)
        ? [[{ column: l, type } as const, { column: r, type: other } as const] as const]
        : [],
    ),
  );
  const computed = (): readonly [ExpressionSpec, ExpressionSpec] => [
    inequality(rng, sides[0]),
    inequality(rng, sides[1]),
  ];
  const on = Array.from({ length: rng.between(1, 2) }, () =>
    pairs.length > 0 && rng.chance(0.85) ? rng.pick(pairs) : computed(),
  );
  const all = sides.flatMap((columns, side) => columns.map((_, column) => ({ side: side as 0 | 1, column })));
  const kept = rng.shuffled(all).slice(0, rng.between(1, 5));
  return { op: "join", mode: rng.pick(modes), left, right, on, columns: named(kept) };
}

/** A condition's side must read a column. */
function inequality(rng: Rng, columns: Named<TypeText>): ExpressionSpec {
  const column = rng.below(columns.length);
  const [, type] = columns[column] as readonly [string, TypeText];
  return { call: "isNull", args: [{ column, type }], type: "bool" };
}

const modes: readonly JoinMode[] = ["inner", "inner", "left", "right", "outer"];
