import { type SourceSite, userSite } from "../base/source-site.ts";
import type { PlanNode } from "../plan/node.ts";
import type { Plan } from "../plan/plan.ts";
import { attaching } from "./companion.ts";
import { columnRecord, isProbe, type Scope, unknownColumn } from "./scope.ts";
import { type Entry, selectNode } from "./selection.ts";
import { type Table, TableMethods } from "./table.ts";
import { bindScope, scopeOf } from "./table-scope.ts";

/** A table over a plan node. */
export function createTable<C>(plan: Plan, node: PlanNode, site: SourceSite | null): Table<C> {
  const owner = plan.addOwner(site);
  const record = columnRecord(node.columns, owner);
  const table = new Proxy(new TableMethods<C>(), {
    get(target, name) {
      // A connector may give its table methods of its own (`pw.input`); they win over columns like the others.
      if (typeof name === "symbol" || isMethod(name) || Object.hasOwn(target, name))
        return Reflect.get(target, name);
      if (Object.hasOwn(record, name)) return Reflect.get(record, name);
      if (name in target || isProbe(name)) return Reflect.get(target, name);
      throw unknownColumn(name, node.columns);
    },
    has: (target, name) => Reflect.has(target, name) || Object.hasOwn(record, name),
  });
  const scope: Scope = {
    plan,
    node,
    sides: [{ owner, from: 0 }],
    records: [record],
    refused: new Map(),
  };
  bindScope(table, scope);
  return table as Table<C>;
}

/** The table of a node made from this one's. */
export function step<C>(table: object, make: (scope: Scope, site: SourceSite | null) => PlanNode): Table<C> {
  const site = userSite();
  const scope = scopeOf(table);
  return createTable(scope.plan, make(scope, site), site);
}

/** The table of these columns of this one. */
export function selected<C>(
  table: object,
  columns: (scope: Scope, site: SourceSite | null) => readonly Entry[],
): Table<C> {
  return step(table, (scope, site) => {
    const own = attaching(scope);
    const entries = columns(own, site);
    return selectNode(own.plan, own.node, entries, site);
  });
}

/** The names of all methods, of whichever class `TableMethods` has them from. */
function methodNames(): ReadonlySet<string> {
  const names = new Set<string>();
  for (let at = TableMethods.prototype; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) if (name !== "constructor") names.add(name);
  }
  return names;
}

let methods: ReadonlySet<string> | undefined;

function isMethod(name: string): boolean {
  methods ??= methodNames();
  return methods.has(name);
}
