import { formatType } from "../../lib/data/type.ts";
import { apply } from "../../lib/expressions/apply.ts";
import { applyAsync } from "../../lib/expressions/apply-async.ts";
import { callNode, castNode } from "../../lib/expressions/build.ts";
import { Expression } from "../../lib/expressions/expression.ts";
import type { ExpressionNode } from "../../lib/expressions/node.ts";
import type { PlanNode } from "../../lib/plan/node.ts";
import { graph } from "../../lib/plan/plan.ts";
import type { OutputSpec, SourceSpec as SourceOptions } from "../../lib/plan/specs.ts";
import { keyOf } from "../../lib/table/keys.ts";
import { addOutput } from "../../lib/table/output.ts";
import { reducers } from "../../lib/table/reducers.ts";
import { tableFromSource } from "../../lib/table/source.ts";
import { nodeOf } from "../../lib/table/table.ts";
import { buildPlan, type MakeCall, type ProgramPlan } from "./build-plan.ts";
import { forgetful, functionOf } from "./functions.ts";
import { schemaOf, typeOf } from "./plan-columns.ts";
import { variantOf } from "./reducer-variants.ts";
import {
  columnsOf,
  decodeValue,
  type ExpressionSpec,
  inputsOf,
  type Named,
  type ProgramSpec,
  type StepSpec,
} from "./spec.ts";

/** Calls as the engine wants them: operands converted, types found out, which must be those of the program. */
const checkedCall: MakeCall = (name, args, type, options) => {
  const node =
    name === "cast"
      ? castNode(args[0] as ExpressionNode, formatType(type))
      : callNode(name as Parameters<typeof callNode>[0], args, options);
  if (formatType(node.type) !== formatType(type)) {
    throw new Error(`${name} is ${formatType(node.type)} to the engine, not ${formatType(type)}`);
  }
  return node;
};

/** The plan built by hand, with the engine's calls: no node is shared, no column left out. */
export function buildByHand(program: ProgramSpec): ProgramPlan {
  return buildPlan(program, { source: () => ({}), output: () => ({}) }, checkedCall);
}

type AnyExpression = Expression<unknown, string>;
/** A table, its columns' record, or a join's, to a caller who knows no columns when compiled. */
type AnyTable = Record<string, (...args: readonly unknown[]) => unknown> & {
  col(name: string): AnyExpression;
};
type Columns = Record<string, AnyExpression>;

/** The plan that the Table API makes of a program. */
export function buildByTables(program: ProgramSpec): ProgramPlan {
  return graph(() => {
    const tables: AnyTable[] = program.sources.map(({ columns, appendOnly }, i) => {
      const spec: SourceOptions = {
        connector: "test",
        name: `source ${i}`,
        describe: {},
        appendOnly,
        create: unused,
      };
      return tableFromSource(schemaOf(columns), spec) as unknown as AnyTable;
    });
    const sources = tables.map(nodeOf);
    const schemas: Named<string>[] = program.sources.map(({ columns }) => columns);
    const joins = new Map<number, Joined>();
    for (const step of program.steps) {
      const columns = columnsOf(step, schemas);
      const table = step.op === "join" ? joined(step, tables, schemas, joins) : said(step, tables, schemas);
      expectColumns(nodeOf(table), columns, step);
      tables.push(table);
      schemas.push(columns);
    }
    const outputs = program.outputs.map((number) =>
      addOutput(tables[number] as AnyTable, outputSpec(number)),
    );
    return { sources, outputs };
  });
}

function unused(): never {
  throw new Error("the test feeds the engine by hand");
}

function outputSpec(number: number): OutputSpec {
  return { connector: "test", name: `output ${number}`, describe: {}, create: unused };
}

/** Types are worked out by the engine; the program knows them beforehand. */
function expectColumns({ columns }: PlanNode, expected: Named<string>, step: StepSpec): void {
  const got = columns.map(({ name, type }) => `${name}: ${formatType(type)}`).join(", ");
  const wanted = expected.map(([name, type]) => `${name}: ${type}`).join(", ");
  if (got !== wanted) throw new Error(`${step.op} has the columns (${got}), not (${wanted})`);
}

type OtherStep = Exclude<StepSpec, { readonly op: "join" }>;

