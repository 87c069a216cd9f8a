/** The rule of lib/plan/dealt-partitions.ts: what it lets pass is the union of what it is over each partition. */
import { describe, expect, it, vi } from "vitest";
import { TowpathError } from "../../lib/errors.ts";
import { dealtSources } from "../../lib/plan/dealt-partitions.ts";
import type { PlanNode } from "../../lib/plan/node.ts";
import { Arrivals } from "../oracle/arrivals.ts";
import { evaluatePlan, TooManyRows } from "../oracle/plan.ts";
import { groupKey, identity, type OracleRow, type OracleTable, sourceKey } from "../oracle/table.ts";
import { Rng, seedFrom } from "../support/rng.ts";
import { buildPlan } from "./build-plan.ts";
import { randomProgram } from "./random-program.ts";
import { decodeValue, type ProgramSpec } from "./spec.ts";

// Nobody looks at the lines of generated programs.
vi.mock("../../lib/base/source-site.ts", async (importOriginal) => ({
  ...(await importOriginal<object>()),
  userSite: () => null,
}));

const PARTITIONS = 3;
const PROGRAMS = 2_000;
const seed = seedFrom("TOWPATH_FUZZ_SEED");

describe(`plans over dealt partitions, from seed ${seed}`, () => {
  it("are the union over partitions where the rule lets them pass", { timeout: 120_000 }, () => {
    const passed = { stateless: 0, stateful: 0, joins: 0 };
    let refusedRightly = 0;
    for (let i = 0; i < PROGRAMS; i++) {
      const rng = new Rng((seed + i) % 0x1_0000_0000);
      const world = dealtWorld(rng, randomProgram(rng));
      for (const output of world.outputs) {
        const dealing = dealt(output);
        let isUnion: boolean;
        try {
          isUnion = world.isUnion(output);
        } catch (error) {
          if (error instanceof TooManyRows || dealing === null) continue;
          throw error;
        }
        if (dealing === null) {
          if (!isUnion) refusedRightly++;
          continue;
        }
        expect(isUnion, `program ${rng.seed}, output ${world.outputs.indexOf(output)}`).toBe(true);
        passed[dealing ? "stateful" : "stateless"]++;
        if (hasOperator(output, "join")) passed.joins++;
      }
    }
    // The test says something of each: plans that pass, and plans that would be wrong.
    expect(passed.stateless).toBeGreaterThan(100);
    expect(passed.stateful).toBeGreaterThan(100);
    expect(passed.joins).toBeGreaterThan(5);
    expect(refusedRightly).toBeGreaterThan(100);
  });
});

/** Whether state is needed; null where the plan is refused. */
function dealt(output: PlanNode): boolean | null {
  try {
    return [...dealtSources([output]).values()].some(({ isStateful }) => isStateful);
  } catch (error) {
    if (error instanceof TowpathError && error.code === "TP_PLAN_NEEDS_ALL_PARTITIONS") return null;
    throw error;
  }
}

function hasOperator({ operator, inputs }: PlanNode, wanted: string): boolean {
  return operator === wanted || inputs.some((input) => hasOperator(input, wanted));
}

/** A program's plan over dealt sources, some of them with a primary key, and the rows that it ends with. */
function dealtWorld(rng: Rng, program: ProgramSpec) {
  const keys = program.sources.map(({ columns }) =>
    rng.chance(0.7) ? rng.shuffled([...columns.keys()]).slice(0, rng.chance(0.8) ? 1 : 2) : null,
  );
  const { sources, outputs } = buildPlan(program, {
    source: (number) => ({
      connector: "test",
      name: `source ${number}`,
      describe: {},
      appendOnly: keys[number] === null,
      primaryKey: keys[number],
      dealt: { metadata: null, topics: 1, notRemade: null },
    }),
    output: () => ({ connector: "test", name: "output", describe: {} }),
  });
  const tables = sources.map((node, number) => rowsOf(program, number, node, keys[number] ?? null));
  // All rows come at one time, which reducers that ask for it are told.
  const evaluate = (output: PlanNode, isMeant: (row: OracleRow) => boolean): OracleTable =>
    evaluatePlan(
      output,
      new Map(sources.map((node, i) => [node, (tables[i] ?? []).filter(isMeant)])),
      new Map(),
      new Arrivals(),
    );
  return {
    outputs,
    isUnion(output: PlanNode): boolean {
      const whole = evaluate(output, () => true);
      const parts = Array.from({ length: PARTITIONS }, (_, partition) =>
        evaluate(output, ({ key }) => partitionOf(key.text) === partition),
      );
      return textOf(whole) === textOf(parts.flat());
    },
  };
}

/** The live rows of a source behind all commits; with a primary key the last one of each key. */
function rowsOf(
  { commits }: ProgramSpec,
  source: number,
  { columns }: PlanNode,
  primaryKey: readonly number[] | null,
): OracleTable {
  const rows = new Map<string, OracleRow>();
  for (const change of commits.flat()) {
    if (change.source !== source || change.diff < 0) continue;
    const row = change.row.map(decodeValue);
    const key =
      primaryKey === null
        ? sourceKey(source, change.key)
        : groupKey(
            primaryKey.map((i) => row[i]),
            primaryKey.map((i) => (columns[i] as { type: PlanNode["columns"][number]["type"] }).type),
          );
    rows.set(key.text, { key, row });
  }
  return [...rows.values()];
}

function partitionOf(text: string): number {
  let hash = 7;
  for (const char of text) hash = (Math.imul(hash, 31) + (char.codePointAt(0) ?? 0)) >>> 0;
  return hash % PARTITIONS;
}

function textOf(table: OracleTable): string {
  return table.map(identity).sort().join("\n");
}
