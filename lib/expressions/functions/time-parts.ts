import { NumberColumn } from "../../data/column.ts";
import type { TypeName } from "../../data/type.ts";
import { findBeyond, findUnsafe, floorNumbers } from "../../kernels/arithmetic.ts";
import {
  daysOf,
  hoursOf,
  millisecondsOf,
  minutesOf,
  monthsOf,
  scaleNumbers,
  secondsOf,
  weekdaysOf,
  wholeUnits,
  yearsOf,
} from "../../kernels/date-parts.ts";
import { DATETIME_MAX_MS } from "../../kernels/iso-datetime.ts";
import { floorToMultiples, roundToMultiples } from "../../kernels/rounding.ts";
import { zeroTagged } from "../../kernels/tags.ts";
import type { Compute } from "../frame.ts";
import { type Call, cellsOf, type FunctionDefinition, maskOf } from "./function-definition.ts";
import { Outcome, strictTags } from "./outcome.ts";
import { mapNumbers, tagsOf, typedFunction } from "./signature.ts";
import { inRange } from "./time-zones.ts";
import { mapValues } from "./values.ts";

const datetimeHint = 'This function of .dt takes datetimes: say so first, .cast("datetime").';
const durationHint = 'This function of .dt takes durations: say so first, .cast("duration").';

export const year = part(yearsOf);
export const month = part(monthsOf);
export const day = part(daysOf);
export const hour = part(hoursOf);
export const minute = part(minutesOf);
export const second = part(secondsOf);
export const millisecond = part(millisecondsOf);
export const weekday = part(weekdaysOf);

function part(kernel: typeof yearsOf): FunctionDefinition {
  return typedFunction({ takes: ["datetime"], gives: "int", hint: datetimeHint }, (call) =>
    mapNumbers(call, kernel),
  );
}

export const days = whole(86_400_000);
export const hours = whole(3_600_000);
export const minutes = whole(60_000);
export const seconds = whole(1000);
export const milliseconds = whole(1);
export const weeks = whole(604_800_000);

/** A duration in whole units, its fraction cut off. */
function whole(unitMs: number): FunctionDefinition {
  return typedFunction(
    { takes: ["duration"], gives: "int", hint: durationHint },
    ({ args: [operand], site }) => {
      return (frame) => {
        const n = frame.length;
        const column = operand.compute(frame) as NumberColumn;
        const values = new Float64Array(n);
        wholeUnits(column.values, unitMs, n, values);
        const outcome = new Outcome(frame, site, tagsOf(column, n));
        for (let row = findUnsafe(values, 0, n); row < n; row = findUnsafe(values, row + 1, n)) {
          outcome.fail(row, "int overflow");
        }
        if (outcome.tags !== null) zeroTagged(outcome.tags, n, values);
        return new NumberColumn(values, outcome.tags);
      };
    },
  );
}

/** Units of `timestamp`: how many of them a millisecond has, or how many milliseconds one has. */
const scales = { s: [1, 1000], ms: [1, 1], us: [1000, 1], ns: [1_000_000, 1] } as const;

export type TimestampUnit = keyof typeof scales;
export const timestampUnits = Object.keys(scales) as TimestampUnit[];

/** Options `{ unit }`. */
export const timestamp: FunctionDefinition = typedFunction(
  { takes: ["datetime"], gives: "float", hint: datetimeHint },
  (call) => {
    const [factor, divisor] = scales[(call.options as { unit: TimestampUnit }).unit];
    return mapNumbers(call, (values, n, out) => scaleNumbers(values, factor, divisor, n, out));
  },
);

/** The instant so many units after 1970, its rest below a millisecond cut off towards the past. Options `{ unit }`. */
export const fromTimestamp: FunctionDefinition = typedFunction(
  { takes: ["float"], gives: "datetime", hint: "fromTimestamp takes numbers." },
  (call) => {
    const [factor, divisor] = scales[(call.options as { unit: TimestampUnit }).unit];
    // Not `/ factor * divisor`: one of them is 1, so that there is one rounding.
    return mapValues(call, (value) => inRange(Math.floor(((value as number) / factor) * divisor)));
  },
);

export const floor = toMultiples(floorToMultiples);
export const round = toMultiples(roundToMultiples);

/** Instants brought to a multiple of a duration since 1970. */
function toMultiples(kernel: typeof floorToMultiples): FunctionDefinition {
  const takes: readonly TypeName[] = ["datetime", "duration"];
  return typedFunction({ takes, gives: "datetime", hint: datetimeHint }, (call) =>
    compileMultiples(call, kernel),
  );
}

function compileMultiples({ args: [operand, unit], site }: Call, kernel: typeof floorToMultiples): Compute {
  const mask = maskOf(unit);
  return (frame) => {
    const n = frame.length;
    const column = operand.compute(frame) as NumberColumn;
    const units = cellsOf(unit, frame) as NumberColumn;
    const values = new Float64Array(n);
    kernel(column.values, units.values, mask, n, values);
    floorNumbers(values, n, values);
    const outcome = new Outcome(frame, site, strictTags([column, units], [-1, mask], n));
    const next = (from: number) => findBeyond(values, DATETIME_MAX_MS, from, n);
    for (let row = next(0); row < n; row = next(row + 1)) {
      const positive = units.values[row & mask] > 0;
      outcome.fail(row, positive ? "datetime overflow" : "the duration is not greater than 0");
    }
    if (outcome.tags !== null) zeroTagged(outcome.tags, n, values);
    return new NumberColumn(values, outcome.tags);
  };
}
