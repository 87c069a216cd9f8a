import type { ColumnNode, ExpressionNode, KeyNode } from "./node.ts";

/** Positions of the columns that an expression reads, by input: `columnsRead(node)[0]` are those of the first. */
export function columnsRead(...nodes: readonly ExpressionNode[]): ReadonlySet<number>[] {
  const read: Set<number>[] = [];
  for (const node of nodes) {
    visit(node, (part) => {
      if (part.kind !== "column") return;
      while (read.length <= part.owner) read.push(new Set());
      read[part.owner].add(part.position);
    });
  }
  return read;
}

/** Whether an expression reads the key of a row. */
export function readsKey(node: ExpressionNode): boolean {
  let reads = false;
  visit(node, (part) => {
    if (part.kind === "key") reads = true;
  });
  return reads;
}

/** Whether the same row always gives the same value, so that a retraction can be computed again. */
export function isDeterministic(node: ExpressionNode): boolean {
  let deterministic = true;
  visit(node, (part) => {
    if (part.kind === "apply" && !part.deterministic) deterministic = false;
  });
  return deterministic;
}

/** The parts of an expression that stand in more than one place of it: they are computed once. */
export function sharedParts(node: ExpressionNode): ReadonlySet<ExpressionNode> {
  const shared = new Set<ExpressionNode>();
  visit(
    node,
    () => {},
    (part) => {
      if (part.kind === "call" || part.kind === "apply") shared.add(part);
    },
  );
  return shared;
}

/** Visits each part once, however often it is used; `again` is told of further uses. */
function visit(
  root: ExpressionNode,
  each: (part: ExpressionNode) => void,
  again: (part: ExpressionNode) => void = () => {},
): void {
  const seen = new Set<ExpressionNode>();
  const go = (node: ExpressionNode): void => {
    if (seen.has(node)) {
      again(node);
      return;
    }
    seen.add(node);
    each(node);
    if ("args" in node) node.args.forEach(go);
  };
  go(root);
}

/**
 * Replaces the columns (and keys) of an expression, keeping what does not change. Shared parts are visited once, so
 * that an expression made by doubling itself stays as small as it is.
 */
export function mapColumns(
  node: ExpressionNode,
  replace: (column: ColumnNode) => ExpressionNode,
  replaceKey: (key: KeyNode) => ExpressionNode = (key) => key,
  done: Map<ExpressionNode, ExpressionNode> = new Map(),
): ExpressionNode {
  const known = done.get(node);
  if (known !== undefined) return known;
  let result = node;
  if (node.kind === "column") result = replace(node);
  else if (node.kind === "key") result = replaceKey(node);
  else if (node.kind !== "literal") {
    const args = node.args.map((arg) => mapColumns(arg, replace, replaceKey, done));
    if (args.some((arg, i) => arg !== node.args[i])) result = { ...node, args };
  }
  done.set(node, result);
  return result;
}
