import { describe, expect, test, vi } from "vitest";
import { Batch } from "../../lib/data/batch.ts";
import { gatherBatch } from "../../lib/data/rows.ts";
import type { Operator } from "../../lib/dataflow/operator.ts";
import type { operators as Operators } from "../../lib/operators/index.ts";
import type { OperatorDefinition } from "../../lib/operators/operator-definition.ts";
import { Rng } from "../support/rng.ts";
import { randomProgram } from "./random-program.ts";
import { failureOf, randomTrial, runTrial, shrinkTrial, type Trial } from "./run-program.ts";

/** Deliberate mistakes: a suite that lets one of them pass is worth nothing. */
type Sabotage = (operator: Operator) => Operator;

const current = vi.hoisted(() => ({ name: "", sabotage: null as Sabotage | null }));

vi.mock("../../lib/operators/index.ts", async (importOriginal) => {
  const { operators } = await importOriginal<{ operators: typeof Operators }>();
  const broken = Object.values<OperatorDefinition>(operators).map((definition) => {
    const create: OperatorDefinition["create"] = (spec) => {
      const operator = definition.create(spec);
      return definition.name === current.name && current.sabotage !== null
        ? current.sabotage(operator)
        : operator;
    };
    return [definition.name, { ...definition, create }];
  });
  return { operators: Object.fromEntries(broken) };
});

/** An operator whose results pass through `change`. */
function changing(change: (batch: Batch) => Batch | null): Sabotage {
  return (operator) => ({
    step: (inputs, context) => {
      const result = operator.step(inputs, context);
      return result === null ? null : change(result);
    },
    save: (writer) => operator.save(writer),
    load: (reader) => operator.load(reader),
    get stateSize() {
      return operator.stateSize;
    },
  });
}

function rowsWhere(batch: Batch, keep: (diff: number, row: number) => boolean): Batch | null {
  const rows = Array.from({ length: batch.length }, (_, row) => row);
  const kept = rows.filter((row) => keep(batch.diffs?.[row] ?? 1, row));
  return kept.length === 0 ? null : gatherBatch(batch, Uint32Array.from(kept), kept.length);
}

const withoutDeletions = changing((batch) => rowsWhere(batch, (diff) => diff > 0));
const withoutLastRow = changing((batch) => rowsWhere(batch, (_, row) => row < 5));

/** Says a row in two parts, which come to the same when added up, but are more than the change demands. */
const chatty = changing((batch) => {
  if (batch.length !== 1 || (batch.diffs?.[0] ?? 1) !== 1) return batch;
  const twice = gatherBatch(batch, new Uint32Array(2), 2);
  return new Batch(batch.time, 2, twice.columns, twice.keys, Int32Array.of(-1, 2));
});

const forgetful: Sabotage = (operator) => ({
  step: (inputs, context) => operator.step(inputs, context),
  save: (writer) => operator.save(writer),
  load: () => {},
  get stateSize() {
    return operator.stateSize;
  },
});

const hoarding: Sabotage = (operator) => ({
  step: (inputs, context) => operator.step(inputs, context),
  save: (writer) => operator.save(writer),
  load: (reader) => operator.load(reader),
  get stateSize() {
    return operator.stateSize + 1;
  },
});

/** Hands on, one commit late, a batch that was only lent. */
const late: Sabotage = (operator) => {
  let kept: Batch | null = null;
  return {
    step: (inputs, context) => {
      const result = kept;
      kept = operator.step(inputs, context);
      return result;
    },
    save: (writer) => operator.save(writer),
    load: (reader) => operator.load(reader),
    stateSize: 0,
  };
};

describe("the suite catches", () => {
  test.each<[string, string, Sabotage]>([
    ["a filter that forgets deletions", "filter", withoutDeletions],
    ["a groupBy that keeps its old answers", "groupBy", withoutDeletions],
    ["a join that keeps its old pairs", "join", withoutDeletions],
    ["a concat that drops what is much", "concat", withoutLastRow],
    ["a select that says more than it must", "select", chatty],
    ["a groupBy that loads nothing", "groupBy", forgetful],
    ["a groupBy that keeps something for ever", "groupBy", hoarding],
    ["a filter that keeps what was lent", "filter", late],
  ])("%s", { timeout: 120_000 }, (_, name, sabotage) => {
    const found = firstFailure(name, sabotage);
    expect(found, "no program failed").not.toBeNull();
    const small = shrinkTrial(found as Trial, failureOf(found as Trial) as Error);
    expect(small.program.commits.flat().length).toBeLessThanOrEqual(10);
    // The mistake is what failed, not the program.
    current.sabotage = null;
    runTrial(small);
  });
});

function firstFailure(name: string, sabotage: Sabotage): Trial | null {
  for (let seed = 0; seed < 400; seed++) {
    const rng = new Rng(seed);
    const trial = randomTrial(rng.fork(), randomProgram(rng, { stepsMax: 3 }));
    Object.assign(current, { name, sabotage });
    if (failureOf(trial) !== null) return trial;
  }
  return null;
}
