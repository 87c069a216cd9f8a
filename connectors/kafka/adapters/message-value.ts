import { jsonText, unwritable } from "../../../lib/pipe/json-text.ts";

/**
 * What stands for a value in a message: texts, bytes and null as they are, numbers and booleans as their text, a plain
 * object as JSON (bytes within it as base64, dates as ISO 8601). Throws TP_PIPE_VALUE for anything else.
 */
export function messageValue(value: unknown): Uint8Array | string | null {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
    case "boolean":
      return String(value);
    case "object":
      if (value === null || value instanceof Uint8Array) return value;
      if (isPlain(value)) return jsonText(value);
  }
  throw unwritable(
    `${described(value)} cannot be the value of a message`,
    "Make a text, a number, a boolean, bytes, null or a plain object of it in `transform`.",
  );
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function described(value: unknown): string {
  if (value === undefined) return "undefined";
  if (Array.isArray(value)) return "an array";
  if (typeof value !== "object" || value === null) return `a ${typeof value}`;
  return `an object of class ${value.constructor?.name ?? "unknown"}`;
}
