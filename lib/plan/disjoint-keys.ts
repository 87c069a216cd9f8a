import type { FilterOptions } from "../operators/filter.ts";
import type { ReindexOptions } from "../operators/reindex.ts";
import type { PlanNode } from "./node.ts";
import type { SourceSpec } from "./specs.ts";

/** What is known of a table's keys. */
interface Keyspace {
  /** Tables of different origins share no key; null where nothing is known. */
  readonly origin: string | null;
  /** The halves of splits that its rows have come through: which one, by the number of the node that was split. */
  readonly halves: ReadonlyMap<number, 0 | 1>;
}

/**
 * Whether no two of these tables can have a row of one key, whatever their rows: tables of sources that make keys of
 * their own, halves of one split, tables that were numbered apart.
 */
export function areDisjoint(nodes: readonly PlanNode[]): boolean {
  const spaces = nodes.map(keyspaceOf);
  return spaces.every((one, i) => spaces.slice(i + 1).every((other) => differ(one, other)));
}

function differ(one: Keyspace, other: Keyspace): boolean {
  if (one.origin !== null && other.origin !== null && one.origin !== other.origin) return true;
  return [...one.halves].some(([split, half]) => (other.halves.get(split) ?? half) !== half);
}

/** Operators whose rows are rows of their first input, under the same keys. */
const keepKeys: ReadonlySet<string> = new Set([
  "filter",
  "interpolate",
  "removeErrors",
  "requireMatch",
  "select",
  "sort",
]);

function keyspaceOf(node: PlanNode): Keyspace {
  const { operator, options, inputs } = node;
  if (operator === "source") {
    const { ownKeys, connector, name } = options as SourceSpec;
    return { origin: ownKeys === true ? `${connector} ${name}` : null, halves: new Map() };
  }
  if (operator === "reindex")
    return { origin: `number ${(options as ReindexOptions).number}`, halves: new Map() };
  if (!keepKeys.has(operator)) return { origin: null, halves: new Map() };
  const space = keyspaceOf(inputs[0]);
  const half = operator === "filter" ? (options as FilterOptions).half : undefined;
  if (half === undefined) return space;
  // The matching rows are told by a column of what was split, the rest by one computed behind it.
  const split = half === 0 ? inputs[0] : inputs[0].inputs[0];
  return { ...space, halves: new Map([...space.halves, [split.id, half]]) };
}
