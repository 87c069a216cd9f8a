/**
 * Values as the oracle sees them: plain JS values, null, and ERROR for a failed cell.
 * Nothing here uses the engine's code, so that both cannot be wrong in the same way.
 */
export const ERROR: unique symbol = Symbol.for("towpath.ERROR");

/**
 * A text that equal values share and no others: -0 is 0, all NaN are one, `1` and `"1"` differ, null equals null,
 * objects are equal whatever the order of their names (design.md, Keys).
 */
export function canonical(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (value === ERROR) return "ERROR";
  if (typeof value === "number") return value === 0 ? "0" : String(value);
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString("hex")}`;
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const entries = Object.entries(value as object).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${canonical(item)}`).join(",")}}`;
}

export function isEqual(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function rank(value: unknown): number {
  if (value === null) return 0;
  if (typeof value === "boolean") return 1;
  if (typeof value === "number") return 2;
  if (typeof value === "bigint") return 3;
  if (typeof value === "string") return 4;
  return value instanceof Uint8Array ? 5 : Array.isArray(value) ? 6 : 7;
}

/** null < bool < number (NaN last) < bigint < text by code point < bytes < arrays < objects by their JSON. */
export function order(a: unknown, b: unknown): number {
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (isEqual(a, b)) return 0;
  if (typeof a === "number")
    return Number.isNaN(a) ? 1 : Number.isNaN(b) ? -1 : a - (b as number) < 0 ? -1 : 1;
  if (typeof a === "string") return orderOfLists(codePoints(a), codePoints(b as string));
  if (a instanceof Uint8Array) return orderOfLists([...a], [...(b as Uint8Array)]);
  if (Array.isArray(a)) return orderOfArrays(a, b as unknown[]);
  if (typeof a === "bigint" || typeof a === "boolean") return a < (b as bigint | boolean) ? -1 : 1;
  return orderOfLists(codePoints(canonical(a)), codePoints(canonical(b)));
}

function orderOfArrays(a: readonly unknown[], b: readonly unknown[]): number {
  const different = a.findIndex((item, i) => i >= b.length || !isEqual(item, b[i]));
  if (different < 0 || different >= b.length) return a.length - b.length;
  return order(a[different], b[different]);
}

function codePoints(text: string): number[] {
  return [...text].map((character) => character.codePointAt(0) as number);
}

function orderOfLists(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
