/**
 * Which plans may be run by a consumer group, each process over the partitions that it has: those of which the result
 * over all partitions is the union of the results over each,
 *
 *   plan(P1 ∪ … ∪ Pn) = plan(P1) ∪ … ∪ plan(Pn)
 *
 * Operators that look at one row at a time are such. Those that bring rows together (by a group, a join key, a row's
 * key) are where rows that meet are always of one partition: where what they meet by holds the source's primary key
 * (whose messages are in one partition), the row's own key, or its partition itself.
 */
import { formatSite } from "../base/source-site.ts";
import { TowpathError } from "../errors.ts";
import type { CallNode, ExpressionNode } from "../expressions/node.ts";
import type { FlattenOptions } from "../operators/flatten.ts";
import type { GroupByOptions } from "../operators/group-by.ts";
import type { InterpolateOptions } from "../operators/interpolate.ts";
import type { JoinOptions } from "../operators/join.ts";
import type { KeyByOptions } from "../operators/key-by.ts";
import type { ReindexOptions } from "../operators/reindex.ts";
import type { RekeyOptions } from "../operators/rekey.ts";
import type { SelectOptions } from "../operators/select.ts";
import type { SortOptions } from "../operators/sort.ts";
import { titleOf } from "./describe.ts";
import type { PlanNode } from "./node.ts";
import type { Dealing, OutputSpec, SourceSpec } from "./specs.ts";

/** What a column has to do with its row's partition: the same text says the same of two columns of one source. */
type Role = string | null;

/** How the rows of a table lie in partitions. */
interface Spread {
  /** The dealt source; null where there are several. */
  readonly source: PlanNode | null;
  readonly roles: readonly Role[];
  /** Names the way keys are made, where two rows of one key made this way are of one partition. */
  readonly rowKey: string | null;
  /** Whether something is remembered of rows that have passed. */
  readonly isStateful: boolean;
}

/**
 * The dealt sources of a plan, by the number of their node. Throws TP_PLAN_NEEDS_ALL_PARTITIONS naming the operator
 * and the line where the plan cannot be run partition by partition.
 */
export function dealtSources(outputs: readonly PlanNode[]): ReadonlyMap<number, Dealing> {
  const known = new Map<PlanNode, Spread | null>();
  const stateful = new Set<PlanNode>();
  const dealt = new Map<number, Dealing>();
  for (const output of outputs) {
    const spread = spreadOf(output, known);
    const sources = spread === null ? [] : sourcesOf(output);
    for (const source of sources) {
      if (spread?.isStateful === true) stateful.add(source);
      checkRemade(source, stateful.has(source));
      dealt.set(source.id, { isStateful: stateful.has(source) });
    }
  }
  return dealt;
}

function sourcesOf(node: PlanNode, found = new Set<PlanNode>()): Set<PlanNode> {
  if (node.operator === "source") found.add(node);
  for (const input of node.inputs) sourcesOf(input, found);
  return found;
}

function checkRemade(source: PlanNode, isStateful: boolean): void {
  const { dealt, name } = source.options as SourceSpec;
  if (!isStateful || dealt === undefined || dealt.notRemade === null) return;
  const why = `the plan keeps state, which the process that takes a partition over has to make again, and ${dealt.notRemade}`;
  throw refusal(source, `source ${JSON.stringify(name)}: ${why}`);
}

/** Null for a table without rows of a dealt source. */
function spreadOf(node: PlanNode, known: Map<PlanNode, Spread | null>): Spread | null {
  const before = known.get(node);
  if (before !== undefined) return before;
  const spread = node.operator === "source" ? ofSource(node) : combine(node, known);
  known.set(node, spread);
  return spread;
}

function combine(node: PlanNode, known: Map<PlanNode, Spread | null>): Spread | null {
  const inputs = node.inputs.map((input) => spreadOf(input, known));
  const spreads = inputs.filter((input) => input !== null);
  if (spreads.length === 0) return null;
  if (spreads.length < inputs.length)
    throw refuse(node, "the rows of its other table would be there once for each partition");
  const rule = rules[node.operator];
  if (rule === undefined) throw refuse(node, "nothing is known of how its rows lie in partitions");
  const result = rule(spreads, node);
  if (typeof result === "string") throw refuse(node, result);
  return { ...result, isStateful: result.isStateful || spreads.some(({ isStateful }) => isStateful) };
}