function said(step: OtherStep, tables: readonly AnyTable[], schemas: readonly Named<string>[]): AnyTable {
  const at = (number: number): AnyTable => tables[number] as AnyTable;
  const own = inputsOf(step)[0] as number;
  const table = at(own);
  const schema = schemas[own] as Named<string>;
  const reader = (columns: (name: string) => AnyExpression) => (spec: ExpressionSpec) =>
    expressionOf(spec, (position) => columns((schema[position] as readonly [string, string])[0]));
  const direct = reader((name) => table.col(name));
  switch (step.op) {
    case "select":
    case "withColumns":
      return call(table, step.op, (columns: Columns) => {
        const read = reader((name) => columns[name] as AnyExpression);
        return record(step.columns.map(([name, spec]) => [name, read(spec)]));
      });
    case "castTypes":
      return call(table, "castTypes", record(step.types));
    case "filter":
      return call(table, "filter", direct(step.where));
    case "without":
      return call(table, "without", ...step.names);
    case "rename":
      return call(table, "rename", record(step.names.map(([name, old]) => [name, table.col(old)])));
    case "groupBy":
      return grouped(step, table, direct);
    case "split":
      return halves(table, direct(step.where))[step.half];
    case "flatten":
      return call(table, "flatten", direct({ column: step.column, type: "" }));
    case "deduplicate": {
      const column = (position: number) => direct({ column: position, type: "" });
      return call(table, "deduplicate", {
        value: column(step.value),
        instance: step.instance.map(column),
        ...(step.order === null ? {} : { order: column(step.order) }),
      });
    }
    case "applyAsync": {
      const column = direct({ column: step.column, type: "" });
      const answer = applyAsync(functionOf(step.apply) as () => number, column, { type: step.type as "int" });
      return call(table, "withColumns", record([[step.name, answer]]));
    }
    case "removeErrors":
      return call(table, "removeErrors");
    case "withKey":
      return call(table, "withColumns", record([[step.name, keyOf(table as never)]]));
    case "withIdFrom":
      return call(table, "withIdFrom", ...step.values.map((column) => direct({ column, type: "" })));
    case "ix": {
      const { optional, allowMisses } = step;
      const options = { optional, allowMisses };
      return call(at(step.target), "ix", direct({ column: step.pointer, type: "" }), options);
    }
    case "toStream":
      return call(table, "toStream", step.name);
    case "fromStream":
      return call(table, "fromStream", direct({ column: step.column, type: "" }));
    case "sort":
    case "diff":
    case "interpolate":
      return ordered(step, table, (column) => direct({ column, type: "" }));
    default:
      return call(table, step.op, ...step.inputs.slice(1).map(at));
  }
}

function ordered(
  step: StepSpec & { op: "sort" | "diff" | "interpolate" },
  table: AnyTable,
  column: (position: number) => AnyExpression,
): AnyTable {
  const instance = { instance: step.instance.map(column) };
  if (step.op === "interpolate")
    return call(table, "interpolate", column(step.time), ...step.values.map(column), instance);
  if (step.op === "sort") {
    const sorted = call(table, "sort", column(step.key), instance);
    const [prev, next] = step.names;
    return call(
      table,
      "withColumns",
      record([
        [prev, sorted.col("prev")],
        [next, sorted.col("next")],
      ]),
    );
  }
  const value = column(step.value);
  const differences = call(table, "diff", column(step.key), value, instance);
  const { name } = value.node as { name: string };
  return call(table, "withColumns", record([[step.name, differences.col(`diff_${name}`)]]));
}

function halves(table: AnyTable, where: AnyExpression): [AnyTable, AnyTable] {
  return (table.split as (condition: AnyExpression) => [AnyTable, AnyTable]).call(table, where);
}

function grouped(
  step: StepSpec & { op: "groupBy" },
  table: AnyTable,
  read: (spec: ExpressionSpec) => AnyExpression,
): AnyTable {
  const keys = step.keys.map(([name, spec]) => [name, read(spec)] as const);
  const answers = step.reductions.map(([name, { reducer, args, variant }]) => {
    const reduce = reducers[reducer as keyof typeof reducers] as (
      ...args: readonly unknown[]
    ) => AnyExpression;
    return [name, reduce(...variantOf(reducer, variant).call(args.map(read)))] as const;
  });
  if (keys.length === 0) return call(table, "reduce", record(answers));
  const groups = call(table, "groupBy", ...keys.map(([, key]) => key));
  return call(groups, "reduce", record([...keys, ...answers]));
}

const joinMethods = { inner: "join", left: "joinLeft", right: "joinRight", outer: "joinOuter" } as const;

