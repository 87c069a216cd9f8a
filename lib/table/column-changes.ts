import type { SourceSite } from "../base/source-site.ts";
import { castNode } from "../expressions/build.ts";
import { badArgument, describe } from "./names.ts";
import { type Scope, said } from "./scope.ts";
import {
  allColumns,
  checkDistinct,
  checkSome,
  columnAt,
  type Entry,
  entriesSaid,
  positionSaid,
  selectionOf,
} from "./selection.ts";

/** All columns of a table and these; one of the same name stands in its place. */
export function addedColumns(scope: Scope, given: unknown, site: SourceSite | null): readonly Entry[] {
  const own = allColumns(scope.node);
  const added = new Map(
    selectionOf(scope, given, "withColumns", site).map((entry) => [entry.name, entry] as const),
  );
  const kept = own.map((entry) => added.get(entry.name) ?? entry);
  return [...kept, ...[...added.values()].filter((entry) => !kept.includes(entry))];
}

/** All columns but those given. */
export function remainingColumns(
  scope: Scope,
  given: readonly unknown[],
  site: SourceSite | null,
): readonly Entry[] {
  const dropped = new Set(
    given.flatMap((item) => said(scope, item)).map((item) => positionSaid(scope, item, "without", site)),
  );
  const kept = allColumns(scope.node).filter((_, position) => !dropped.has(position));
  return checkSome(kept, "without", site);
}

/** All columns, some under the new names given. */
export function renamedColumns(scope: Scope, given: unknown, site: SourceSite | null): readonly Entry[] {
  const renamed = new Map<number, string>();
  for (const { name, value } of entriesSaid(scope, given, "rename")) {
    const position = positionSaid(scope, value, "rename", site);
    if (renamed.has(position)) {
      throw badArgument(`rename gives column "${scope.node.columns[position].name}" two names`, site);
    }
    renamed.set(position, name);
  }
  const entries = allColumns(scope.node).map((entry, i) => ({
    ...entry,
    name: renamed.get(i) ?? entry.name,
  }));
  checkDistinct(entries, "rename", site);
  return entries;
}

/** All columns, some cast to the types given. */
export function castColumns(scope: Scope, given: unknown, site: SourceSite | null): readonly Entry[] {
  const entries = allColumns(scope.node);
  for (const { name, value } of entriesSaid(scope, given, "castTypes")) {
    const position = positionSaid(scope, name, "castTypes", site);
    if (typeof value !== "string") {
      throw badArgument(`castTypes takes types such as "float", not ${describe(value)}`, site);
    }
    entries[position] = { name, expression: castNode(columnAt(scope.node, position), value) };
  }
  return entries;
}
