/** What random programs tell of their failures: nothing goes missing without a word, and what goes is not told again. */
import { expect, test, vi } from "vitest";
import type { PlanNode } from "../../lib/plan/node.ts";
import { buildPlan } from "../fuzz/build-plan.ts";
import { buildByHand } from "../fuzz/build-tables.ts";
import { sourceKeyWords } from "../fuzz/engine-key.ts";
import { randomProgram } from "../fuzz/random-program.ts";
import { type ChangeSpec, decodeValue, encodeValue, type ProgramSpec } from "../fuzz/spec.ts";
import { Arrivals } from "../oracle/arrivals.ts";
import { evaluatePlan, TooManyRows } from "../oracle/plan.ts";
import { type OracleRow, type OracleTable, sourceKey } from "../oracle/table.ts";
import { ERROR } from "../oracle/value.ts";
import { EngineRun, type SourceChanges } from "../support/engine-run.ts";
import { Rng, seedFrom } from "../support/rng.ts";

// Hundreds of programs a test: a machine that does other things too needs more than the usual time.
vi.setConfig({ testTimeout: 180_000 });

const seed = seedFrom("TOWPATH_FUZZ_SEED");
const programs = 400;

/** A program in the engine, and the rows of its sources. */
class Trial {
  readonly engine: EngineRun;
  readonly rows: Map<number, OracleRow>[];
  #time = 0;

  constructor(program: ProgramSpec) {
    const { outputs, sources } = buildByHand(program);
    this.engine = new EngineRun(outputs, sources);
    this.rows = program.sources.map(() => new Map());
  }

  /** Feeds a commit; returns what the engine told of it. */
  commit(changes: readonly ChangeSpec[]): number {
    const told = this.engine.failures.length;
    for (const { source, key, row, diff } of changes) {
      const rows = this.rows[source] as Map<number, OracleRow>;
      if (diff < 0) rows.delete(key);
      else rows.set(key, { key: sourceKey(source, key), row: row.map(decodeValue) });
    }
    this.#time += 2;
    this.engine.step(this.#time, this.#bySource(changes));
    return this.engine.failures.length - told;
  }

  /** Takes every row back. */
  retractAll(): number {
    return this.commit(
      this.rows.flatMap((rows, source) =>
        [...rows].map(([key, { row }]) => ({ source, key, row: row.map(encodeValue), diff: -1 }) as const),
      ),
    );
  }

  #bySource(changes: readonly ChangeSpec[]): SourceChanges {
    return this.rows.map((_, source) =>
      changes
        .filter((change) => change.source === source)
        .map(({ key, row, diff }) => ({ key: sourceKeyWords(source, key), row: row.map(decodeValue), diff })),
    );
  }
}

function forPrograms(check: (program: ProgramSpec, trial: Trial) => void): void {
  for (let i = 0; i < programs; i++) {
    const program = randomProgram(new Rng(seed + i), { stepsMax: 4 });
    try {
      check(program, new Trial(program));
    } catch (error) {
      if (error instanceof TooManyRows) continue;
      throw new Error(`TOWPATH_FUZZ_SEED=${seed + i}: ${(error as Error).message}`, { cause: error });
    }
  }
}

test(`an output lacks no row for a failed cell of which nothing is told, from seed ${seed}`, () => {
  let lacked = 0;
  forPrograms((program, trial) => {
    const oracle = buildPlan(program, { source: () => null, output: () => null });
    const arrivals = new Arrivals();
    program.commits.forEach((commit, number) => {
      trial.commit(commit);
      arrivals.now = 2 * (number + 1);
      const sources = new Map(oracle.sources.map((node, i) => [node, [...(trial.rows[i]?.values() ?? [])]]));
      const known = new Map<PlanNode, OracleTable>();
      const tables = oracle.outputs.map((node) => evaluatePlan(node, sources, known, arrivals));
      const isLacking = tables.some((table) => table.some(({ row }) => row.includes(ERROR)));
      if (!isLacking) return;
      lacked++;
      expect(trial.engine.failures.map(({ code }) => code)).toContain("TP_FAILED_ROW");
      expect(trial.engine.failures.some(({ operator }) => operator !== "output")).toBe(true);
    });
  });
  expect(lacked).toBeGreaterThan(20);
});

/** What must have been told of by now, of rows that share a key and of rows that find none. */
const keyFailures = {
  TP_KEY_COLLISION: (node: PlanNode, rows: OracleTable, kept: OracleTable) => {
    if (node.operator !== "rekey") return false;
    const { keys } = node.options as { keys: readonly number[] };
    const usable = rows.filter(({ row }) => !keys.some((position) => row[position] === ERROR));
    return usable.length > kept.length;
  },
  TP_KEY_MISSING: (node: PlanNode, rows: OracleTable, kept: OracleTable) => {
    if (node.operator !== "requireMatch") return false;
    const { pointer } = node.options as { pointer: number };
    const looking = rows.filter(({ row }) => row[pointer] !== ERROR && row[pointer] !== null);
    const found = kept.filter(({ row }) => row[pointer] !== null);
    return looking.length > found.length;
  },
} as const;

test(`rows that share a key, and keys that no row has, are told of, and no others, from seed ${seed}`, () => {
  const seen = new Set<string>();
  forPrograms((program, trial) => {
    const oracle = buildPlan(program, { source: () => null, output: () => null });
    const arrivals = new Arrivals();
    const expected = new Set<string>();
    program.commits.forEach((commit, number) => {
      trial.commit(commit);
      arrivals.now = 2 * (number + 1);
      const sources = new Map(oracle.sources.map((node, i) => [node, [...(trial.rows[i]?.values() ?? [])]]));
      const known = new Map<PlanNode, OracleTable>();
      for (const node of oracle.outputs) evaluatePlan(node, sources, known, arrivals);
      for (const [node, kept] of known) {
        const [input] = node.inputs;
        const rows = input === undefined ? [] : (known.get(input) ?? sources.get(input) ?? []);
        for (const [code, fails] of Object.entries(keyFailures))
          if (fails(node, rows, kept)) expected.add(code);
      }
      const told = new Set(trial.engine.failures.map(({ code }) => code ?? ""));
      expect(Object.keys(keyFailures).filter((code) => told.has(code as never))).toEqual(
        Object.keys(keyFailures).filter((code) => expected.has(code)),
      );
    });
    for (const code of expected) seen.add(code);
  });
  expect(seen.size).toBe(2);
});

test(`rows that go are not told of again, from seed ${seed}`, () => {
  let told = 0;
  forPrograms((program, trial) => {
    if (program.sources.some(({ appendOnly }) => appendOnly)) return;
    // There a row that goes is a row that comes.
    if (program.steps.some(({ op }) => op === "toStream")) return;
    for (const commit of program.commits) told += trial.commit(commit);
    expect(trial.retractAll()).toBe(0);
  });
  expect(told).toBeGreaterThan(100);
});
