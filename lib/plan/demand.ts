import { assert } from "../base/assert.ts";
import { columnsRead } from "../expressions/walk.ts";
import type { ApplyAsyncOptions } from "../operators/apply-async.ts";
import type { FilterOptions } from "../operators/filter.ts";
import type { FlattenOptions } from "../operators/flatten.ts";
import type { GroupByOptions } from "../operators/group-by.ts";
import type { InterpolateOptions } from "../operators/interpolate.ts";
import type { JoinOptions } from "../operators/join.ts";
import type { KeyByOptions } from "../operators/key-by.ts";
import type { RekeyOptions } from "../operators/rekey.ts";
import type { RequireMatchOptions } from "../operators/require-match.ts";
import type { SelectOptions } from "../operators/select.ts";
import type { SortOptions } from "../operators/sort.ts";
import type { PlanNode } from "./node.ts";
import { reachable } from "./reachable.ts";
import { uniqueKeys } from "./unique-keys.ts";

/** `unique` tells of each node whether its rows have unique keys. */
type Rule = (
  node: PlanNode,
  own: readonly boolean[],
  read: Read,
  unique: ReadonlyMap<PlanNode, boolean>,
) => void;

/** Marks input `input`'s column `position` as read. */
type Read = (input: number, position: number) => void;

/**
 * Which columns of each node somebody downstream reads, for the nodes that `outputs` need; the others are not in the
 * map. So projection reaches the sources, and parsers skip the fields that nobody asked for.
 *
 * An expression whose column nobody reads is not evaluated: its functions are not called, and it cannot fail.
 */
export function demand(outputs: readonly PlanNode[]): Map<number, boolean[]> {
  const needed = new Map<number, boolean[]>();
  // Inputs have smaller numbers than the nodes that read them, so every reader comes before what it reads.
  const nodes = reachable(outputs).sort((a, b) => b.id - a.id);
  const unique = uniqueKeys(nodes.toReversed());
  for (const node of nodes) {
    const own = needsOf(needed, node);
    const read: Read = (input, position) => {
      needsOf(needed, node.inputs[input])[position] = true;
    };
    const looked = looks[node.operator];
    const rule = rules[node.operator];
    assert(looked !== undefined || rule !== undefined, `no rule says what ${node.operator} reads`);
    if (looked !== undefined) {
      readThrough(0, own, read);
      for (const position of looked(node.options)) read(0, position);
    }
    rule?.(node, own, read, unique);
  }
  return needed;
}

function needsOf(needed: Map<number, boolean[]>, node: PlanNode): boolean[] {
  let needs = needed.get(node.id);
  if (needs === undefined) {
    needs = node.columns.map(() => false);
    needed.set(node.id, needs);
  }
  return needs;
}

/** Operators that hand the columns of their input on, and which of them they look at themselves. */
const looks: Partial<Record<string, (options: unknown) => readonly number[]>> = {
  filter: (options) => [(options as FilterOptions).column],
  flatten: (options) => [(options as FlattenOptions).column],
  interpolate(options) {
    const { time, instance } = options as InterpolateOptions;
    return [time, ...instance];
  },
  keyBy: (options) => [(options as KeyByOptions).pointer],
  reindex: () => [],
  rekey: (options) => (options as RekeyOptions).keys,
  requireMatch(options) {
    const { column, pointer } = options as RequireMatchOptions;
    return [column, pointer];
  },
};

/** What any other node reads of its inputs, given which of its own columns are read. */
const rules: Partial<Record<string, Rule>> = {
  source: () => {},

  select(node, own, read) {
    const { expressions } = node.options as SelectOptions;
    const [positions] = columnsRead(...expressions.filter((_, i) => own[i]));
    for (const position of positions ?? []) read(0, position);
  },

  applyAsync(node, own, read) {
    const count = node.inputs[0].columns.length;
    readThrough(0, own.slice(0, count), read);
    (node.options as ApplyAsyncOptions).calls.forEach(({ args }, i) => {
      if (own[count + i]) for (const position of args) read(0, position);
    });
  },

  /** Every column: a row that changes in any of them is offered again, whoever reads it afterwards. */
  deduplicate(node, _, read) {
    node.columns.forEach((_, position) => {
      read(0, position);
    });
  },

  groupBy(node, own, read) {
    const { keys, reductions } = node.options as GroupByOptions;
    for (const position of keys) read(0, position);
    reductions.forEach(({ args }, i) => {
      if (own[keys.length + i]) for (const position of args) read(0, position);
    });
  },

  join(node, own, read) {
    const { leftKeys, rightKeys } = node.options as JoinOptions;
    for (const position of leftKeys) read(0, position);
    for (const position of rightKeys) read(1, position);
    const leftCount = node.inputs[0].columns.length;
    own.forEach((isRead, i) => {
      if (isRead) read(i < leftCount ? 0 : 1, i < leftCount ? i : i - leftCount);
    });
  },

  sort(node, own, read, unique) {
    const { options, inputs } = node;
    const [{ columns }] = inputs;
    const { key, instance, previous } = options as SortOptions;
    if (unique.get(inputs[0]) === true) readThrough(0, own.slice(0, columns.length), read);
    else readAll(node, read);
    for (const position of [key, ...instance]) read(0, position);
    previous.forEach((position, i) => {
      if (own[columns.length + 2 + i]) read(0, position);
    });
  },

  concat(node, own, read) {
    node.inputs.forEach((_, input) => readThrough(input, own, read));
  },

  removeErrors: (node, _, read) => readAll(node, read),

  /** Every column: a row that changes in any of them is an event, whoever reads it afterwards. */
  toStream: (node, _, read) => readAll(node, read),
  fromStream: (node, _, read) => readAll(node, read),

  updateRows(_, own, read) {
    readThrough(0, own, read);
    readThrough(1, own, read);
  },

  output: (node, _, read) => readAll(node, read),
};

function readAll(node: PlanNode, read: Read): void {
  node.inputs[0].columns.forEach((_, position) => read(0, position));
}

function readThrough(input: number, own: readonly boolean[], read: Read): void {
  own.forEach((isRead, position) => {
    if (isRead) read(input, position);
  });
}
