import { createHash } from "node:crypto";
import { fromJS, is } from "immutable";
import type { PlanNode } from "./node.ts";

/**
 * Options as data with sorted names: sites of expressions are dropped (where a thing was said is no part of what it
 * says), bytes become their text, functions stay themselves. A literal's value is the user's: all of it counts.
 */
function plain(value: unknown, literal = false): unknown {
  if (Array.isArray(value)) return value.map((item) => plain(item, literal));
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString("hex") };
  if (typeof value !== "object" || value === null) return value;
  const isExpression = !literal && "kind" in value;
  const inLiteral = literal || (isExpression && value.kind === "literal");
  const result: Record<string, unknown> = Object.create(null);
  for (const name of Object.keys(value).sort()) {
    const item = (value as Record<string, unknown>)[name];
    if (item !== undefined && !(isExpression && name === "site")) result[name] = plain(item, inLiteral);
  }
  return result;
}

/** A value with `immutable`'s equality: equal for options that say the same. Functions are equal when identical. */
export function structureOf(value: unknown): unknown {
  return fromJS(plain(value));
}

/** Whether two values say the same, sites aside. */
export function sameStructure(a: unknown, b: unknown): boolean {
  return is(structureOf(a), structureOf(b));
}

/** Canonical text of plain data. Unlike JSON it tells 1n from "1", and NaN and the infinities from null. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join()}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}:${textOf(item)}`);
    return `{${entries.join()}}`;
  }
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

/**
 * A hash of what a node computes, stable over runs and processes: operator, options, columns and inputs, all the way
 * down. Lines of the script are no part of it; of a function only that it is one, because its text may change with a
 * compiler's version and still say nothing of what it closes over.
 */
export function fingerprint(node: PlanNode): string {
  return fingerprintOf(node, new Map());
}

function fingerprintOf(node: PlanNode, done: Map<number, string>): string {
  const known = done.get(node.id);
  if (known !== undefined) return known;
  const inputs = node.inputs.map((input) => fingerprintOf(input, done));
  const text = textOf(
    plain({ operator: node.operator, inputs, options: node.options, columns: node.columns }),
  );
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 32);
  done.set(node.id, hash);
  return hash;
}
