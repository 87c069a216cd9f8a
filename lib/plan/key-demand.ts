import { readsKey } from "../expressions/walk.ts";
import type { GroupByOptions } from "../operators/group-by.ts";
import type { SelectOptions } from "../operators/select.ts";
import { reducers } from "../reducers/index.ts";
import type { ReducerDefinition } from "../reducers/reducer.ts";
import type { PlanNode } from "./node.ts";
import type { SourceSpec } from "./specs.ts";

/**
 * The nodes whose rows' keys somebody reads. A join that nobody asks for keys neither makes nor remembers them, which
 * was a sixth of its work. `nodes` stand inputs first; `needed` are the columns read (lib/plan/demand.ts).
 *
 * Where rows can be deleted or share keys, consolidating and finding them reads keys; an error log names the keys of
 * failed rows wherever they are. Otherwise keys are read by outputs, by some reducers, and by operators that make new
 * keys of them or remember rows by them.
 */
export function keysRead(
  nodes: readonly PlanNode[],
  needed: ReadonlyMap<number, readonly boolean[]>,
  unique: ReadonlyMap<PlanNode, boolean>,
): ReadonlySet<number> {
  const read = new Set<number>();
  const all = nodes.some(listsFailures);
  for (const node of [...nodes].reverse()) {
    if (all || !node.appendOnly || unique.get(node) === false) read.add(node.id);
    if (readsInputs(node, needed.get(node.id) as readonly boolean[], read.has(node.id)))
      for (const input of node.inputs) read.add(input.id);
  }
  return read;
}

function listsFailures({ operator, options }: PlanNode): boolean {
  return operator === "source" && (options as SourceSpec).listsFailures === true;
}

/** `own`: somebody reads the keys of the node's own rows. */
function readsInputs({ operator, options }: PlanNode, columns: readonly boolean[], own: boolean): boolean {
  switch (operator) {
    case "select":
      return own || (options as SelectOptions).expressions.some((node, i) => columns[i] && readsKey(node));
    case "groupBy":
      return readsForAnswers(options as GroupByOptions, columns);
    case "filter":
    case "flatten":
    case "join":
    case "removeErrors":
      return own;
    default:
      return true;
  }
}

function readsForAnswers({ keys, reductions }: GroupByOptions, columns: readonly boolean[]): boolean {
  return reductions.some(({ reducer }, i) => {
    const { readsKeys }: ReducerDefinition = reducers[reducer as keyof typeof reducers];
    return columns[keys.length + i] && readsKeys !== false;
  });
}
