import { parseAst } from "vitest/node";

/** A node of a syntax tree: what stands in the source from `start` to `end`. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [part: string]: unknown;
}

/** The tree of a TypeScript module. */
export function parsed(source: string, file: string): SyntaxNode {
  return parseAst(source, { lang: "ts" }, file) as unknown as SyntaxNode;
}

/** The nodes below one, in the order of the source, with the name of the part that each is. */
export function partsOf(node: SyntaxNode): { readonly name: string; readonly part: SyntaxNode }[] {
  const parts: { name: string; part: SyntaxNode }[] = [];
  for (const [name, value] of Object.entries(node))
    for (const part of Array.isArray(value) ? value : [value]) if (isNode(part)) parts.push({ name, part });
  return parts.sort((a, b) => a.part.start - b.part.start);
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && typeof (value as SyntaxNode).type === "string";
}
