import { nearest } from "../base/nearest.ts";
import { formatSite, type SourceSite, userSite } from "../base/source-site.ts";
import type { Columns } from "../data/schema.ts";
import { TowpathError } from "../errors.ts";
import { Column } from "../expressions/expression.ts";
import type { ColumnNode, KeyNode } from "../expressions/node.ts";
import type { PlanNode } from "../plan/node.ts";
import type { Plan } from "../plan/plan.ts";

/** Columns of `node` from position `from` on are those of the table object (or callback argument) `owner`. */
export interface Side {
  readonly owner: number;
  readonly from: number;
}

/**
 * What expressions can be said over: the columns of a plan node, under the names and objects by which the user knows
 * them. One side for a table; for a join one for each table and one for each callback argument.
 */
export interface Scope {
  readonly plan: Plan;
  readonly node: PlanNode;
  readonly sides: readonly Side[];
  /** The callback's arguments. */
  readonly records: readonly object[];
  /** Why a column of this owner is refused although the table takes part: a hint. */
  readonly refused: ReadonlyMap<number, string>;
  /** Of pairs: the sides whose rows' keys they have (`id` of a join). A table's rows have those of all its sides. */
  readonly keyOwners?: ReadonlySet<number>;
  /** Brings in the columns of a table that has a row for each row of this one (see companion.ts). */
  attach?(owner: number): Side | undefined;
}

/** The same objects over another node with the same columns. */
export function withNode(scope: Scope, node: PlanNode): Scope {
  return { ...scope, node };
}

/** What was given, or what the callback makes of the scope's columns. */
export function said(scope: Scope, given: unknown): unknown {
  return typeof given === "function" ? given(...scope.records) : given;
}

/** The user's column → the column of the scope's node. Throws TP_COLUMN_FOREIGN for a column of another table. */
export function resolve(scope: Scope, column: ColumnNode, site: SourceSite | null): ColumnNode {
  const side =
    scope.sides.find((candidate) => candidate.owner === column.owner) ?? scope.attach?.(column.owner);
  if (side === undefined) throw foreign(scope, column, site);
  const position = side.from + column.position;
  return { kind: "column", owner: 0, name: column.name, position, type: scope.node.columns[position].type };
}

/** Whose key is that of the scope's own rows. */
export function keyOwnersOf({ records, sides, keyOwners }: Scope): ReadonlySet<number> {
  if (records.length === 1) return new Set(sides.map(({ owner }) => owner));
  return keyOwners ?? new Set();
}

/** The key of the scope's own rows. Throws TP_COLUMN_FOREIGN for that of another table, or of one side of a join. */
export function resolveKey(scope: Scope, key: KeyNode, site: SourceSite | null): KeyNode {
  if (keyOwnersOf(scope).has(key.owner)) return { ...key, owner: 0 };
  const isSide = scope.sides.some((candidate) => candidate.owner === key.owner);
  if (!isSide && !scope.refused.has(key.owner)) throw foreign(scope, key, site);
  throw new TowpathError("TP_COLUMN_FOREIGN", "the rows of a join have keys of their own", {
    where: formatSite(site),
    hint: "Give the table its key as a column before: t.withColumns({ id: pw.keyOf(t) }).join(…).",
  });
}

function foreign(scope: Scope, column: ColumnNode | KeyNode, site: SourceSite | null): TowpathError {
  const what = column.kind === "key" ? "the key" : `column "${column.name}"`;
  const refused = scope.refused.get(column.owner);
  const made = scope.plan.siteOfOwner(column.owner);
  const whose =
    refused !== undefined
      ? "is ambiguous here"
      : made === undefined
        ? "belongs to a table of another graph"
        : `belongs to another table, the one made at ${formatSite(made)}`;
  return new TowpathError("TP_COLUMN_FOREIGN", `${what} ${whose}`, {
    where: formatSite(site),
    hint:
      refused ??
      "Use the columns of the table itself, or a callback such as (c) => ({ x: c.x }), or join the two tables.",
  });
}

/**
 * A callback's argument: each column under its name on an object without prototype, so that no name is special.
 * A name that is no column throws TP_COLUMN_UNKNOWN, because plain JS would go on with undefined.
 */
export function columnRecord(columns: Columns, owner: number): object {
  const record: Record<string, unknown> = Object.create(null);
  columns.forEach(({ name, type }, position) => {
    record[name] = new Column({ kind: "column", owner, name, position, type });
  });
  const guarded = new Proxy(Object.freeze(record), {
    get(target, name) {
      if (typeof name === "symbol" || name in target) return target[name as string];
      if (isProbe(name)) return undefined;
      throw unknownColumn(name, columns);
    },
  });
  owners.set(guarded, owner);
  return guarded;
}

const owners = new WeakMap<object, number>();

/** The table object, or callback argument, that a record stands for; undefined for anything else. */
export function ownerOfRecord(record: object): number | undefined {
  return owners.get(record);
}

/** Names that runtimes and test tools look up on any object to see what it is. */
const probes: ReadonlySet<string> = new Set([
  "then",
  "toJSON",
  "asymmetricMatch",
  "nodeType",
  "tagName",
  "length",
]);

export function isProbe(name: string): boolean {
  return probes.has(name) || name.startsWith("@@") || name.startsWith("$$");
}

export function unknownColumn(name: string, columns: Columns): TowpathError {
  const names = columns.map((column) => column.name);
  const meant = nearest(name, names);
  const list = names.map((known) => `"${known}"`).join(", ");
  return new TowpathError("TP_COLUMN_UNKNOWN", `there is no column "${name}"`, {
    where: formatSite(userSite()),
    hint: `${meant === undefined ? "" : `Did you mean "${meant}"? `}The columns are ${list}.`,
  });
}
