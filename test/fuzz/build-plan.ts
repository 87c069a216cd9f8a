import type { Columns } from "../../lib/data/schema.ts";
import type { ColumnType } from "../../lib/data/type.ts";
import type { ExpressionNode } from "../../lib/expressions/node.ts";
import type { RekeyOptions } from "../../lib/operators/rekey.ts";
import type { PlanNode } from "../../lib/plan/node.ts";
import { LookupBuilder } from "./build-lookup.ts";
import { forgetful, functionOf } from "./functions.ts";
import { columnNode, nullable, rowKey, schemaOf, typeOf } from "./plan-columns.ts";
import { variantOf } from "./reducer-variants.ts";
import {
  castTo,
  columnsOf,
  decodeValue,
  type ExpressionSpec,
  type Named,
  type ProgramSpec,
  type StepSpec,
  type TypeText,
} from "./spec.ts";

/** The plan of a program: its sources, and an output node for each table that is written. */
export interface ProgramPlan {
  readonly sources: readonly PlanNode[];
  readonly outputs: readonly PlanNode[];
}

/** Makes what goes into a source's or an output's options; the plan itself does not care. */
export interface Ends {
  source(number: number): unknown;
  output(number: number): unknown;
}

/** Makes the node of a call whose result has type `type`. */
export type MakeCall = (
  name: string,
  args: readonly ExpressionNode[],
  type: ColumnType,
  options?: unknown,
) => ExpressionNode;

/** Says what the program says, and leaves it at that: the oracle's calls. */
const plainCall: MakeCall = (name, args, type, options = null) => ({
  kind: "call",
  name,
  args,
  options,
  type,
  site: null,
});

/** Builds the plan nodes of a program by hand, without the Table API. */
export function buildPlan(program: ProgramSpec, ends: Ends, makeCall: MakeCall = plainCall): ProgramPlan {
  const builder = new PlanBuilder(makeCall);
  const sources = program.sources.map(({ columns, appendOnly }, number) =>
    builder.node("source", [], ends.source(number), schemaOf(columns), appendOnly),
  );
  const nodes = [...sources];
  const tables: Named<TypeText>[] = program.sources.map(({ columns }) => columns);
  for (const step of program.steps) {
    nodes.push(builder.step(step, nodes, schemaOf(columnsOf(step, tables))));
    tables.push(columnsOf(step, tables));
  }
  const outputs = program.outputs.map((number, i) =>
    builder.node(
      "output",
      [nodes[number] as PlanNode],
      ends.output(i),
      [],
      (nodes[number] as PlanNode).appendOnly,
    ),
  );
  return { sources, outputs };
}

class PlanBuilder {
  readonly #makeCall: MakeCall;
  readonly #lookups: LookupBuilder;
  #count = 0;

  constructor(makeCall: MakeCall) {
    this.#makeCall = makeCall;
    this.#lookups = new LookupBuilder(this.node.bind(this), makeCall);
  }

