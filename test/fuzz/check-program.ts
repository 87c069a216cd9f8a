import type { PlanNode } from "../../lib/plan/node.ts";
import { Arrivals } from "../oracle/arrivals.ts";
import { evaluatePlan } from "../oracle/plan.ts";
import {
  difference,
  identity,
  type OracleChange,
  type OracleRow,
  type OracleTable,
  sourceKey,
} from "../oracle/table.ts";
import { canonical, ERROR } from "../oracle/value.ts";
import type { KeyedChange } from "../support/batches.ts";
import type { CapturedChange } from "../support/capture.ts";
import { EngineRun } from "../support/engine-run.ts";
import { Rng } from "../support/rng.ts";
import { buildPlan, type ProgramPlan } from "./build-plan.ts";
import { EngineKeys, sourceKeyWords } from "./engine-key.ts";
import { type ChangeSpec, decodeValue, encodeValue, type ProgramSpec } from "./spec.ts";

/** How a program's commits are fed. Each way must give the same changes for each commit. */
export interface Feeding {
  /** Law 2: rows of a commit in another order, and in several steps. */
  readonly shuffled: boolean;
  readonly split: boolean;
  /** Law 5: after this many commits the state is saved and a fresh engine goes on; null: never. */
  readonly restartAfter: number | null;
}

/** The oracle and the engine disagree. */
class Disagreement extends Error {}

/** Builds the nodes that the engine runs; the oracle always evaluates the plain ones of `buildPlan`. */
export type EnginePlan = (program: ProgramSpec) => ProgramPlan;

/**
 * Runs a program through the engine and the oracle, and throws Disagreement at the first commit after which they
 * differ: in a row, a key, a diff, a missing change or one too many (laws 1, 2, 5 and 6), or where something is left
 * after all rows have been retracted (law 3). Throws TooManyRows, of the oracle, for a program whose tables grow too large.
 */
export function checkProgram(program: ProgramSpec, feeding: Feeding, plan: EnginePlan): void {
  const checker = new Checker(program, feeding, plan);
  program.commits.forEach((changes, number) => checker.commit(changes, number));
  if (program.sources.every(({ appendOnly }) => !appendOnly)) checker.retractAll();
}

class Checker {
  readonly #oracle: ProgramPlan;
  readonly #engine: EngineRun;
  readonly #feeding: Feeding;
  readonly #rng: Rng;
  readonly #keys = new EngineKeys();
  readonly #rows: Map<number, OracleRow>[];
  readonly #arrivals = new Arrivals();
  readonly #remembers: boolean;
  #before: OracleTable[];
  /** What the oracle says of the rows that the engine was given last. */
  #after: OracleTable[];
  #time = 0;

  constructor(program: ProgramSpec, feeding: Feeding, plan: EnginePlan) {
    this.#oracle = buildPlan(program, { source: () => null, output: () => null });
    const { outputs, sources } = plan(program);
    this.#engine = new EngineRun(outputs, sources);
    this.#feeding = feeding;
    this.#remembers = program.steps.some(({ op }) => op === "deduplicate" || op === "toStream");
    this.#rng = new Rng(program.commits.length);
    this.#rows = program.sources.map(() => new Map());
    this.#before = program.outputs.map(() => []);
    this.#after = this.#before;
  }

  commit(changes: readonly ChangeSpec[], number: number): void {
    this.#compare(this.#feed(changes), `commit ${number}`);
    if (this.#feeding.restartAfter === number + 1) this.#engine.restart();
  }

  retractAll(): void {
    const changes = this.#rows.flatMap((rows, source) =>
      [...rows].map(([key, { row }]): ChangeSpec => ({ source, key, row: row.map(encodeValue), diff: -1 })),
    );
    this.#compare(this.#feed(changes), "the retraction of everything");
    const { stateSize } = this.#engine;
    // What was accepted stays.
    if (stateSize !== 0 && !this.#remembers)
      throw new Disagreement(`after the retraction of everything the state still holds ${stateSize}`);
  }

  #apply({ source, key, row, diff }: ChangeSpec): void {
    const rows = this.#rows[source] as Map<number, OracleRow>;
    if (diff < 0) rows.delete(key);
    else rows.set(key, { key: sourceKey(source, key), row: row.map(decodeValue) });
  }

