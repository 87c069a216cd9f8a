import { existsSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { parseType, typeNames } from "../../lib/data/type.ts";
import { reducers } from "../../lib/reducers/index.ts";
import type { ReducerDefinition } from "../../lib/reducers/reducer.ts";
import { randomCommits } from "../fuzz/random-commits.ts";
import { variantOf, variantsOf } from "../fuzz/reducer-variants.ts";
import { failureOf, type Trial } from "../fuzz/run-program.ts";
import type { ProgramSpec } from "../fuzz/spec.ts";
import { typeNames as drawnTypes } from "../fuzz/values.ts";
import { reducerOracles } from "../oracle/reducers/index.ts";
import { Rng, seedFrom } from "../support/rng.ts";

// Nobody looks at the lines of generated programs, and finding them is a third of the time.
vi.mock("../../lib/base/source-site.ts", async (importOriginal) => ({
  ...(await importOriginal<object>()),
  userSite: () => null,
}));

const seed = seedFrom("TOWPATH_FUZZ_SEED");
const programsEach = 6;

const definitions: readonly ReducerDefinition[] = Object.values(reducers);

describe.each(definitions)(`reducer $name, from seed ${seed}`, (definition) => {
  const { name } = definition;
  const accepted = acceptedArguments(definition);

  test("has an oracle and takes something", () => {
    const kebab = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const path = `../oracle/reducers/${kebab}.ts`;
    expect(existsSync(new URL(path, import.meta.url)), `test/oracle/reducers/${kebab}.ts`).toBe(true);
    expect(Object.keys(reducerOracles)).toContain(name);
    expect(accepted.length).toBeGreaterThan(0);
  });

  test.each(accepted.map((types) => [types.join(", ") || "nothing", types] as const))(
    "the laws, of %s",
    (_, types) => {
      for (let i = 0; i < programsEach; i++) {
        const rng = new Rng(seed + i);
        const program = reducing(rng, name, types, i % 5 === 4);
        const restartAfter = rng.between(1, program.commits.length);
        expectNoFailure(program, { shuffled: false, split: false, restartAfter: null });
        expectNoFailure(program, { shuffled: true, split: true, restartAfter: null });
        expectNoFailure(program, { shuffled: false, split: false, restartAfter });
      }
    },
  );
});

/** Every list of types that the reducer takes: all types for one argument, equal and some mixed ones for more. */
function acceptedArguments({ name, arity, result }: ReducerDefinition): string[][] {
  const all = typeNames.filter((type) => drawnTypes.includes(type)).flatMap((type) => [type, `${type}?`]);
  const lists: string[][] = [];
  for (let count = arity[0]; count <= Math.min(arity[1], 2); count++) {
    if (count === 0) lists.push([]);
    if (count === 1) lists.push(...all.map((type) => [type]));
    if (count === 2 && arity[1] > 2) lists.push(["int?", "str?"]);
    if (count === 2 && arity[1] === 2)
      lists.push(...all.map((type) => [type, "int"]), ...all.map((type) => ["str?", type]));
  }
  return lists.filter((types) => {
    try {
      result(
        types.map((type) => parseType(type) as Exclude<ReturnType<typeof parseType>, undefined>),
        variantOf(name).options,
      );
      return true;
    } catch {
      return false;
    }
  });
}

/** The reducer by a group column with few values, and over the whole table. */
function reducing(rng: Rng, reducer: string, types: readonly string[], appendOnly: boolean): ProgramSpec {
  const columns = [["group", "int?"] as const, ...types.map((type, i) => [`argument ${i}`, type] as const)];
  const sources = [{ columns, appendOnly }];
  const args = types.map((type, i) => ({ column: i + 1, type }));
  const variant = rng.below(variantsOf(reducer).length);
  const reductions = [["answer", { reducer, args, variant }] as const];
  const keys = [["group", { column: 0, type: "int?" }] as const];
  return {
    sources,
    steps: [
      { op: "groupBy", input: 0, keys, reductions },
      { op: "groupBy", input: 0, keys: [], reductions },
    ],
    outputs: [1, 2],
    commits: randomCommits(rng, sources),
  };
}

function expectNoFailure(program: ProgramSpec, feeding: Trial["feeding"]): void {
  const failure = failureOf({ program, feeding, builder: "hand" });
  if (failure !== null) expect.fail(`${failure.stack}\n${JSON.stringify({ program, feeding })}`);
}
