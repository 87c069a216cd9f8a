import { readCell } from "../../data/cell.ts";
import { Failed } from "../../data/coerce.ts";
import { ERROR } from "../../data/column.ts";
import { columnBuilder, writeCell } from "../../data/column-builder.ts";
import { ERROR_VALUE } from "../../data/value.ts";
import type { Compute } from "../frame.ts";
import { type Call, cellsOf, maskOf } from "./function-definition.ts";
import { Outcome } from "./outcome.ts";

/**
 * Computes a call cell by cell over JS values: for types without a kernel of their own, and rare conversions. A failed
 * operand makes the result fail, a null one makes it null where `type` of the result is optional and `seesNull` is not
 * said, else `fn` sees it. What `fn` returns has the result's type, or is a `Failed`, which is reported.
 */
export function mapValues(
  call: Call,
  fn: (...values: unknown[]) => unknown,
  { seesNull = false }: { readonly seesNull?: boolean } = {},
): Compute {
  const { args, type, site } = call;
  const nullForNull = type.optional && !seesNull;
  return (frame) => {
    const n = frame.length;
    const columns = args.map((arg) => cellsOf(arg, frame));
    const masks = args.map(maskOf);
    const builder = columnBuilder(type);
    const outcome = new Outcome(frame, site);
    const values: unknown[] = new Array(args.length);
    for (let row = 0; row < n; row++) {
      for (let i = 0; i < args.length; i++) values[i] = readCell(columns[i], args[i].type, row & masks[i]);
      const result = values.includes(ERROR_VALUE)
        ? ERROR_VALUE
        : nullForNull && values.includes(null)
          ? null
          : fn(...values);
      if (result instanceof Failed) {
        builder.setEmpty(row, ERROR);
        outcome.fail(row, result.detail);
      } else writeCell(builder, type, row, result);
    }
    return builder.finish(n);
  };
}

/** What a value is, for messages that do not show data: "null", "a text", "a number". */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "null";
  switch (typeof value) {
    case "string":
      return "a text";
    case "boolean":
      return "a boolean";
    case "number":
      return "a number";
    case "bigint":
      return "a bigint";
    default:
      if (value instanceof Uint8Array) return "bytes";
      return value instanceof Date ? "a date" : Array.isArray(value) ? "an array" : "an object";
  }
}
