import type { SourceSite } from "../base/source-site.ts";
import type { PlanNode } from "../plan/node.ts";
import type { Plan } from "../plan/plan.ts";
import type { Scope, Side } from "./scope.ts";
import { allColumns, type Entry, filterNode, predicateSaid, selectNode } from "./selection.ts";
import { scopeOfOwner } from "./table-scope.ts";

/**
 * A table with a row for each row of another one, its base, under the same key: what `ix`, `sort`, `diff` make. Its
 * columns can therefore stand beside those of the base in `select`, `withColumns` and `filter`, which then compute
 * them behind the base's own: `orders.select({ name: customers.ix(orders.customer).name })`.
 */
interface Companion {
  readonly base: Scope;
  /** How many columns it has. */
  readonly width: number;
  /** The node of a scope that starts with the base's columns, with the companion's behind all columns. */
  readonly extend: Extend;
}

type Extend = (scope: Scope) => PlanNode;

const companions = new WeakMap<Plan, Map<number, Companion>>();

/** Makes the table of columns with this owner a companion of `base`. */
export function bindCompanion(plan: Plan, owner: number, companion: Companion): void {
  const ofPlan = companions.get(plan) ?? new Map<number, Companion>();
  companions.set(plan, ofPlan.set(owner, companion));
}

/** The table that a column's rows are those of, in the end: its own, or the base of a companion. */
export function baseOf(plan: Plan, owner: number): Scope | undefined {
  const companion = companions.get(plan)?.get(owner);
  return companion?.base ?? scopeOfOwner(plan, owner);
}

/** A scope that brings in columns of companions where an expression uses them; its node grows behind its columns. */
export function attaching(scope: Scope): Scope {
  let { node } = scope;
  const sides: Side[] = [...scope.sides];
  const { plan, records, refused } = scope;
  const grown: Scope = {
    plan,
    records,
    refused,
    get node() {
      return node;
    },
    get sides() {
      return sides;
    },
    attach(owner) {
      const companion = companions.get(plan)?.get(owner);
      if (companion === undefined || companion.base.node !== scope.node) return undefined;
      node = companion.extend(grown);
      const side = { owner, from: node.columns.length - companion.width };
      sides.push(side);
      return side;
    },
  };
  return grown;
}

/** The node of the companion itself, without its base's columns. */
export function companionNode(base: Scope, width: number, extend: Extend, site: SourceSite | null): PlanNode {
  const node = extend(attaching(base));
  const own: readonly Entry[] = allColumns(node).slice(node.columns.length - width);
  return selectNode(base.plan, node, own, site);
}

/** `filter`, whose condition may use columns of companions. */
export function filterSaid(scope: Scope, condition: unknown, site: SourceSite | null): PlanNode {
  const own = attaching(scope);
  const predicate = predicateSaid(own, condition, "filter", site);
  const kept = filterNode(own.plan, own.node, predicate, site);
  return selectNode(own.plan, kept, allColumns(kept).slice(0, scope.node.columns.length), site);
}
