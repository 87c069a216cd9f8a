import { expect, test } from "vitest";
import { reducers } from "../../../lib/reducers/index.ts";
import { variantsOf } from "../../fuzz/reducer-variants.ts";
import { type ReducerOracle, reducerOracles } from "../../oracle/reducers/index.ts";
import { Rng, seedFrom } from "../../support/rng.ts";
import { ReducerHistory } from "./reducer-history.ts";

const all = ["int", "int?", "float", "str?", "bool", "bytes", "bigint?", "datetime", "json?", "any"];
const ordered = all.filter((type) => !type.startsWith("json"));
const one = (types: readonly string[]): readonly (readonly string[])[] => types.map((type) => [type]);
const two = (firsts: readonly string[], seconds: readonly string[]): readonly (readonly string[])[] =>
  firsts.map((first, i) => [first, seconds[i % seconds.length] as string]);

function optionsOf(reducer: string): readonly unknown[] {
  return variantsOf(reducer).map(({ options }) => options);
}

/** Which arguments each reducer is tried with, and with which options. */
const tried: Record<string, { args: readonly (readonly string[])[]; options?: readonly unknown[] }> = {
  any: { args: one(all) },
  argMax: { args: [...one(ordered), ...two(ordered, [...all].reverse())] },
  argMin: { args: [...one(ordered), ...two(ordered, [...all].reverse())] },
  countDistinct: { args: one(all) },
  earliest: { args: one(all) },
  latest: { args: one(all) },
  max: { args: one(ordered) },
  min: { args: one(ordered) },
  array: {
    args: [...one(["int", "float", "str?", "bool", "json"]), ["float", "str?"]],
    options: optionsOf("array"),
  },
  countDistinctApproximate: { args: one(all), options: optionsOf("countDistinctApproximate") },
  custom: { args: [...one(all), ["int", "str?"], []], options: optionsOf("custom") },
  first: { args: two(all, [...ordered].reverse()) },
  last: { args: two(all, [...ordered].reverse()) },
  median: { args: one(["int", "float", "datetime"]) },
  mode: { args: one(all) },
  quantile: { args: one(["int", "float", "datetime"]), options: optionsOf("quantile") },
  statefulMany: { args: [...one(all), ["int", "str?"], []], options: optionsOf("statefulMany") },
  statefulSingle: { args: [...one(all), ["int", "str?"], []], options: optionsOf("statefulSingle") },
  stddev: { args: one(["int", "float"]), options: optionsOf("stddev") },
  topK: { args: [...one(ordered), ...two(all, [...ordered].reverse())], options: optionsOf("topK") },
  variance: { args: one(["int", "float"]), options: optionsOf("variance") },
  sortedTuple: { args: one(ordered), options: [null, { skipNulls: true }] },
  tuple: { args: [...one(all), ...two(all, [...ordered].reverse())], options: [null, { skipNulls: true }] },
  unique: { args: one(all) },
};
/** A row that a batch takes and another gives back has come anew: these take a time's rows in one batch. */
const byTime: ReadonlySet<string> = new Set(["custom", "earliest", "latest", "statefulSingle"]);

for (const [name, { args, options = [null] }] of Object.entries(tried)) {
  test(`${name} answers what a look at all rows answers, whatever came and went`, () => {
    const seed = seedFrom("TOWPATH_FUZZ_SEED");
    const rng = new Rng(seed);
    for (const types of args) {
      for (const option of options) {
        for (const appendOnly of [false, true]) {
          const history = new ReducerHistory(
            {
              definition: reducers[name as keyof typeof reducers],
              oracle: reducerOracles[name as keyof typeof reducerOracles] as ReducerOracle,
              args: types,
              options: option,
              appendOnly,
              splits: !byTime.has(name),
            },
            rng.fork(),
          );
          const what = `seed ${seed}: ${name}(${types.join()}) ${JSON.stringify(option)}, appendOnly ${appendOnly}`;
          try {
            for (let step = 0; step < (appendOnly ? 12 : 60); step++) history.step();
          } catch (error) {
            throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
          }
          if (!appendOnly) expect(history.retractAll(), what).toBe(0);
        }
      }
    }
  });
}

test("every reducer of values is tried", () => {
  const kept = Object.values(reducers).filter(({ kind }) => kind === "multiset");
  expect(Object.keys(tried)).toEqual(expect.arrayContaining(kept.map(({ name }) => name)));
});
