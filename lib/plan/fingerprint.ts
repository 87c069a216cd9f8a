import { createHash } from "node:crypto";
import type { PlanNode } from "./node.ts";
import type { SourceSpec } from "./specs.ts";
import { isLiteral, partsOf } from "./structure.ts";

/**
 * A hash of what a node computes, stable over runs and processes: operator, options, columns and inputs, all the way
 * down. Lines of the script are no part of it; of a function only that it is one, because its text may change with a
 * compiler's version and still say nothing of what it closes over. Of a source what it reads, not how (SourceSpec.identity).
 * `done` keeps the hashes of several calls' nodes.
 */
export function fingerprint(node: PlanNode, done = new Map<object, string>()): string {
  return nodeHash(node, done);
}

function nodeHash(node: PlanNode, done: Map<object, string>): string {
  const known = done.get(node);
  if (known !== undefined) return known;
  const { operator, columns } = node;
  const options = operator === "source" ? sourceIdentity(node.options) : node.options;
  const inputs = node.inputs.map((input) => nodeHash(input, done));
  const hash = valueText({ operator, inputs, options, columns }, false, done);
  done.set(node, hash);
  return hash;
}

function sourceIdentity(options: unknown): unknown {
  if (typeof options !== "object" || options === null || !("connector" in options)) return options;
  const { connector, name, describe, identity = describe, appendOnly, primaryKey } = options as SourceSpec;
  return { connector, name, identity, appendOnly, primaryKey };
}

/** A leaf's text, or the hash of its parts' texts: each part once, however often it is used. */
function valueText(value: unknown, literal: boolean, done: Map<object, string>): string {
  const parts = partsOf(value, literal);
  if (parts === null) return leafText(value);
  const known = literal ? undefined : done.get(value as object);
  if (known !== undefined) return known;
  const inLiteral = literal || isLiteral(value);
  const items = parts.items.map((item) => valueText(item, inLiteral, done));
  const names = parts.kind === "record" ? JSON.stringify(parts.names) : "";
  const hash = createHash("sha256")
    .update(`${parts.kind}${names}[${items.join()}]`)
    .digest("hex")
    .slice(0, 32);
  if (!literal) done.set(value as object, hash);
  return hash;
}

/** Unlike JSON it tells 1n from 1, and NaN and the infinities from null. */
function leafText(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "bigint":
      return `${value}n`;
    case "function":
      return "function";
    default:
      return String(value);
  }
}
