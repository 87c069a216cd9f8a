import { TowpathError } from "../errors.ts";

/**
 * A value as JSON: bytes within it as base64, dates as ISO 8601. Throws TP_PIPE_VALUE for what JSON cannot say: bigints,
 * NaN and infinities, undefined as a whole, objects that hold themselves.
 */
export function jsonText(value: unknown): string {
  let text: string | undefined;
  try {
    text = isFlat(value) ? JSON.stringify(value) : JSON.stringify(value, writable);
  } catch (error) {
    if (error instanceof TowpathError) throw error;
    throw unwritable(`it cannot be written as JSON: ${(error as Error).message.split("\n")[0]}`);
  }
  if (text === undefined) throw unwritable(`${typeof value} cannot be written as JSON`);
  return text;
}

/** Whether it holds nothing but texts, booleans, nulls and numbers that JSON has, so that no look at each is needed. */
function isFlat(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { toJSON } = value as { readonly toJSON?: unknown };
  if (toJSON !== undefined || Array.isArray(value)) return false;
  for (const name in value) {
    const field = (value as Record<string, unknown>)[name];
    if (typeof field === "string" || typeof field === "boolean" || field === null) continue;
    if (typeof field !== "number" || !Number.isFinite(field)) return false;
  }
  return true;
}

/** A replacer of JSON.stringify; `this` is what holds the value, `made` what the value's own `toJSON` made of it. */
function writable(this: unknown, name: string, made: unknown): unknown {
  if (typeof made !== "object" && typeof made !== "bigint" && typeof made !== "number") return made;
  const value = (this as Record<string, unknown>)[name];
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (typeof value === "bigint" || (typeof value === "number" && !Number.isFinite(value))) {
    throw unwritable(`the field ${JSON.stringify(name)} is ${String(value)}, for which JSON has nothing`);
  }
  return made;
}

/** A row that cannot be written. */
export function unwritable(detail: string, hint?: string): TowpathError {
  return new TowpathError("TP_PIPE_VALUE", detail, {
    hint: hint ?? "Make something else of it in `transform`.",
  });
}
