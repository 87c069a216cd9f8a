import type { SourceSite } from "../base/source-site.ts";
import type { ExpressionNode, KeyNode } from "../expressions/node.ts";
import type { PlanNode } from "../plan/node.ts";
import type { Plan } from "../plan/plan.ts";
import { allColumns, columnAt, type Entry, placed, selectNode } from "./selection.ts";

/** How rows of one table are looked up by key in another. */
export interface Lookup {
  /** The method, for messages. */
  readonly said: string;
  /** Of the rows that look: the key to look for. Default: their own. */
  readonly pointer?: ExpressionNode;
  /** What becomes of a row that finds none: it goes, its found columns are null, or the run fails. */
  readonly misses: "drop" | "null" | "fail";
  /** A null pointer finds nulls. */
  readonly optional?: boolean;
  /** Rows of the other table that no row looks for fail. */
  readonly allFound?: boolean;
}

/** The columns behind those of the rows that look: those of the row that was found, and its key. */
interface Found {
  readonly node: PlanNode;
  /** Position of the first found column. */
  readonly from: number;
  /** Position of the found row's key; null where none was found. */
  readonly key: number;
}

const ownKey: KeyNode = { kind: "key", owner: 0, type: { name: "pointer", optional: false } };

/**
 * Each row of `node` beside the row of `target` that it looks for, under its own key: a join of the pointer with the
 * target's keys, of which at most one agrees.
 */
export function lookupNode(
  plan: Plan,
  node: PlanNode,
  target: PlanNode,
  lookup: Lookup,
  site: SourceSite | null,
): Found {
  const { pointer = ownKey } = lookup;
  const left = placed(plan, node, [ownKey, pointer], site);
  const right = placed(plan, target, [ownKey], site);
  const [own, wanted] = left.positions;
  const joined = joinNode(plan, left.node, right.node, lookup, [wanted, right.positions[0]], site);
  const from = left.node.columns.length;
  const key = from + right.positions[0];
  const looking = lookup.allFound === true ? requireNode(plan, joined, lookup, own, key, site) : joined;
  const keyed = plan.add({
    operator: "keyBy",
    inputs: [looking],
    options: { pointer: own },
    columns: looking.columns,
    appendOnly: looking.appendOnly,
    site,
  });
  const found = lookup.misses === "fail" ? requireNode(plan, keyed, lookup, key, wanted, site) : keyed;
  return { node: found, from, key };
}

function joinNode(
  plan: Plan,
  left: PlanNode,
  right: PlanNode,
  { misses, allFound }: Lookup,
  [leftKey, rightKey]: readonly [number, number],
  site: SourceSite | null,
): PlanNode {
  const mode = allFound === true ? "outer" : misses === "drop" ? "inner" : "left";
  const nullable = (node: PlanNode, optional: boolean): PlanNode["columns"] =>
    node.columns.map(({ name, type }) =>
      Object.freeze({ name, type: optional ? { ...type, optional } : type }),
    );
  return plan.add({
    operator: "join",
    inputs: [left, right],
    options: { mode, leftKeys: [leftKey], rightKeys: [rightKey] },
    columns: [...nullable(left, allFound === true), ...nullable(right, mode !== "inner")],
    appendOnly: mode === "inner" && left.appendOnly && right.appendOnly,
    site,
  });
}

function requireNode(
  plan: Plan,
  node: PlanNode,
  { said, optional = false }: Lookup,
  column: number,
  pointer: number,
  site: SourceSite | null,
): PlanNode {
  const { columns, appendOnly } = node;
  const options = { said, column, pointer, optional };
  return plan.add({ operator: "requireMatch", inputs: [node], options, columns, appendOnly, site });
}

/** Some of a lookup's columns, in types of their own where the lookup knows better: none is missing after a check. */
export function typedColumns(node: PlanNode, from: number, types: PlanNode["columns"]): Entry[] {
  return types.map(({ name, type }, i) => ({ name, expression: { ...columnAt(node, from + i), type } }));
}

/** The node with these columns behind its first `width`. */
export function behind(
  plan: Plan,
  node: PlanNode,
  width: number,
  entries: readonly Entry[],
  site: SourceSite | null,
): PlanNode {
  return selectNode(plan, node, [...allColumns(node).slice(0, width), ...entries], site);
}
