/** The laws of operators whose answer depends on the history of their input: the oracle replays that history. */
import { describe, expect, test, vi } from "vitest";
import { operators } from "../../lib/operators/index.ts";
import type { OperatorDefinition } from "../../lib/operators/operator-definition.ts";
import type { PlanNode } from "../../lib/plan/node.ts";
import { EngineKeys, sourceKeyWords } from "../fuzz/engine-key.ts";
import { schemaOf } from "../fuzz/plan-columns.ts";
import { randomCommits } from "../fuzz/random-commits.ts";
import { type ChangeSpec, decodeValue } from "../fuzz/spec.ts";
import { randomType } from "../fuzz/values.ts";
import { Arrivals } from "../oracle/arrivals.ts";
import type { DeduplicateOptions } from "../oracle/deduplicate.ts";
import { evaluatePlan } from "../oracle/plan.ts";
import { difference, identity, type OracleRow, type OracleTable, sourceKey } from "../oracle/table.ts";
import { canonical, ERROR } from "../oracle/value.ts";
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
const programsEach = 300;

const definitions = Object.values<OperatorDefinition>(operators).filter(
  ({ historyDependent }) => historyDependent !== undefined,
);

/** Random options of each operator, over columns of these types. */
const optionsOf: Partial<Record<string, (rng: Rng, columns: number) => unknown>> = {
  deduplicate: randomDeduplicate,
  fromStream: () => ({ isUpsert: 0 }),
  toStream: () => ({}),
};

const acceptors: readonly DeduplicateOptions["acceptor"][] = [
  null,
  null,
  (value, accepted) => canonical(value) >= canonical(accepted),
  (value) => value !== null,
  (value) => {
    if (value === null) throw new Error("null");
    return canonical(value).length % 2 === 0;
  },
];

function randomDeduplicate(rng: Rng, columns: number): DeduplicateOptions {
  const positions = Array.from({ length: columns }, (_, i) => i);
  return {
    value: rng.below(columns),
    instance: rng.shuffled(positions).slice(0, rng.between(0, 2)),
    order: rng.chance(0.3) ? rng.below(columns) : null,
    acceptor: rng.pick(acceptors),
  };
}

interface Case {
  readonly source: PlanNode;
  readonly output: PlanNode;
  readonly commits: readonly (readonly ChangeSpec[])[];
}

/** A source, a cast that fails for some values, the operator, and an output that reads some of the columns. */
function randomCase(operator: string, rng: Rng): Case {
  const names = ["a", "b", "c", "d"].slice(0, rng.between(1, 4));
  const columns = names.map((name, i): [string, string] => {
    if (operator === "fromStream" && i === 0) return [name, "bool"];
    return [name, rng.chance(0.5) ? "int?" : randomType(rng)];
  });
  const spec = { columns, appendOnly: rng.chance(0.3) };
  const schema = schemaOf(columns);
  let count = 0;
  const node = (name: string, inputs: PlanNode[], options: unknown, of = schema): PlanNode => {
    const appendOnly = name === "source" && spec.appendOnly;
    return { id: count++, operator: name, inputs, options, columns: of, appendOnly, site: null };
  };
  const source = node("source", [], {});
  const column = (position: number) => {
    const { name, type } = schema[position] as (typeof schema)[number];
    return { kind: "column", owner: 0, name, position, type } as const;
  };
  const failing = {
    kind: "apply",
    args: [column(0)],
    deterministic: true,
    site: null,
    type: (schema[0] as (typeof schema)[number]).type,
    fn(value: unknown) {
      if (canonical(value).length === 2) throw new Error("two characters");
      return value;
    },
  } as const;
  const expressions = schema.map((_, position) => (position === 0 ? failing : column(position)));
  const selected = node("select", [source], { expressions });
  const options = (optionsOf[operator] as (rng: Rng, columns: number) => unknown)(rng, names.length);
  const flag = { name: "flag", type: { name: "bool", optional: false } } as const;
  const made = operator === "toStream" ? [...schema, flag] : schema;
  const kept = node(operator, [selected], options, made);
  const read = rng.shuffled(names.map((_, i) => i)).slice(0, rng.between(1, names.length));
  const readColumns = read.map((i) => schema[i] as (typeof schema)[number]);
  const part = node("select", [kept], { expressions: read.map(column) }, readColumns);
  return { source, output: node("output", [part], {}, []), commits: randomCommits(rng, [spec]) };
}

