import { Map as ImmutableMap, List } from "immutable";

/** A part of an option that has parts of its own. */
export type Part =
  | { readonly kind: "list"; readonly items: readonly unknown[] }
  | { readonly kind: "record"; readonly names: readonly string[]; readonly items: readonly unknown[] };

/**
 * The parts of a value in a fixed order, or null for what has none. Sites of expressions are left out: where a thing
 * was said is no part of what it says. `literal`: the value stands in a literal, is the user's, and counts whole.
 */
export function partsOf(value: unknown, literal: boolean): Part | null {
  if (typeof value !== "object" || value === null) return null;
  if (value instanceof Uint8Array)
    return { kind: "record", names: ["bytes"], items: [Buffer.from(value).toString("hex")] };
  if (Array.isArray(value)) return { kind: "list", items: value };
  const isExpression = !literal && "kind" in value;
  const names = Object.keys(value)
    .filter(
      (name) => (value as Record<string, unknown>)[name] !== undefined && !(isExpression && name === "site"),
    )
    .sort();
  return { kind: "record", names, items: names.map((name) => (value as Record<string, unknown>)[name]) };
}

/** Whether the parts of `value` are the user's data rather than the plan's. */
export function isLiteral(value: unknown): boolean {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "literal";
}

/**
 * Numbers for values, equal for values that say the same (`immutable`'s equality; functions when identical).
 * A value is numbered from the numbers of its parts, so an expression that holds itself many times costs what it is.
 */
export class Structures {
  #numbers: ImmutableMap<unknown, number> = ImmutableMap();
  readonly #done = new WeakMap<object, number>();

  numberOf(value: unknown, literal = false): number {
    const parts = partsOf(value, literal);
    if (parts === null) return this.#number(value);
    const known = literal ? undefined : this.#done.get(value as object);
    if (known !== undefined) return known;
    const inLiteral = literal || isLiteral(value);
    const items = parts.items.map((item) => this.numberOf(item, inLiteral));
    const number = this.#number(
      List([parts.kind, ...(parts.kind === "record" ? parts.names : []), ...items]),
    );
    if (!literal) this.#done.set(value as object, number);
    return number;
  }

  #number(key: unknown): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers = this.#numbers.set(key, number);
    return number;
  }
}
