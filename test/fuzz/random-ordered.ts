import type { Rng } from "../support/rng.ts";
import { ExpressionMaker } from "./random-expression.ts";
import { freshNames } from "./random-names.ts";
import { type Named, required, type StepSpec, type TypeText } from "./spec.ts";

type Weighted = readonly [weight: number, make: () => StepSpec[]];

/** Steps over rows in an order, and over a table's changes. */
export function orderedSteps(
  rng: Rng,
  tables: readonly Named<TypeText>[],
  input: number,
  before: readonly StepSpec[],
): Weighted[] {
  const columns = tables[input] as Named<TypeText>;
  return [
    [1.5, () => sort(rng, input, columns)],
    [1, () => diff(rng, input, columns)],
    [1, () => interpolate(rng, tables, input, before)],
    [0.5, () => stream(rng, tables, input)],
  ];
}

function instanceOf(rng: Rng, columns: Named<TypeText>): number[] {
  return rng.chance(0.5) ? [] : rng.shuffled([...columns.keys()]).slice(0, rng.between(1, 2));
}

function sort(rng: Rng, input: number, columns: Named<TypeText>): StepSpec[] {
  const [prev, next] = freshNames(rng, columns, 2);
  if (prev === undefined || next === undefined) return [];
  const key = rng.below(columns.length);
  return [{ op: "sort", input, key, instance: instanceOf(rng, columns), names: [prev, next] }];
}

function diff(rng: Rng, input: number, columns: Named<TypeText>): StepSpec[] {
  const values = positionsOf(columns, (type) => ["int", "float", "duration"].includes(required(type)));
  const [name] = freshNames(rng, columns, 1);
  if (values.length === 0 || name === undefined) return [];
  const key = rng.below(columns.length);
  return [{ op: "diff", input, key, instance: instanceOf(rng, columns), value: rng.pick(values), name }];
}

/** By numbers that are there, or by some put beside the columns. Keys of a stream do not tell its points apart. */
function interpolate(
  rng: Rng,
  tables: readonly Named<TypeText>[],
  input: number,
  before: readonly StepSpec[],
): StepSpec[] {
  if (before.some(({ op }) => op === "toStream")) return [];
  const columns = tables[input] as Named<TypeText>;
  const times = positionsOf(columns, (type) => ["int", "float", "datetime", "duration"].includes(type));
  const time = times.length === 0 ? -1 : rng.pick(times);
  const numbers = positionsOf(columns, (type) => ["int", "float"].includes(required(type)));
  const values = rng.shuffled(numbers.filter((position) => position !== time)).slice(0, rng.between(1, 2));
  const instance = instanceOf(rng, columns);
  if (time >= 0 && values.length > 0) return [{ op: "interpolate", input, time, instance, values }];
  const make = new ExpressionMaker(rng, columns);
  const [first, second] = freshNames(rng, columns, 2);
  if (first === undefined || second === undefined) return [];
  const width = columns.length;
  return [
    {
      op: "withColumns",
      input,
      columns: [
        [first, make.make("int", 1)],
        [second, make.make("float?", 1)],
      ],
    },
    { op: "interpolate", input: tables.length, time: width, instance, values: [width + 1] },
  ];
}

function stream(rng: Rng, tables: readonly Named<TypeText>[], input: number): StepSpec[] {
  const columns = tables[input] as Named<TypeText>;
  const [name] = freshNames(rng, columns, 1);
  if (name === undefined) return [];
  const changes: StepSpec = { op: "toStream", input, name };
  if (rng.chance(0.3)) return [changes];
  return [changes, { op: "fromStream", input: tables.length, column: columns.length }];
}

function positionsOf(columns: Named<TypeText>, fits: (type: TypeText) => boolean): number[] {
  return columns.flatMap(([, type], i) => (fits(type) ? [i] : []));
}