  /** Feeds one commit in the way asked for; returns what each output wrote, over all steps. */
  #feed(changes: readonly ChangeSpec[]): CapturedChange[][] {
    const { split, shuffled } = this.#feeding;
    const ordered = shuffled ? this.#rng.shuffled(net(changes)) : changes;
    const parts = split ? this.#parts(net(ordered)) : [ordered];
    const written: CapturedChange[][] = this.#before.map(() => []);
    for (const part of parts) {
      this.#time += 2;
      // What goes is taken before what comes: the new version of a row has the old one's key.
      for (const change of net(part).sort((a, b) => a.diff - b.diff)) this.#apply(change);
      // Before the engine, because the oracle refuses tables that nobody wants to wait for; and at every time, because
      // some answers depend on when rows came.
      this.#arrivals.now = this.#time;
      this.#after = this.#evaluate();
      const bySource = this.#rows.map((_, source) =>
        part
          .filter((change) => change.source === source)
          .map(
            ({ key, row, diff }): KeyedChange => ({
              key: sourceKeyWords(source, key),
              row: row.map(decodeValue),
              diff,
            }),
          ),
      );
      this.#engine.step(this.#time, bySource).forEach((output, i) => {
        for (const change of output) written[i]?.push(change);
      });
    }
    return written;
  }

  #evaluate(): OracleTable[] {
    const sources = new Map(
      this.#oracle.sources.map((node, i) => [node, [...(this.#rows[i]?.values() ?? [])]]),
    );
    const known = new Map<PlanNode, OracleTable>();
    return this.#oracle.outputs.map((node) => evaluatePlan(node, sources, known, this.#arrivals));
  }

  /** A row's new version never comes before its old one goes: a source's keys stay unique. */
  #parts(changes: readonly ChangeSpec[]): ChangeSpec[][] {
    const parts: ChangeSpec[][] = [[], [], []];
    const earliest = new Map<string, number>();
    for (const change of [...changes].sort((a, b) => a.diff - b.diff)) {
      const id = `${change.source} ${change.key}`;
      const part = this.#rng.between(earliest.get(id) ?? 0, parts.length - 1);
      earliest.set(id, part);
      parts[part]?.push(change);
    }
    return parts;
  }

  #compare(written: readonly CapturedChange[][], when: string): void {
    this.#after.forEach((evaluated, i) => {
      // A row with a failed cell never reaches an output.
      const table = evaluated.filter(({ row }) => !row.includes(ERROR));
      const expected = difference(this.#before[i] as OracleTable, table);
      this.#before[i] = table;
      const got = written[i] as CapturedChange[];
      const where = `${when}, output ${i}`;
      if (this.#feeding.split) this.#compareChanges(where, expected, summed(got));
      else this.#compareChanges(where, expected, got);
    });
  }

  #compareChanges(where: string, expected: readonly OracleChange[], got: readonly CapturedChange[]): void {
    const wanted = expected
      .map((change) => changeText(this.#keys.textOf(change.key), change.row, change.diff))
      .sort();
    const given = got.map(({ key, row, diff }) => changeText(key, row, diff)).sort();
    if (wanted.join("\n") === given.join("\n")) return;
    const missing = wanted.filter((text) => !given.includes(text));
    const tooMany = given.filter((text, i) => !wanted.includes(text) || given.indexOf(text) !== i);
    const list = (title: string, texts: readonly string[]): string =>
      `\n  ${title}:\n    ${texts.join("\n    ") || "none"}`;
    throw new Disagreement(`${where}:${list("missing", missing)}${list("not expected", tooMany)}`);
  }
}

/** The changes of a commit without those that cancel, so that they may be fed in any order. */
function net(changes: readonly ChangeSpec[]): ChangeSpec[] {
  const byRow = new Map<string, { change: ChangeSpec; diff: number }>();
  for (const change of changes) {
    const id = identity({ key: sourceKey(change.source, change.key), row: change.row.map(decodeValue) });
    const entry = byRow.get(id);
    if (entry === undefined) byRow.set(id, { change, diff: change.diff });
    else entry.diff += change.diff;
  }
  return [...byRow.values()].flatMap(({ change, diff }) =>
    diff === 0 ? [] : [{ ...change, diff: diff > 0 ? 1 : -1 }],
  );
}

/** Changes of several times as one. */
function summed(changes: readonly CapturedChange[]): CapturedChange[] {
  const byRow = new Map<string, CapturedChange>();
  for (const change of changes) {
    const id = changeText(change.key, change.row, 0);
    byRow.set(id, { ...change, diff: (byRow.get(id)?.diff ?? 0) + change.diff });
  }
  return [...byRow.values()].filter(({ diff }) => diff !== 0);
}

function changeText(key: string, row: readonly unknown[], diff: number): string {
  return `${diff > 0 ? "+" : ""}${diff} [${key}] ${row.map(canonical).join(" | ")}`;
}
