import { adapted } from "../literal.ts";
import type { FunctionDefinition } from "./function-definition.ts";
import { plainType } from "./type-rules.ts";
import { mapValues } from "./values.ts";

/** Values in one array; a null stays one in it. */
export const makeTuple: FunctionDefinition = {
  type: () => plainType("any"),
  compile: (call) => mapValues(call, (...values) => [...values]),
};

const containerHint = "get reads from json, tuples and arrays.";

/**
 * An element of json or of a dynamic array or object, by place (a negative one from the end) or by name; where there is
 * none, the default, or null. Never fails by itself.
 */
export const get: FunctionDefinition = {
  operands: ([container, key, ...rest]) => [
    container,
    key,
    ...rest.map((node) => adapted(node, plainType(container.type.name))),
  ],
  type: ([container, key, instead]) => {
    if (container.name !== "json" && container.name !== "any") return containerHint;
    if (key.name !== "int" && key.name !== "str" && key.name !== "any")
      return "A place is an int, a name a str.";
    const wrong = instead !== undefined && container.name === "json" && instead.name !== "json";
    if (wrong) return 'The default must be json too: write .cast("json").';
    return { name: container.name, optional: true };
  },
  compile: (call) =>
    // The default may stand for an element of null.
    mapValues(
      call,
      (container, key, instead = null) => {
        const element = elementOf(container, key);
        return element === undefined ? instead : element;
      },
      { seesNull: true },
    ),
};

/** undefined where there is no such element. */
function elementOf(container: unknown, key: unknown): unknown {
  if (Array.isArray(container)) return Number.isInteger(key) ? container.at(key as number) : undefined;
  const isObject = typeof container === "object" && container !== null && typeof key === "string";
  return isObject && Object.hasOwn(container, key) ? (container as Record<string, unknown>)[key] : undefined;
}