/** A join to which another can be chained. */
interface Joined {
  readonly result: AnyTable;
  /** How many tables it joins. */
  readonly width: number;
  /** Of each column of the table made of it: the joined table that it is from, and its name there. */
  readonly columns: readonly (readonly [side: number, name: string])[];
  /** The joined table whose keys the pairs have; null where they have their own. */
  readonly keyed: number | null;
}

/** Joins what the table on the left was made of, where that is a join itself. */
function joined(
  step: StepSpec & { op: "join" },
  tables: readonly AnyTable[],
  schemas: readonly Named<string>[],
  joins: Map<number, Joined>,
): AnyTable {
  const namesOf = (number: number) => (schemas[number] as Named<string>).map(([name]) => name);
  const before = joins.get(step.left);
  // Pairs with keys of their own have none to give.
  const isChained = before !== undefined && (step.id !== 0 || before.keyed !== null);
  const left = isChained
    ? before
    : {
        result: tables[step.left] as AnyTable,
        width: 1,
        columns: namesOf(step.left).map((name) => [0, name] as const),
        keyed: 0,
      };
  const right = namesOf(step.right).map((name) => [left.width, name] as const);
  const read = (columns: Joined["columns"], spec: ExpressionSpec, sides: readonly Columns[]): AnyExpression =>
    expressionOf(spec, (position) => {
      const [side, name] = columns[position] as readonly [number, string];
      return (sides[side] as Columns)[name] as AnyExpression;
    });
  const conditions = (...sides: Columns[]): AnyExpression[] =>
    step.on.map(([a, b]) => read(left.columns, a, sides).eq(read(right, b, sides)));
  const keyed = step.id === undefined ? null : step.id === 0 ? left.keyed : left.width;
  const id = (...sides: Columns[]): AnyExpression => keyOf(sides[keyed ?? 0] as never);
  const options = keyed === null ? [] : [{ id }];
  const result = call(left.result, joinMethods[step.mode], tables[step.right], conditions, ...options);
  const columns = step.columns.map(
    ([, { side, column }]) => (side === 0 ? left.columns : right)[column] as readonly [number, string],
  );
  joins.set(tables.length, { result, width: left.width + 1, columns, keyed });
  return call(result, "select", (...sides: Columns[]) =>
    record(step.columns.map(([name], column) => [name, read(columns, { column, type: "" }, sides)])),
  );
}

function call(table: AnyTable, method: string, ...args: readonly unknown[]): AnyTable {
  return (table[method] as (...args: unknown[]) => unknown).apply(table, [...args]) as AnyTable;
}

/** `__proto__` is a name like others. */
function record(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const result: Record<string, unknown> = Object.create(null);
  for (const [name, value] of entries) result[name] = value;
  return result;
}

function expressionOf(spec: ExpressionSpec, column: (position: number) => AnyExpression): AnyExpression {
  if ("column" in spec) return column(spec.column);
  const type = typeOf(spec.type);
  if ("literal" in spec) {
    const value = decodeValue(spec.literal);
    return new Expression({ kind: "literal", value: Object.is(value, -0) ? 0 : value, type });
  }
  const args = spec.args.map((arg) => expressionOf(arg, column));
  if ("apply" in spec) {
    const deterministic = spec.apply !== forgetful;
    return apply(functionOf(spec.apply), ...args, { type: spec.type as "any", deterministic });
  }
  const [first, ...others] = args as [AnyExpression, ...AnyExpression[]];
  if (spec.call === "cast") return first.cast(spec.type as "int");
  if (spec.options !== undefined) return withOptions(spec.call, spec.options, first, others);
  const method = (first as unknown as Record<string, unknown>)[spec.call];
  if (typeof method === "function") return method.apply(first, others) as AnyExpression;
  return new Expression(
    callNode(
      spec.call as Parameters<typeof callNode>[0],
      args.map(({ node }) => node),
    ),
  );
}

/** A function of `.dt` with a unit, a time zone or a format, which stand behind its columns. */
function withOptions(
  name: string,
  options: Readonly<Record<string, string | null>>,
  first: AnyExpression,
  others: readonly AnyExpression[],
): AnyExpression {
  const { format, timezone, unit } = options;
  const rest = format === undefined ? [unit ?? timezone] : [format, timezone === null ? {} : { timezone }];
  const functions = first.dt as unknown as Record<string, (...args: readonly unknown[]) => AnyExpression>;
  return (functions[name.slice("dt.".length)] as (...args: readonly unknown[]) => AnyExpression).call(
    first.dt,
    ...others,
    ...rest,
  );
}
