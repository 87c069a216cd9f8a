import type { PlanNode } from "../../lib/plan/node.ts";
import { oracle as applyAsync } from "./apply-async.ts";
import { oracle as arrange } from "./arrange.ts";
import type { Arrivals } from "./arrivals.ts";
import { oracle as concat } from "./concat.ts";
import { Accepted, type DeduplicateOptions } from "./deduplicate.ts";
import { oracle as filter } from "./filter.ts";
import { oracle as flatten } from "./flatten.ts";
import { ToldTable } from "./from-stream.ts";
import { oracle as groupBy } from "./group-by.ts";
import { oracle as interpolate } from "./interpolate.ts";
import { oracle as join } from "./join.ts";
import { oracle as keyBy } from "./key-by.ts";
import { oracle as output } from "./output.ts";
import { oracle as reindex } from "./reindex.ts";
import { oracle as rekey } from "./rekey.ts";
import { oracle as removeErrors } from "./remove-errors.ts";
import { oracle as requireMatch } from "./require-match.ts";
import { oracle as select } from "./select.ts";
import { oracle as sort } from "./sort.ts";
import { oracle as source } from "./source.ts";
import type { OracleTable } from "./table.ts";
import { ChangeLog } from "./to-stream.ts";
import { oracle as updateRows } from "./update-rows.ts";

/**
 * What an operator makes of whole tables. `node` tells what the tables alone do not: columns and types; `arrivals`
 * when rows came, where times are told.
 */
export type OperatorOracle = (
  inputs: readonly OracleTable[],
  node: PlanNode,
  arrivals: Arrivals | null,
) => OracleTable;

/** Options are data whose form the operator's name says. */
type Options<F extends (...args: never[]) => unknown> = Parameters<F>[1];

/** Every operator the oracle knows; test/conformance/operators.test.ts fails where the engine knows one more. */
const operatorOracles = {
  applyAsync: (inputs, { options }) => applyAsync(one(inputs), options as Options<typeof applyAsync>),
  arrange: (inputs) => arrange(one(inputs)),
  concat: (inputs) => concat(inputs),
  deduplicate(inputs, node, arrivals) {
    if (arrivals === null) throw new Error("deduplicate is asked without its history");
    const types = node.columns.map(({ type }) => type);
    return arrivals
      .memoryOf(node, () => new Accepted())
      .settle(one(inputs)[0], node.options as DeduplicateOptions, types);
  },
  filter: (inputs, { options }) => filter(one(inputs), options as Options<typeof filter>),
  flatten: (inputs, { options, columns }) =>
    flatten(
      one(inputs),
      options as Options<typeof flatten>,
      columns.map(({ type }) => type),
    ),
  groupBy: (inputs, node, arrivals) =>
    groupBy(
      one(inputs),
      node.options as Options<typeof groupBy>,
      (node.inputs[0] as PlanNode).columns.map(({ type }) => type),
      (present) => arrivals?.settle(node, present) ?? null,
    ),
  fromStream(inputs, node, arrivals) {
    if (arrivals === null) throw new Error("fromStream is asked without its history");
    const { isUpsert } = node.options as { isUpsert: number };
    const isJson = node.columns.map(({ type }) => type.name === "json");
    return arrivals.memoryOf(node, () => new ToldTable()).settle(one(inputs)[0], isUpsert, isJson);
  },
  interpolate: (inputs, { options, columns }) =>
    interpolate(
      one(inputs),
      options as Options<typeof interpolate>,
      columns.map(({ type }) => type),
    ),
  join: (inputs, node) =>
    join([inputs[0] as OracleTable, inputs[1] as OracleTable], node.options as Options<typeof join>, [
      (node.inputs[0] as PlanNode).columns.length,
      (node.inputs[1] as PlanNode).columns.length,
    ]),
  keyBy: (inputs, { options }) => keyBy(one(inputs), options as Options<typeof keyBy>),
  output: (inputs) => output(one(inputs)),
  reindex: (inputs, { options }) => reindex(one(inputs), options as Options<typeof reindex>),
  rekey: (inputs, { options, columns }) =>
    rekey(
      one(inputs),
      options as Options<typeof rekey>,
      columns.map(({ type }) => type),
    ),
  removeErrors: (inputs) => removeErrors(one(inputs)),
  requireMatch: (inputs, { options }) => requireMatch(one(inputs), options as Options<typeof requireMatch>),
  sort: (inputs, node) =>
    sort(
      one(inputs),
      node.options as Options<typeof sort>,
      (node.inputs[0] as PlanNode).columns.map(({ type }) => type),
    ),
  toStream(inputs, node, arrivals) {
    if (arrivals === null) throw new Error("toStream is asked without its history");
    return arrivals.memoryOf(node, () => new ChangeLog()).settle(one(inputs)[0]);
  },
  select: (inputs, { options }) => select(one(inputs), options as Options<typeof select>),
  updateRows: (inputs) => updateRows([inputs[0] as OracleTable, inputs[1] as OracleTable]),
} as const satisfies Record<string, OperatorOracle>;

function one(inputs: readonly OracleTable[]): readonly [OracleTable] {
  return [inputs[0] as OracleTable];
}

/** A plan's tables outgrow what this slow oracle has the patience for. */
export class TooManyRows extends Error {}

/** Joins look at every pair, so this is squared. */
const rowsMax = 400;

/**
 * The table of a node, computed from the sources' tables from scratch. `known` keeps shared nodes' tables.
 * Throws TooManyRows.
 */
export function evaluatePlan(
  node: PlanNode,
  sources: ReadonlyMap<PlanNode, OracleTable>,
  known: Map<PlanNode, OracleTable> = new Map(),
  arrivals: Arrivals | null = null,
): OracleTable {
  const done = known.get(node);
  if (done !== undefined) return done;
  if (node.operator === "source") return source(sources.get(node));
  const operator: OperatorOracle | undefined = operatorOracles[node.operator as keyof typeof operatorOracles];
  if (operator === undefined) throw new Error(`the oracle does not know the operator "${node.operator}"`);
  const table = operator(
    node.inputs.map((input) => evaluatePlan(input, sources, known, arrivals)),
    node,
    arrivals,
  );
  if (table.length > rowsMax) throw new TooManyRows(`${node.operator} has ${table.length} rows`);
  known.set(node, table);
  return table;
}
