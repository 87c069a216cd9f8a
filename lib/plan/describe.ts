import { formatSite } from "../base/source-site.ts";
import { formatType } from "../data/type.ts";
import { formatExpression, formatReduction } from "../expressions/format.ts";
import type { ApplyAsyncOptions } from "../operators/apply-async.ts";
import type { DeduplicateOptions } from "../operators/deduplicate.ts";
import type { FilterOptions } from "../operators/filter.ts";
import type { FlattenOptions } from "../operators/flatten.ts";
import type { FromStreamOptions } from "../operators/from-stream.ts";
import type { GroupByOptions } from "../operators/group-by.ts";
import type { InterpolateOptions } from "../operators/interpolate.ts";
import type { JoinOptions } from "../operators/join.ts";
import type { KeyByOptions } from "../operators/key-by.ts";
import type { ReindexOptions } from "../operators/reindex.ts";
import type { RekeyOptions } from "../operators/rekey.ts";
import type { RequireMatchOptions } from "../operators/require-match.ts";
import type { SelectOptions } from "../operators/select.ts";
import type { SortOptions } from "../operators/sort.ts";
import { demand } from "./demand.ts";
import type { PlanNode } from "./node.ts";
import type { OutputSpec, SourceSpec } from "./specs.ts";

/** A node of a plan in words. */
export interface NodeText {
  /** From 1; nodes that it reads have smaller ones. */
  readonly number: number;
  readonly inputs: readonly number[];
  readonly node: PlanNode;
  /** What it does: `groupBy word: count()`. */
  readonly title: string;
  /** The user's line: `app.ts:12`. */
  readonly site: string;
  /** The result's columns: `word str`. */
  readonly columns: readonly string[];
  /** Columns that nobody reads, and that are not computed therefore. */
  readonly unread: readonly string[];
}

/** The plan of these outputs in words, each node after those that it reads; a node stands once. */
export function describePlan(outputs: readonly PlanNode[]): NodeText[] {
  const needed = demand(outputs);
  const texts: NodeText[] = [];
  const numbers = new Map<PlanNode, number>();
  const visit = (node: PlanNode): number => {
    const known = numbers.get(node);
    if (known !== undefined) return known;
    const inputs = node.inputs.map(visit);
    const number = numbers.size + 1;
    numbers.set(node, number);
    texts.push({ number, inputs, node, ...wordsOf(node, needed.get(node.id) ?? []) });
    return number;
  };
  for (const output of outputs) visit(output);
  return texts;
}

/** What a node does: `groupBy word: count()`. */
export function titleOf(node: PlanNode): string {
  const said = details[node.operator]?.(node) ?? "";
  return said === "" ? node.operator : `${node.operator} ${said}`;
}

function wordsOf(node: PlanNode, needed: readonly boolean[]): Omit<NodeText, "number" | "inputs" | "node"> {
  return {
    title: titleOf(node),
    site: formatSite(node.site),
    columns: node.columns.map(({ name, type }) => `${name} ${formatType(type)}`),
    unread: node.columns.filter((_, i) => needed[i] !== true).map(({ name }) => name),
  };
}

const details: Partial<Record<string, (node: PlanNode) => string>> = {
  source: ({ options }) => end(options as SourceSpec),
  output: ({ options }) => end(options as OutputSpec),

  select(node) {
    const { expressions } = node.options as SelectOptions;
    return expressions
      .map((expression, i) => {
        const text = formatExpression(expression);
        return text === node.columns[i].name ? text : `${node.columns[i].name} = ${text}`;
      })
      .join(", ");
  },

  applyAsync(node) {
    const { calls } = node.options as ApplyAsyncOptions;
    const name = nameOf(node.inputs[0]);
    return calls.map(({ fn, args }) => `${fn.name || "function"}(${args.map(name).join(", ")})`).join(", ");
  },

  filter: (node) => nameOf(node.inputs[0])((node.options as FilterOptions).column),

  deduplicate(node) {
    const { value, order, instance, acceptor } = node.options as DeduplicateOptions;
    const name = nameOf(node);
    const by = instance.length === 0 ? "" : ` by ${instance.map(name).join(", ")}`;
    const ordered = order === null ? "" : ` in the order of ${name(order)}`;
    return `${name(value)}${by}${ordered}, where ${acceptor === null ? "it differs" : "a function accepts it"}`;
  },

  flatten: (node) => nameOf(node)((node.options as FlattenOptions).column),

  groupBy(node) {
    const { keys, reductions } = node.options as GroupByOptions;
    const name = nameOf(node.inputs[0]);
    const answers = reductions.map(({ reducer, args, options }) =>
      formatReduction(reducer, args.map(name), options),
    );
    return `${keys.length === 0 ? "all rows" : keys.map(name).join(", ")}: ${answers.join(", ") || "distinct"}`;
  },

  reindex: ({ options }) => `as number ${(options as ReindexOptions).number}`,

  interpolate(node) {
    const { time, instance, values } = node.options as InterpolateOptions;
    const name = nameOf(node);
    return `${values.map(name).join(", ")} over ${name(time)}${byInstance(instance.map(name))}`;
  },

  sort(node) {
    const { key, instance } = node.options as SortOptions;
    const name = nameOf(node);
    return `by ${name(key)}${byInstance(instance.map(name))}`;
  },

  fromStream: (node) => `by ${nameOf(node)((node.options as FromStreamOptions).isUpsert)}`,

  keyBy: (node) => nameOf(node)((node.options as KeyByOptions).pointer),

  requireMatch: ({ options }) => `of ${(options as RequireMatchOptions).said}`,

  rekey(node) {
    const { said, by, keys } = node.options as RekeyOptions;
    return by === "own" ? `of ${said}: no key twice` : `by ${keys.map(nameOf(node)).join(", ")}`;
  },

  join(node) {
    const { mode, leftKeys, rightKeys } = node.options as JoinOptions;
    const [left, right] = node.inputs.map(nameOf);
    return `${mode} on ${leftKeys.map((key, i) => `${left(key)} = ${right(rightKeys[i])}`).join(" and ")}`;
  },
};

function end({ connector, name }: SourceSpec | OutputSpec): string {
  return `${connector} ${JSON.stringify(name)}`;
}

function byInstance(names: readonly string[]): string {
  return names.length === 0 ? "" : `, by ${names.join(", ")} apart`;
}

function nameOf(node: PlanNode): (position: number) => string {
  return (position) => node.columns[position].name;
}
