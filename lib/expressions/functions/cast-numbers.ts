import { NumberColumn } from "../../data/column.ts";
import {
  findBeyond,
  findUnsafe,
  floorNumbers,
  testNumbers,
  truncateNumbers,
} from "../../kernels/arithmetic.ts";
import { DATETIME_MAX_MS } from "../../kernels/iso-datetime.ts";
import { zeroTagged } from "../../kernels/tags.ts";
import type { Compute } from "../frame.ts";
import type { Call } from "./function-definition.ts";
import { Outcome } from "./outcome.ts";

type Transform = (values: Float64Array, n: number, out: Float64Array) => void;

/** Both types keep the same numbers. */
export function sameNumbers({ args: [operand] }: Call): Compute {
  return operand.compute;
}

export function numbersToBools(call: Call): Compute {
  return transformed(call, testNumbers);
}

export function floatsToInts(call: Call): Compute {
  return transformed(
    call,
    truncateNumbers,
    (value) => `${value} is not within the safe integers`,
    findUnsafe,
  );
}

export function numbersToDatetimes(call: Call): Compute {
  return transformed(
    call,
    floorNumbers,
    (value) => `${value} ms is not within the range of a datetime`,
    (values, from, n) => findBeyond(values, DATETIME_MAX_MS, from, n),
  );
}

export function numbersToDurations(call: Call): Compute {
  return transformed(
    call,
    (values, n, out) => out.set(values.subarray(0, n)),
    (value) => `${value} is not a duration`,
    (values, from, n) => findBeyond(values, Number.MAX_VALUE, from, n),
  );
}

/** Applies a kernel, then fails the rows that `findBad` finds among its results. */
function transformed(
  { args: [operand], site }: Call,
  transform: Transform,
  detail: (value: number) => string = String,
  findBad: (values: Float64Array, from: number, n: number) => number = noneBad,
): Compute {
  return (frame) => {
    const n = frame.length;
    const column = operand.compute(frame) as NumberColumn;
    const values = new Float64Array(n);
    transform(column.values, n, values);
    const outcome = new Outcome(frame, site, column.tags?.slice(0, n) ?? null);
    for (let row = findBad(values, 0, n); row < n; row = findBad(values, row + 1, n)) {
      outcome.fail(row, detail(column.values[row]));
    }
    if (outcome.tags !== null) zeroTagged(outcome.tags, n, values);
    return new NumberColumn(values, outcome.tags);
  };
}

function noneBad(_values: Float64Array, _from: number, n: number): number {
  return n;
}
