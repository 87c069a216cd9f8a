import type { Rng } from "../support/rng.ts";
import { ExpressionMaker } from "./random-expression.ts";
import { freshNames } from "./random-names.ts";
import { type Named, required, type StepSpec, type TypeText } from "./spec.ts";

type Weighted = readonly [weight: number, make: () => StepSpec[]];

/** Steps that put tables together by their rows' keys. */
export function keyedSteps(rng: Rng, tables: readonly Named<TypeText>[], input: number): Weighted[] {
  const other = (): number => rng.below(tables.length);
  return [
    [1, () => [{ op: "intersect", inputs: [input, other()] }]],
    [1, () => [{ op: "difference", inputs: [input, other()] }]],
    [0.5, () => [{ op: "restrict", inputs: [input, other()] }]],
    [1, () => updateCells(rng, tables, input)],
    [1.5, () => ix(rng, tables, input)],
  ];
}

/** With cells of a table made to fit by a selection, most often of an earlier form of the same rows. */
function updateCells(rng: Rng, tables: readonly Named<TypeText>[], input: number): StepSpec[] {
  const columns = tables[input] as Named<TypeText>;
  const other = rng.chance(0.4) ? input : rng.below(tables.length);
  const make = new ExpressionMaker(rng, tables[other] as Named<TypeText>);
  const updated = rng.shuffled([...columns]).slice(0, rng.between(1, columns.length));
  const cells = updated.map(([name, type]) => [name, make.make(type, 1)] as const);
  return [
    { op: "select", input: other, columns: cells },
    { op: "updateCells", inputs: [input, tables.length] },
  ];
}

/** By a column of keys, or by the rows' own. */
function ix(rng: Rng, tables: readonly Named<TypeText>[], input: number): StepSpec[] {
  const columns = tables[input] as Named<TypeText>;
  const target = rng.below(tables.length);
  const allowMisses = rng.chance(0.6);
  const pointers = columns.flatMap(([, type], i) => (required(type) === "pointer" ? [i] : []));
  if (pointers.length > 0) {
    const pointer = rng.pick(pointers);
    const optional = columns[pointer]?.[1] === "pointer?" || rng.chance(0.2);
    return [{ op: "ix", input, target, pointer, optional, allowMisses }];
  }
  const [name] = freshNames(rng, columns, 1);
  if (name === undefined) return [];
  const pointer = columns.length;
  return [
    { op: "withKey", input, name },
    { op: "ix", input: tables.length, target, pointer, optional: rng.chance(0.2), allowMisses },
  ];
}
