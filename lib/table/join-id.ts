import type { SourceSite } from "../base/source-site.ts";
import { Expression } from "../expressions/expression.ts";
import type { KeyNode } from "../expressions/node.ts";
import { badArgument } from "./names.ts";
import { keyOwnersOf, type Scope } from "./scope.ts";
import type { JoinMode } from "./types.ts";

/** The key of a side's own rows, bound. */
export const rowKey: KeyNode = { kind: "key", owner: 0, type: { name: "pointer", optional: false } };

/** Whether an argument of a join is its options, which stand behind the conditions. */
export function isOptions(item: unknown): item is { readonly id: unknown } {
  return typeof item === "object" && item !== null && !Array.isArray(item) && !(item instanceof Expression);
}

/** The side whose keys the pairs get; null where they get keys of their own. */
export function idSaid(
  mode: JoinMode,
  [left, right]: readonly [Scope, Scope],
  options: { readonly id?: unknown } | undefined,
  site: SourceSite | null,
): "left" | "right" | null {
  if (options === undefined) return null;
  const unknown = Object.keys(options).find((name) => name !== "id");
  if (unknown !== undefined)
    throw badArgument(`join has no option ${JSON.stringify(unknown)}; it has id`, site);
  const records = [...left.records, ...right.records];
  const id: unknown = typeof options.id === "function" ? options.id(...records) : options.id;
  const node = id instanceof Expression ? id.node : undefined;
  const hint = "Give the key of one side: { id: pw.keyOf(orders) }, or { id: (left) => pw.keyOf(left) }.";
  if (node?.kind !== "key") throw badArgument("the id of a join is not the key of a side", site, hint);
  const sides = (["left", "right"] as const).filter((_, i) =>
    keyOwnersOf(i === 0 ? left : right).has(node.owner),
  );
  if (sides.length === 0 && left.sides.some(({ owner }) => owner === node.owner)) {
    const keyed = "Give the former join that id too, or this one the key of the table that it joins.";
    throw badArgument("the rows of the join before have keys of their own", site, keyed);
  }
  if (sides.length !== 1)
    throw badArgument(
      `the id of a join is the key of ${sides.length === 0 ? "neither side" : "both sides"}`,
      site,
      hint,
    );
  const [side] = sides;
  if (mode === "outer" || mode === (side === "left" ? "right" : "left")) {
    throw badArgument(`the ${side} side of this join, whose keys were asked for, may have no row`, site);
  }
  return side;
}