function ofSource(node: PlanNode): Spread | null {
  const { dealt, primaryKey, appendOnly } = node.options as SourceSpec;
  if (dealt === undefined) return null;
  const roles: Role[] = node.columns.map(() => null);
  primaryKey?.forEach((position, part) => {
    roles[position] = `key ${part} of ${primaryKey.length}`;
  });
  if (dealt.metadata !== null) roles[dealt.metadata] = METADATA;
  const rowKey =
    primaryKey == null
      ? `own of ${node.id}`
      : valuesKey(
          node,
          primaryKey.map((i) => roles[i]),
        );
  return { source: node, roles, rowKey, isStateful: !appendOnly };
}

const METADATA = "metadata";

/** A result, or why there is none. */
type Rule = (inputs: readonly Spread[], node: PlanNode) => Spread | string;

function same([input]: readonly Spread[]): Spread {
  return input;
}

function remembers(spread: Spread): Spread {
  return { ...spread, isStateful: true };
}

function ofHistory(): string {
  return historic;
}

const historic =
  "its answer depends on the order in which rows and commits came, which the process that takes a partition over cannot make again";
const apart = "rows that it brings together may be of several partitions";

/** Operators that are not here are refused. */
const rules: Partial<Record<string, Rule>> = {
  applyAsync: widened,
  concat: together,
  deduplicate: ofHistory,
  filter: same,
  flatten: flattened,
  fromStream: ofHistory,
  groupBy: grouped,
  interpolate: interpolated,
  join: joined,
  keyBy: keyedBy,
  output: written,
  reindex: reindexed,
  rekey: rekeyed,
  removeErrors: same,
  requireMatch: same,
  select: selected,
  sort: sorted,
  toStream: ofHistory,
  updateRows: overlaid,
};

function widened([input]: readonly Spread[], { columns }: PlanNode): Spread {
  return { ...input, roles: columns.map((_, i) => input.roles[i] ?? null) };
}

function together(inputs: readonly Spread[]): Spread {
  const [first] = inputs;
  const isOne = inputs.every(({ source }) => source !== null && source === first.source);
  const agree = (i: number): boolean => inputs.every(({ roles }) => roles[i] === first.roles[i]);
  return {
    source: isOne ? first.source : null,
    roles: first.roles.map((role, i) => (isOne && agree(i) ? role : null)),
    rowKey: isOne && inputs.every(({ rowKey }) => rowKey === first.rowKey) ? first.rowKey : null,
    isStateful: false,
  };
}

function flattened([input]: readonly Spread[], { options, columns }: PlanNode): Spread {
  const { column } = options as FlattenOptions;
  const roles = columns.map((_, i) => (column === i ? null : input.roles[i]));
  return { ...input, roles, rowKey: derived("flatten", input) };
}

function grouped([input]: readonly Spread[], node: PlanNode): Spread | string {
  const { keys, reductions } = node.options as GroupByOptions;
  const timed = reductions.find(({ reducer }) => ofArrival.has(reducer));
  if (timed !== undefined) return `what ${timed.reducer} answers depends on when rows came`;
  const met = keys.map((key) => input.roles[key]);
  if (!isPinned(input, met)) return keys.length === 0 ? "it is over the rows of all partitions" : apart;
  const roles = node.columns.map((_, i) => met[i] ?? null);
  return remembers({ ...input, roles, rowKey: valuesKey(input.source, met) });
}

function interpolated([input]: readonly Spread[], { options }: PlanNode): Spread | string {
  const { instance, values } = options as InterpolateOptions;
  if (!areOne(input, instance)) return apart;
  return remembers({ ...input, roles: input.roles.map((role, i) => (values.includes(i) ? null : role)) });
}

function joined([left, right]: readonly Spread[], { options }: PlanNode): Spread | string {
  const { mode, leftKeys, rightKeys } = options as JoinOptions;
  if (left.source === null || left.source !== right.source) return apart;
  const met = leftKeys.flatMap((key, i) =>
    left.roles[key] === right.roles[rightKeys[i]] ? [left.roles[key]] : [],
  );
  if (!isPinned(left, met)) return apart;
  // The columns of a side that may have no partner are null there, wherever the row is.
  const ofLeft = mode === "inner" || mode === "left" ? left.roles : left.roles.map(() => null);
  const ofRight = mode === "inner" || mode === "right" ? right.roles : right.roles.map(() => null);
  const isKeyed = left.rowKey !== null && right.rowKey !== null;
  const rowKey = isKeyed ? `pair (${left.rowKey}) (${right.rowKey})` : null;
  return remembers({ ...left, roles: [...ofLeft, ...ofRight], rowKey });
}

function keyedBy([input]: readonly Spread[], { options }: PlanNode): Spread {
  const role = input.roles[(options as KeyByOptions).pointer];
  return { ...input, rowKey: role?.startsWith(ROW_KEY) ? role.slice(ROW_KEY.length) : null };
}

