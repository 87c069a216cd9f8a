import { userSite } from "../base/source-site.ts";
import type { PlanNode } from "../plan/node.ts";
import type { Plan } from "../plan/plan.ts";
import { badArgument, describe } from "./names.ts";
import type { Scope } from "./scope.ts";

const scopes = new WeakMap<object, Scope>();
const scopesByOwner = new WeakMap<Plan, Map<number, Scope>>();

/** Makes an object a table: what methods that take tables know of it. */
export function bindScope(table: object, scope: Scope): void {
  scopes.set(table, scope);
  const ofPlan = scopesByOwner.get(scope.plan) ?? new Map<number, Scope>();
  scopesByOwner.set(scope.plan, ofPlan);
  for (const { owner } of scope.sides) ofPlan.set(owner, scope);
}

/** The table whose columns have this owner; undefined for the arguments of a join's callback. */
export function scopeOfOwner(plan: Plan, owner: number): Scope | undefined {
  return scopesByOwner.get(plan)?.get(owner);
}

/** Throws TP_BAD_ARGUMENT for anything that is no table. */
export function scopeOf(table: object): Scope {
  const scope = typeof table === "object" && table !== null ? scopes.get(table) : undefined;
  if (scope === undefined) throw badArgument(`a table is expected here, not ${describe(table)}`, userSite());
  return scope;
}

/** The plan node behind a table. Throws TP_BAD_ARGUMENT for anything that is no table. */
export function nodeOf(table: object): PlanNode {
  return scopeOf(table).node;
}

/** The number by which the columns of a table object know it. */
export function ownerOf(table: object): number {
  return scopeOf(table).sides[0].owner;
}

/** The graph that a table belongs to. */
export function planOf(table: object): Plan {
  return scopeOf(table).plan;
}
