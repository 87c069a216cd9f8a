import { TowpathError } from "../errors.ts";

/**
 * A copy of a record, so that whoever reads it does not see what the writer does to it later, as it is with a broker
 * between them. Throws TP_OUTPUT_VALUE for what no channel carries: functions, symbols and objects of classes.
 */
export function copyOf(value: unknown): unknown {
  switch (typeof value) {
    case "function":
    case "symbol":
      throw new TowpathError("TP_OUTPUT_VALUE", `a ${typeof value} cannot be part of a record`);
    case "object":
      return value === null ? null : copyOfObject(value);
    default:
      return value;
  }
}

function copyOfObject(value: object): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (value instanceof Date) return new Date(value);
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, copyOf(part)]));
  }
  const { name } = value.constructor;
  throw new TowpathError("TP_OUTPUT_VALUE", `an object of class ${name} cannot be part of a record`, {
    hint: "Make a plain object of it.",
  });
}