  node(
    operator: string,
    inputs: readonly PlanNode[],
    options: unknown,
    columns: Columns,
    appendOnly: boolean,
  ): PlanNode {
    return { id: this.#count++, operator, inputs, options, columns, appendOnly, site: null };
  }

  step(step: StepSpec, nodes: readonly PlanNode[], columns: Columns): PlanNode {
    const at = (number: number): PlanNode => nodes[number] as PlanNode;
    switch (step.op) {
      case "select":
        return this.#select(
          at(step.input),
          step.columns.map(([, spec]) => this.#expression(spec, at(step.input))),
          columns,
        );
      case "withColumns":
        return this.#withColumns(step.columns, at(step.input), columns);
      case "castTypes":
        return this.#cast(step, at(step.input), columns);
      case "without":
      case "rename":
        return this.#renamed(step, at(step.input), columns);
      case "filter":
        return this.#filter(at(step.input), this.#expression(step.where, at(step.input)));
      case "split":
        return this.#filter(at(step.input), this.#half(step, at(step.input)));
      case "withKey":
        return this.#extended(at(step.input), [rowKey], columns);
      case "flatten":
        return this.#flatten(step, at(step.input), columns);
      case "deduplicate":
        return this.#deduplicate(step, at(step.input), columns);
      case "applyAsync":
        return this.#applyAsync(step, at(step.input), columns);
      case "removeErrors":
        return this.node("removeErrors", [at(step.input)], {}, columns, at(step.input).appendOnly);
      case "withIdFrom":
        return this.#rekey(at(step.input), { said: step.op, by: "values", keys: step.values });
      case "intersect":
      case "difference":
      case "restrict":
      case "updateCells":
      case "ix":
        return this.#lookups.step(step, at, columns);
      case "sort":
      case "diff":
      case "interpolate":
      case "toStream":
      case "fromStream":
        return this.#ordered(step, at(step.input), columns);
      case "updateRows":
        return this.node("updateRows", step.inputs.map(at), {}, columns, false);
      case "concatReindex":
        return this.#concat(
          step.inputs.map((input, number) => this.#reindex(at(input), number, columns)),
          columns,
        );
      case "groupBy":
        return this.#groupBy(step, at(step.input), columns);
      case "join":
        return this.#join(step, at(step.left), at(step.right), columns);
      case "concat":
        return this.#rekey(this.#concat(step.inputs.map(at), columns), {
          said: step.op,
          by: "own",
          keys: [],
        });
    }
  }

  #renamed(step: StepSpec & { op: "without" | "rename" }, input: PlanNode, columns: Columns): PlanNode {
    const kept = step.op === "without" ? columns : input.columns;
    return this.#select(
      input,
      kept.map(({ name }) => this.#named(input, name)),
      columns,
    );
  }

  #withColumns(changes: Named<ExpressionSpec>, input: PlanNode, columns: Columns): PlanNode {
    const changed = new Map(changes.map(([name, spec]) => [name, this.#expression(spec, input)]));
    const expressions = columns.map(({ name }) => changed.get(name) ?? this.#named(input, name));
    return this.#select(input, expressions, columns);
  }

  #cast({ types }: StepSpec & { op: "castTypes" }, input: PlanNode, columns: Columns): PlanNode {
    const expressions = columns.map(({ name, type }, position) => {
      const own = columnNode(input, position);
      return castTo(types, name) === undefined ? own : this.#makeCall("cast", [own], type);
    });
    return this.#select(input, expressions, columns);
  }

  #rekey(input: PlanNode, options: RekeyOptions): PlanNode {
    return this.node("rekey", [input], options, input.columns, false);
  }

  #reindex(input: PlanNode, number: number, columns: Columns): PlanNode {
    return this.node("reindex", [input], { number }, columns, input.appendOnly);
  }

  #ordered(
    step: StepSpec & { op: "sort" | "diff" | "interpolate" | "toStream" | "fromStream" },
    input: PlanNode,
    columns: Columns,
  ): PlanNode {
    switch (step.op) {
      case "sort":
        return this.#sorted(step, input, columns, []);
      case "diff":
        return this.#difference(step, input, columns);
      case "interpolate":
        return this.#interpolated(step, input, columns);
      case "toStream":
        return this.node("toStream", [input], {}, columns, true);
      case "fromStream":
        return this.node("fromStream", [input], { isUpsert: step.column }, columns, false);
    }
  }

  /** All columns, the keys of the neighbours, and cells of the row before. */
  #sorted(
    { op, key, instance }: { op: "sort" | "diff"; key: number; instance: readonly number[] },
    input: PlanNode,
    columns: Columns,
    previous: readonly number[],
  ): PlanNode {
    return this.node("sort", [input], { said: op, key, instance, previous }, columns, false);
  }

  #difference(step: StepSpec & { op: "diff" }, input: PlanNode, columns: Columns): PlanNode {
    const value = columnNode(input, step.value);
    const mayBeNull = { ...value.type, optional: true };
    const neighbours = ["prev", "next"].map((name) => ({ name, type: typeOf("pointer?") }));
    const all = [...input.columns, ...neighbours, { name: "previous", type: mayBeNull }];
    const sorted = this.#sorted(step, input, all, [step.value]);
    const previous = columnNode(sorted, input.columns.length + 2);
    const present = { ...value.type, optional: false };
    const args = [value, previous].map((node) => ({ ...node, type: present }));
    const difference = this.#makeCall("sub", args, present);
    const own = input.columns.map((_, position) => columnNode(sorted, position));
    return this.#select(
      sorted,
      [...own, this.#makeCall("require", [difference, value, previous], mayBeNull)],
      columns,
    );
  }

  #interpolated(step: StepSpec & { op: "interpolate" }, input: PlanNode, columns: Columns): PlanNode {
    const { time, instance, values } = step;
    const floats = input.columns.map((column, i) =>
      values.includes(i) ? { ...column, type: { ...column.type, name: "float" as const } } : column,
    );
    const cells = floats.map(({ type }, position) => ({ ...columnNode(input, position), type }));
    const selected = this.#select(input, cells, floats);
    return this.node("interpolate", [selected], { time, instance, values }, columns, false);
  }

  #flatten({ column }: StepSpec & { op: "flatten" }, input: PlanNode, columns: Columns): PlanNode {
    return this.node("flatten", [input], { column }, columns, input.appendOnly);
  }

  #concat(inputs: readonly PlanNode[], columns: Columns): PlanNode {
    return this.node(
      "concat",
      inputs,
      {},
      columns,
      inputs.every(({ appendOnly }) => appendOnly),
    );
  }

  /** The condition of one half of a split. */
  #half(step: StepSpec & { op: "split" }, input: PlanNode): ExpressionNode {
    const where = this.#expression(step.where, input);
    return step.half === 0 ? where : this.#makeCall("not", [where], typeOf("bool"));
  }

  #select(input: PlanNode, expressions: readonly ExpressionNode[], columns: Columns): PlanNode {
    return this.node("select", [input], { expressions }, columns, input.appendOnly);
  }

  /** The table with further columns after its own. */
  #extended(input: PlanNode, expressions: readonly ExpressionNode[], named?: Columns): PlanNode {
    const own = input.columns.map((_, position) => columnNode(input, position));
    const added = expressions.map(({ type }, i) => ({ name: `added ${i}`, type }));
    return this.#select(input, [...own, ...expressions], named ?? [...input.columns, ...added]);
  }

  #named(input: PlanNode, name: string): ExpressionNode {
    return columnNode(
      input,
      input.columns.findIndex((column) => column.name === name),
    );
  }

  #filter(input: PlanNode, where: ExpressionNode): PlanNode {
    const extended = this.#extended(input, [where]);
    const column = input.columns.length;
    const kept = this.node("filter", [extended], { column }, extended.columns, extended.appendOnly);
    return this.#select(
      kept,
      input.columns.map((_, position) => columnNode(kept, position)),
      input.columns,
    );
  }

  #groupBy(step: StepSpec & { op: "groupBy" }, input: PlanNode, columns: Columns): PlanNode {
    const keys = step.keys.map(([, spec]) => this.#expression(spec, input));
    const args = step.reductions.map(([, reduction]) =>
      reduction.args.map((spec) => this.#expression(spec, input)),
    );
    const expressions = [...keys, ...args.flat()];
    const prepared = this.#select(
      input,
      expressions,
      expressions.map(({ type }, i) => ({ name: `c${i}`, type })),
    );
    let next = keys.length;
    const reductions = step.reductions.map(([, { reducer, variant }], i) => ({
      reducer,
      args: (args[i] as ExpressionNode[]).map(() => next++),
      options: variantOf(reducer, variant).options,
    }));
    return this.node("groupBy", [prepared], { keys: keys.map((_, i) => i), reductions }, columns, false);
  }

  #join(step: StepSpec & { op: "join" }, left: PlanNode, right: PlanNode, columns: Columns): PlanNode {
    const { mode, on } = step;
    const key = (side: 0 | 1): ExpressionNode[] => (step.id === side ? [rowKey] : []);
    const extendedLeft = this.#extended(left, [
      ...on.map(([spec]) => this.#expression(spec, left)),
      ...key(0),
    ]);
    const extendedRight = this.#extended(right, [
      ...on.map(([, spec]) => this.#expression(spec, right)),
      ...key(1),
    ]);
    const options = {
      mode,
      leftKeys: on.map((_, i) => left.columns.length + i),
      rightKeys: on.map((_, i) => right.columns.length + i),
    };
    const all = [
      ...nullable(extendedLeft, mode === "right" || mode === "outer"),
      ...nullable(extendedRight, mode === "left" || mode === "outer"),
    ];
    const appendOnly = mode === "inner" && left.appendOnly && right.appendOnly;
    const pairs = this.node("join", [extendedLeft, extendedRight], options, all, appendOnly);
    const width = extendedLeft.columns.length;
    const keys = [(step.id === 0 ? width : all.length) - 1];
    const joined = step.id === undefined ? pairs : this.#rekey(pairs, { said: "join", by: "pointer", keys });
    const positions = step.columns.map(([, { side, column }]) => (side === 0 ? column : width + column));
    return this.#select(
      joined,
      positions.map((position) => columnNode(joined, position)),
      columns,
    );
  }

  #deduplicate(step: StepSpec & { op: "deduplicate" }, input: PlanNode, columns: Columns): PlanNode {
    const { value, instance, order } = step;
    return this.node("deduplicate", [input], { value, instance, order, acceptor: null }, columns, false);
  }

  #applyAsync(step: StepSpec & { op: "applyAsync" }, input: PlanNode, columns: Columns): PlanNode {
    const asynchronous = {
      capacity: 1,
      timeoutMs: null,
      retries: 0,
      retryDelayMs: 0,
      cacheMax: 0,
      batchRowsMax: null,
    };
    const call = {
      kind: "asyncCall",
      fn: functionOf(step.apply),
      args: [step.column],
      type: typeOf(step.type),
      asynchronous,
      site: null,
    };
    return this.node("applyAsync", [input], { calls: [call] }, columns, input.appendOnly);
  }

  #expression(spec: ExpressionSpec, input: PlanNode): ExpressionNode {
    if ("column" in spec) return columnNode(input, spec.column);
    const type = typeOf(spec.type);
    if ("literal" in spec) {
      const value = decodeValue(spec.literal);
      // The engine's own literals are never -0.
      return { kind: "literal", value: Object.is(value, -0) ? 0 : value, type };
    }
    const args = spec.args.map((arg) => this.#expression(arg, input));
    if ("call" in spec) return this.#makeCall(spec.call, args, type, spec.options);
    const deterministic = spec.apply !== forgetful;
    return { kind: "apply", fn: functionOf(spec.apply), args, deterministic, type, site: null };
  }
}
