import { assert } from "../base/assert.ts";
import { enterCode, leaveCode, placeOf } from "../base/user-code.ts";
import { readCell } from "../data/cell.ts";
import { coerce, Failed } from "../data/coerce.ts";
import { ERROR } from "../data/column.ts";
import { columnBuilder, writeCell } from "../data/column-builder.ts";
import { type ColumnType, formatType } from "../data/type.ts";
import { ERROR_VALUE } from "../data/value.ts";
import { TowpathError } from "../errors.ts";
import type { Compute } from "./frame.ts";
import { cellsOf, maskOf, type Operand } from "./functions/function-definition.ts";
import { Outcome } from "./functions/outcome.ts";
import { kindOf } from "./functions/values.ts";
import type { ApplyNode } from "./node.ts";

/**
 * Calls a function of the script once a row, with the values as `readCell` gives them. A failed operand makes the
 * result fail without a call. What the function returns is checked against the node's type; a result that does not
 * have it, a Promise, and a throw are failed cells.
 */
export function compileApply(node: ApplyNode, args: readonly Operand[]): Compute {
  const { fn, type, site, asynchronous, isTrusted } = node;
  assert(asynchronous === undefined, "a function that answers later is left in an expression");
  const masks = args.map(maskOf);
  const place = placeOf("the function", site);
  return (frame) => {
    const n = frame.length;
    const columns = args.map((arg) => cellsOf(arg, frame));
    const builder = columnBuilder(type);
    const outcome = new Outcome(frame, site);
    const values: unknown[] = new Array(args.length).fill(null);
    enterCode(place);
    for (let row = 0; row < n; row++) {
      let isFailed = false;
      for (let i = 0; i < args.length; i++) {
        values[i] = readCell(columns[i], args[i].type, row & masks[i]);
        if (values[i] === ERROR_VALUE) isFailed = true;
      }
      if (isFailed) {
        builder.setEmpty(row, ERROR);
        continue;
      }
      let result: unknown;
      try {
        // Most functions take one value, and spreading an array of it costs as much as the call.
        result = values.length === 1 ? fn(values[0]) : fn(...values);
        if (isTrusted !== true) result = checkedResult(result, type);
      } catch (error) {
        builder.setEmpty(row, ERROR);
        outcome.fail(row, detailOf(error), error ?? new Error(`${error} was thrown`));
        continue;
      }
      if (result instanceof Failed) {
        builder.setEmpty(row, ERROR);
        outcome.fail(row, result.detail);
      } else writeCell(builder, type, row, result);
    }
    leaveCode();
    return builder.finish(n);
  };
}

/** A function's result in a column's type, or why it has none. */
export function checkedResult(value: unknown, type: ColumnType): unknown {
  // The one kind of object that needs no look inside.
  if (type.name === "bytes" && value instanceof Uint8Array) return value;
  if (typeof value === "object" && value !== null && isThenable(value)) {
    // Nobody will wait for it, so its failure must not end the process.
    (value as Promise<unknown>).then(undefined, () => {});
    return new Failed("the function returned a Promise; functions of pw.apply must be synchronous");
  }
  const result = coerce(value, type);
  if (!(result instanceof Failed)) return result;
  return new Failed(
    value === null || value === undefined
      ? `the function returned ${value}; where that is meant, say { type: "${formatType(type)}?" }`
      : `the function returned ${kindOf(value)}: ${result.detail}`,
  );
}

function isThenable(value: object): boolean {
  return "then" in value && typeof value.then === "function";
}

/** An error of our own says by itself what is wrong. */
function detailOf(error: unknown): string {
  return error instanceof TowpathError ? error.detail : `the function threw: ${messageOf(error)}`;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
