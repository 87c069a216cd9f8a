import { expect, test } from "vitest";
import { Batch } from "../../../lib/data/batch.ts";
import { Keys } from "../../../lib/data/keys.ts";
import type { CircuitNode } from "../../../lib/dataflow/circuit.ts";
import type { Operator, StepContext } from "../../../lib/dataflow/operator.ts";
import { Scheduler } from "../../../lib/dataflow/scheduler.ts";

function batch(time: number): Batch {
  return new Batch(time, 1, [], Keys.of(new Uint32Array(4)), null);
}

/** An operator that records its visits and may ask for a half-step. */
class Recorder implements Operator {
  readonly stateSize = 1;
  readonly visits: string[] = [];
  readonly ticks: boolean;
  readonly #halves: boolean;

  constructor(options: { ticks?: boolean; halves?: boolean } = {}) {
    this.ticks = options.ticks ?? false;
    this.#halves = options.halves ?? false;
  }

  step(inputs: readonly (Batch | null)[], context: StepContext): Batch | null {
    this.visits.push(
      `${context.time}/${context.round}:${inputs.map((input) => input?.time ?? "-").join(",")}`,
    );
    if (this.#halves && context.time % 2 === 0) context.scheduleHalfStep();
    return inputs.some((input) => input !== null) || context.time % 2 === 1 ? batch(context.time) : null;
  }

  save(): void {}

  load(): void {}
}

function node(operator: Operator, inputs: readonly number[] = []): CircuitNode {
  const label = `node${inputs.join("-")}`;
  return {
    operator,
    inputs,
    label,
    stage: 0,
    site: null,
    identity: () => ({ stateName: label, title: label }),
  };
}

test("visits operators with input once, in topological order, and lets the others rest", () => {
  const [left, right, join, clock] = [
    new Recorder(),
    new Recorder(),
    new Recorder(),
    new Recorder({ ticks: true }),
  ];
  const source = new Recorder();
  const scheduler = new Scheduler({
    nodes: [node(source), node(source), node(left, [0]), node(right, [1]), node(join, [2, 3]), node(clock)],
  });
  scheduler.step(10, new Map([[0, batch(10)]]));
  expect([left.visits, right.visits, join.visits, clock.visits]).toEqual([
    ["10/0:10"],
    [],
    ["10/0:10,-"],
    ["10/0:"],
  ]);
  scheduler.step(
    12,
    new Map([
      [0, batch(12)],
      [1, batch(12)],
    ]),
  );
  expect(join.visits.at(-1)).toBe("12/0:12,12");
  expect(source.visits).toEqual([]);
});

test("a half-step visits once more at the odd time, without the injected input", () => {
  const halving = new Recorder({ halves: true, ticks: true });
  const after = new Recorder();
  const scheduler = new Scheduler({ nodes: [node(new Recorder()), node(halving, [0]), node(after, [1])] });
  scheduler.step(10, new Map([[0, batch(10)]]));
  expect(halving.visits).toEqual(["10/0:10", "11/0:-"]);
  expect(after.visits).toEqual(["10/0:10", "11/0:11"]);
});

test("refuses times that are odd or do not grow, and a half-step of a half-step", () => {
  const scheduler = new Scheduler({ nodes: [node(new Recorder())] });
  scheduler.step(10, new Map());
  expect(() => scheduler.step(10, new Map())).toThrow(/not above/);
  expect(() => scheduler.step(13, new Map())).toThrow(/not even/);
  const greedy: Operator = {
    stateSize: 0,
    ticks: true,
    step(_, context) {
      context.scheduleHalfStep();
      return null;
    },
    save() {},
    load() {},
  };
  expect(() => new Scheduler({ nodes: [node(greedy)] }).step(2, new Map())).toThrow(/half-step/);
});

test("rounds reach the operators", () => {
  const looped = new Recorder();
  const scheduler = new Scheduler({ nodes: [node(new Recorder()), node(looped, [0])] });
  scheduler.step(4, new Map([[0, batch(4)]]), 3);
  expect(looped.visits).toEqual(["4/3:4"]);
});