/** Runs a case beside the oracle; after each commit all that differs is what the engine wrote. */
function check({ source, output, commits }: Case, shuffled: Rng | null, restartAfter: number): void {
  const engine = new EngineRun([output], [source]);
  const arrivals = new Arrivals();
  const keys = new EngineKeys();
  const rows = new Map<number, OracleRow>();
  let before: OracleTable = [];
  commits.forEach((given, number) => {
    const changes = net(given);
    for (const { key, row, diff } of changes.toSorted((a, b) => a.diff - b.diff)) {
      if (diff < 0) rows.delete(key);
      else rows.set(key, { key: sourceKey(0, key), row: row.map(decodeValue) });
    }
    arrivals.now = 2 * (number + 1);
    const known = new Map<PlanNode, OracleTable>();
    const whole = evaluatePlan(output, new Map([[source, [...rows.values()]]]), known, arrivals);
    const table = whole.filter(({ row }) => !row.includes(ERROR));
    const wanted = difference(before, table).map(({ key, row, diff }) => text(keys.textOf(key), row, diff));
    before = table;
    const fed = (shuffled === null ? given : shuffled.shuffled(changes)).map(({ key, row, diff }) => ({
      key: sourceKeyWords(0, key),
      row: row.map(decodeValue),
      diff,
    }));
    const [written = []] = engine.step(arrivals.now, [fed]);
    const got = written.map(({ key, row, diff }: CapturedChange) => text(key, row, diff));
    expect(got.sort(), `commit ${number}`).toEqual(wanted.sort());
    if (number + 1 === restartAfter) engine.restart();
  });
}

function text(key: string, row: readonly unknown[], diff: number): string {
  return `${diff} [${key}] ${row.map(canonical).join(" | ")}`;
}

/** Without the changes that cancel. */
function net(changes: readonly ChangeSpec[]): ChangeSpec[] {
  const sums = new Map<string, { change: ChangeSpec; sum: number }>();
  for (const change of changes) {
    const id = identity({ key: sourceKey(0, change.key), row: change.row.map(decodeValue) });
    sums.set(id, { change, sum: (sums.get(id)?.sum ?? 0) + change.diff });
  }
  return [...sums.values()].flatMap(({ change, sum }) =>
    sum === 0 ? [] : [{ ...change, diff: sum > 0 ? 1 : -1 } as const],
  );
}

describe.each(definitions)(`operator $name, from seed ${seed}`, ({ name, historyDependent, linear }) => {
  function forCases(law: (example: Case, rng: Rng) => void): void {
    for (let i = 0; i < programsEach; i++) {
      const rng = new Rng(seed + i);
      try {
        law(randomCase(name, rng), rng);
      } catch (error) {
        throw new Error(`TOWPATH_FUZZ_SEED=${seed + i}: ${(error as Error).message}`, { cause: error });
      }
    }
  }

  test("says why, and has cases", () => {
    expect(historyDependent?.length).toBeGreaterThan(20);
    expect(Object.keys(optionsOf)).toContain(name);
    expect(linear).toBe(false);
  });

  test("laws 1, 6: each change is what the replayed history's answers differ by", () =>
    forCases((example) => check(example, null, 0)));

  test("law 2: the order of a commit's rows changes nothing", () =>
    forCases((example, rng) => check(example, rng, 0)));

  test("law 5: save, load, continue is continue, after every commit", () =>
    forCases((example) => example.commits.forEach((_, i) => check(example, null, i + 1))));
});