function written([input]: readonly Spread[], { options }: PlanNode): Spread | string {
  return (options as OutputSpec).needsAllPartitions ?? input;
}

function reindexed([input]: readonly Spread[], { options }: PlanNode): Spread {
  return { ...input, rowKey: derived(`number ${(options as ReindexOptions).number}`, input) };
}

function rekeyed([input]: readonly Spread[], { options }: PlanNode): Spread | string {
  const { by, keys } = options as RekeyOptions;
  if (by === "own") return input.rowKey === null ? apart : remembers(input);
  if (!areOne(input, keys)) return "rows that claim one key may be of several partitions";
  const met = keys.map((key) => input.roles[key]);
  return remembers({ ...input, rowKey: by === "values" ? valuesKey(input.source, met) : null });
}

function selected([input]: readonly Spread[], { options }: PlanNode): Spread {
  const { expressions } = options as SelectOptions;
  return { ...input, roles: expressions.map((expression) => roleOf(expression, input)) };
}

function sorted([input]: readonly Spread[], node: PlanNode): Spread | string {
  const { instance } = node.options as SortOptions;
  return areOne(input, instance) ? remembers(widened([input], node)) : apart;
}

function overlaid([left, right]: readonly Spread[]): Spread | string {
  if (left.rowKey === null || left.rowKey !== right.rowKey || left.source !== right.source) return apart;
  return remembers({ ...left, roles: left.roles.map((role, i) => (role === right.roles[i] ? role : null)) });
}

/** Reducers whose answer depends on how rows came in commits. */
const ofArrival: ReadonlySet<string> = new Set(["earliest", "latest", "statefulMany", "statefulSingle"]);

const ROW_KEY = "row key ";
const KEY_PART = /^key \d+ of (\d+)$/;

/** Whether rows that agree in columns of these roles are of one partition. */
function isPinned({ source }: Spread, roles: readonly Role[]): boolean {
  if (source === null) return false;
  const distinct = new Set(roles);
  const { dealt } = source.options as SourceSpec;
  const parts = [...distinct].filter((role) => role !== null && KEY_PART.test(role));
  const [part] = parts;
  if (part !== undefined && part !== null && parts.length === Number(KEY_PART.exec(part)?.[1])) return true;
  if (distinct.has(METADATA)) return true;
  if (distinct.has(PARTITION) && (distinct.has(TOPIC) || dealt?.topics === 1)) return true;
  return roles.some((role) => role?.startsWith(ROW_KEY));
}

function areOne(input: Spread, columns: readonly number[]): boolean {
  return isPinned(
    input,
    columns.map((column) => input.roles[column]),
  );
}

const PARTITION = "partition";
const TOPIC = "topic";

function roleOf(expression: ExpressionNode, { roles, rowKey }: Spread): Role {
  switch (expression.kind) {
    case "column":
      return roles[expression.position];
    case "key":
      return rowKey === null ? null : `${ROW_KEY}${rowKey}`;
    case "call":
      return ofMetadata(expression, roles);
    default:
      return null;
  }
}

/** `_metadata.get("partition")` and `.get("topic")`, also cast to a type that tells them apart. */
function ofMetadata({ name, args, type }: CallNode, roles: readonly Role[]): Role {
  const [of, field] = args;
  if (name === "cast" && of?.kind === "call")
    return ["int", "float", "str"].includes(type.name) ? ofMetadata(of, roles) : null;
  if (name !== "get" || of?.kind !== "column" || roles[of.position] !== METADATA) return null;
  if (field?.kind !== "literal") return null;
  return field.value === PARTITION ? PARTITION : field.value === TOPIC ? TOPIC : null;
}

/** Keys that are hashes of values: equal ones agree in all of them. */
function valuesKey(source: PlanNode | null, roles: readonly Role[]): string {
  return `values of ${source?.id}: ${JSON.stringify(roles)}`;
}

function derived(how: string, { rowKey }: Spread): string | null {
  return rowKey === null ? null : `${how} (${rowKey})`;
}

function refuse(node: PlanNode, why: string): TowpathError {
  return refusal(node, `${titleOf(node)}: ${why}`);
}

function refusal({ site }: PlanNode, detail: string): TowpathError {
  return new TowpathError("TP_PLAN_NEEDS_ALL_PARTITIONS", detail, {
    where: formatSite(site),
    hint: 'Read with assignment: "all" (the default) in one process, or group, join and key by columns that hold the source\'s primaryKey, which messages of one key share with their partition.',
  });
}
