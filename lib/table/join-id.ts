import type { SourceSite } from "../base/source-site.ts";
import { Expression } from "../expressions/expression.ts";
import type { KeyNode } from "../expressions/node.ts";
import { badArgument } from "./names.ts";
import type { Scope } from "./scope.ts";
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
  [left, right]: readonly { readonly record: object; readonly scope: Scope }[],
  options: { readonly id?: unknown } | undefined,
  site: SourceSite | null,
): "left" | "right" | null {
  if (options === undefined) return null;
  const unknown = Object.keys(options).find((name) => name !== "id");
  if (unknown !== undefined)
    throw badArgument(`join has no option ${JSON.stringify(unknown)}; it has id`, site);
  const id: unknown = typeof options.id === "function" ? options.id(left.record, right.record) : options.id;
  const node = id instanceof Expression ? id.node : undefined;
  const hint = "Give the key of one side: { id: pw.keyOf(orders) }, or { id: (left) => pw.keyOf(left) }.";
  if (node?.kind !== "key") throw badArgument("the id of a join is not the key of a side", site, hint);
  const has = ({ scope }: { readonly scope: Scope }): boolean =>
    scope.sides.some(({ owner }) => owner === node.owner);
  const sides = (["left", "right"] as const).filter((_, i) => has(i === 0 ? left : right));
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
