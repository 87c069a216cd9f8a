import { existsSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { operators } from "../../lib/operators/index.ts";
import type { OperatorDefinition } from "../../lib/operators/operator-definition.ts";
import { buildByHand } from "../fuzz/build-tables.ts";
import { sourceKeyWords } from "../fuzz/engine-key.ts";
import { randomProgram } from "../fuzz/random-program.ts";
import { failureOf, type Trial } from "../fuzz/run-program.ts";
import { type ChangeSpec, decodeValue, type ProgramSpec, type StepSpec } from "../fuzz/spec.ts";
import { TooManyRows } from "../oracle/plan.ts";
import { canonical } from "../oracle/value.ts";
import type { CapturedChange } from "../support/capture.ts";
import { EngineRun } from "../support/engine-run.ts";
import { Rng, seedFrom } from "../support/rng.ts";

// Nobody looks at the lines of generated programs, and finding them is a third of the time.
vi.mock("../../lib/base/source-site.ts", async (importOriginal) => ({
  ...(await importOriginal<object>()),
  userSite: () => null,
}));

// Hundreds of programs a test: a machine that does other things too needs more than the usual time.
vi.setConfig({ testTimeout: 180_000 });

const seed = seedFrom("TOWPATH_FUZZ_SEED");
const programsEach = 120;

/** The steps of a program that come to each operator. */
const stepsOf: Partial<Record<string, readonly StepSpec["op"][]>> = {
  applyAsync: ["applyAsync"],
  arrange: ["join"],
  concat: ["concat", "concatReindex"],
  filter: ["filter"],
  flatten: ["flatten"],
  groupBy: ["groupBy"],
  interpolate: ["interpolate"],
  join: ["join"],
  keyBy: ["intersect", "ix"],
  output: ["select"],
  reindex: ["concatReindex"],
  rekey: ["withIdFrom", "concat"],
  removeErrors: ["removeErrors"],
  requireMatch: ["ix", "restrict", "updateCells"],
  select: ["select", "withColumns", "without", "rename", "castTypes"],
  sort: ["sort", "diff"],
  source: ["select"],
  updateRows: ["updateRows"],
};

/** Steps that are made of linear operators only. */
const linearSteps: ReadonlySet<StepSpec["op"]> = new Set<StepSpec["op"]>([
  "castTypes",
  "concatReindex",
  "filter",
  "flatten",
  "removeErrors",
  "rename",
  "select",
  "split",
  "withColumns",
  "withKey",
  "without",
]);

const plain: Trial["feeding"] = { shuffled: false, split: false, restartAfter: null };

/** Where the answer depends on history there are laws of its own: history-dependent.test.ts. */
const definitions = Object.values<OperatorDefinition>(operators).filter(
  ({ historyDependent }) => historyDependent === undefined,
);

describe.each(definitions)(`operator $name, from seed ${seed}`, ({ name, linear }) => {
  const ops = stepsOf[name] ?? [];

  test("has an oracle and programs that come to it", () => {
    const kebab = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    expect(existsSync(new URL(`../oracle/${kebab}.ts`, import.meta.url)), `test/oracle/${kebab}.ts`).toBe(
      true,
    );
    expect(ops.length, "stepsOf does not say which steps come to this operator").toBeGreaterThan(0);
  });

  test("laws 1, 3, 6: each change is what the oracle's tables differ by, and nothing stays behind", () => {
    forPrograms(ops, (program) => expectNoFailure(program, plain));
  });

  test("law 2: order and batches within a time change nothing", () => {
    forPrograms(ops, (program) => {
      expectNoFailure(program, { ...plain, shuffled: true });
      expectNoFailure(program, { ...plain, shuffled: true, split: true });
    });
  });

  test("law 5: save, load, continue is continue, after every commit", () => {
    forPrograms(ops, (program) => {
      for (let restartAfter = 1; restartAfter <= program.commits.length; restartAfter++) {
        expectNoFailure(program, { ...plain, restartAfter });
      }
    });
  });

  test.runIf(linear)("law 4: a commit's changes do not depend on the commits before it", () => {
    const alone = ops.filter((op) => linearSteps.has(op));
    forPrograms(alone, (program) => {
      if (program.steps.some(({ op }) => !linearSteps.has(op))) return;
      const whole = changesOf(program, program.commits);
      program.commits.forEach((commit, i) => {
        expect(changesOf(program, [commit])[0], JSON.stringify(program)).toEqual(whole[i]);
      });
    });
  });
});

test("law 4 is that of these, and of no other", () => {
  const linear = Object.values<OperatorDefinition>(operators).filter((definition) => definition.linear);
  expect(linear.map(({ name }) => name).sort()).toEqual([
    "arrange",
    "concat",
    "filter",
    "flatten",
    "keyBy",
    "output",
    "reindex",
    "removeErrors",
    "requireMatch",
    "select",
    "source",
  ]);
});

/** Programs of a law that may be left out because their tables outgrow the oracle. */
const leftOutMax = programsEach / 10;

function forPrograms(ops: readonly StepSpec["op"][], check: (program: ProgramSpec) => void): void {
  if (ops.length === 0) return;
  let leftOut = 0;
  for (let i = 0; i < programsEach; i++) {
    try {
      check(randomProgram(new Rng(seed + i), { stepsMax: 2, ops }));
    } catch (error) {
      if (!(error instanceof TooManyRows)) throw error;
      leftOut++;
    }
  }
  expect(leftOut, "programs whose tables outgrow the oracle").toBeLessThanOrEqual(leftOutMax);
}

function expectNoFailure(program: ProgramSpec, feeding: Trial["feeding"]): void {
  const failure = failureOf({ program, feeding, builder: "hand" });
  if (failure instanceof TooManyRows) throw failure;
  if (failure !== null) expect.fail(`${failure.stack}\n${JSON.stringify({ program, feeding })}`);
}

/** What each commit changes, outputs one after the other. */
function changesOf(program: ProgramSpec, commits: readonly (readonly ChangeSpec[])[]): string[][] {
  const { outputs, sources } = buildByHand(withoutMemory(program));
  const engine = new EngineRun(outputs, sources);
  return commits.map((commit, i) => {
    const bySource = sources.map((_, source) =>
      commit
        .filter((change) => change.source === source)
        .map(({ key, row, diff }) => ({ key: sourceKeyWords(source, key), row: row.map(decodeValue), diff })),
    );
    return engine
      .step(2 * (i + 1), bySource)
      .flatMap((changes, output) => changes.map(textOf(output)).sort());
  });
}

/** Functions that may answer differently make a select remember, and then it is not linear in what it is given. */
function withoutMemory(program: ProgramSpec): ProgramSpec {
  return JSON.parse(JSON.stringify(program).replaceAll('"quoted"', '"shortened"')) as ProgramSpec;
}

function textOf(output: number): (change: CapturedChange) => string {
  return ({ key, row, diff }) => `${output} ${diff} [${key}] ${row.map(canonical).join(" | ")}`;
}
