import type { SourceSite } from "../base/source-site.ts";
import type { PlanNode } from "../plan/node.ts";
import { conditionsSaid, selfHint } from "./join-condition.ts";
import { idSaid, isOptions, rowKey } from "./join-id.ts";
import { columnRecord, keyOwnersOf, ownerOfRecord, type Scope, type Side } from "./scope.ts";
import { placed } from "./selection.ts";
import type { JoinMode } from "./types.ts";

const outerHint =
  "After an outer join take the callback's columns, whose types know null: .select((left, right) => ({ … })).";

/**
 * Joins the tables of two scopes; `conditions` as the user said them. The left scope may be that of a join: its
 * callbacks' arguments then come before the right one's.
 */
export function joinScope(
  mode: JoinMode,
  left: Scope,
  right: Scope,
  conditions: readonly unknown[],
  site: SourceSite | null,
): Scope {
  const { plan } = left;
  const sides = [callbackScope(left), callbackScope(right)] as const;
  const said = conditions.filter((item) => !isOptions(item));
  const pairs = conditionsSaid(...sides, said, site);
  const id = idSaid(mode, sides, conditions.find(isOptions), site);
  const place = (side: "left" | "right", { node }: Scope) =>
    placed(plan, node, [...pairs.map((pair) => pair[side]), ...(id === side ? [rowKey] : [])], site);
  const l = place("left", left);
  const r = place("right", right);
  const columns = [
    ...unmatched(l.node, mode === "right" || mode === "outer"),
    ...unmatched(r.node, mode === "left" || mode === "outer"),
  ];
  const node = plan.add({
    operator: "join",
    inputs: [l.node, r.node],
    options: {
      mode,
      leftKeys: l.positions.slice(0, pairs.length),
      rightKeys: r.positions.slice(0, pairs.length),
    },
    columns,
    appendOnly: mode === "inner" && left.node.appendOnly && right.node.appendOnly,
    site,
  });
  const width = l.node.columns.length;
  if (id === null) return pairsScope(mode, left, right, { node, rightFrom: width, id }, site);
  const key = id === "left" ? l.positions[pairs.length] : width + r.positions[pairs.length];
  const options = { said: "join", by: "pointer", keys: [key] };
  const keyed = plan.add({ operator: "rekey", inputs: [node], options, columns, appendOnly: false, site });
  return pairsScope(mode, left, right, { node: keyed, rightFrom: width, id }, site);
}

/** The node of a join: the right side's columns start at `rightFrom`, and its rows have the keys of the side `id`. */
interface Pairs {
  readonly node: PlanNode;
  readonly rightFrom: number;
  readonly id: "left" | "right" | null;
}

function pairsScope(
  mode: JoinMode,
  left: Scope,
  right: Scope,
  { node, rightFrom, id }: Pairs,
  site: SourceSite | null,
): Scope {
  const { plan } = left;
  const parts = [...newSides(left, node, 0, site), ...newSides(right, node, rightFrom, site)];
  const refused = new Map(left.refused);
  const mine = new Set(left.sides.map(({ owner }) => owner));
  for (const { owner } of right.sides)
    if (mine.has(owner) || refused.has(owner)) refused.set(owner, selfHint);
  const shifted = right.sides.map(({ owner, from }) => ({ owner, from: from + rightFrom }));
  const tables = [...left.sides, ...shifted];
  if (mode !== "inner") for (const { owner } of tables) refused.set(owner, outerHint);
  const keyed = id === null ? new Set<number>() : keyOwnersOf(id === "left" ? left : right);
  return {
    plan,
    node,
    sides: [...parts.map(({ side }) => side), ...tables.filter(({ owner }) => !refused.has(owner))],
    records: parts.map(({ record }) => record),
    refused,
    keyOwners: withNewOwners(keyed, parts),
  };
}

/** The same table, or pairs, with columns of their own as the callback's arguments, so that a self-join can tell them. */
function callbackScope(scope: Scope): Scope {
  const parts = newSides(scope, scope.node, 0, null);
  return {
    ...scope,
    sides: [...scope.sides, ...parts.map(({ side }) => side)],
    records: parts.map(({ record }) => record),
    keyOwners: withNewOwners(keyOwnersOf(scope), parts),
  };
}

/** A callback's argument for the join, made of one that its left or right side has. */
interface NewSide {
  readonly record: object;
  readonly side: Side;
  /** The owner of the columns that it is made of. */
  readonly of: number;
}

/** New callback's arguments for those of a scope, whose columns stand in `node` from `from` on. */
function newSides(scope: Scope, node: PlanNode, from: number, site: SourceSite | null): NewSide[] {
  return scope.records.map((record) => {
    const of = ownerOfRecord(record) as number;
    const first = from + (scope.sides.find(({ owner }) => owner === of) as Side).from;
    const owner = scope.plan.addOwner(site);
    const columns = node.columns.slice(first, first + Object.keys(record).length);
    return { record: columnRecord(columns, owner), side: { owner, from: first }, of };
  });
}

/** These owners, and those of the new sides made of theirs. */
function withNewOwners(owners: ReadonlySet<number>, parts: readonly NewSide[]): ReadonlySet<number> {
  return new Set([...owners, ...parts.filter(({ of }) => owners.has(of)).map(({ side }) => side.owner)]);
}

function unmatched(node: PlanNode, optional: boolean): PlanNode["columns"] {
  return node.columns.map(({ name, type }) =>
    Object.freeze({ name, type: optional ? { name: type.name, optional: true } : type }),
  );
}
