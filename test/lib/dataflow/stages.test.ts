import { expect, test } from "vitest";
import { Batch } from "../../../lib/data/batch.ts";
import { Keys } from "../../../lib/data/keys.ts";
import { advanceStage, type Stage, StageEdge } from "../../../lib/dataflow/stages.ts";

function batch(time: number): Batch {
  return new Batch(time, 1, [], Keys.of(new Uint32Array(4)), null);
}

/** Records what it was stepped with. */
class Recorder implements Stage {
  readonly edges: readonly StageEdge[];
  readonly steps: string[] = [];

  constructor(...edges: StageEdge[]) {
    this.edges = edges;
  }

  step(time: number, batches: readonly (Batch | null)[]): void {
    this.steps.push(`${time}:${batches.map((given) => given?.time ?? "-").join(",")}`);
  }
}

/** An asynchronous operator: answers in any order, seals its edge in time order. */
class AsyncDouble {
  readonly output = new StageEdge();
  readonly #waiting: { time: number; done: boolean }[] = [];

  submit(time: number): void {
    this.#waiting.push({ time, done: false });
  }

  answer(time: number): void {
    const entry = this.#waiting.find((waiting) => waiting.time === time);
    if (entry !== undefined) entry.done = true;
    while (this.#waiting[0]?.done)
      this.output.seal((this.#waiting.shift() as { time: number }).time, batch(time));
  }
}

test("a stage waits for answers and then goes on in time order, however they come", () => {
  const work = new AsyncDouble();
  const after = new Recorder(work.output);
  for (const time of [2, 4, 6]) work.submit(time);
  work.answer(6);
  expect(advanceStage(after)).toEqual([]);
  work.answer(4);
  expect(advanceStage(after)).toEqual([]);
  work.answer(2);
  expect(advanceStage(after)).toEqual([2, 4, 6]);
  expect(work.output.drained).toBe(true);
});

test("a merge waits for the same time on all its edges", () => {
  const slow = new AsyncDouble();
  const fast = new StageEdge();
  const merge = new Recorder(slow.output, fast);
  slow.submit(2);
  slow.submit(6);
  fast.seal(2, batch(2));
  fast.seal(4, batch(4));
  fast.seal(6, null);
  expect(advanceStage(merge)).toEqual([]);
  slow.answer(2);
  expect(advanceStage(merge)).toEqual([2]);
  slow.answer(6);
  expect(advanceStage(merge)).toEqual([4, 6]);
  expect(merge.steps).toEqual(["2:2,2", "4:-,4", "6:6,-"]);
});

test("stages that share no edge never wait for each other, and one may run ahead", () => {
  const slow = new AsyncDouble();
  const blocked = new Recorder(slow.output);
  const free = new StageEdge();
  const running = new Recorder(free);
  for (const time of [2, 4, 6]) {
    slow.submit(time);
    free.seal(time, batch(time));
    advanceStage(blocked);
    advanceStage(running);
  }
  expect(running.steps).toHaveLength(3);
  expect(blocked.steps).toHaveLength(0);
});

test("times grow on an edge, and nothing is read before it is sealed", () => {
  const edge = new StageEdge();
  edge.seal(4, null);
  expect(() => edge.seal(4, null)).toThrow(/not above/);
  expect(() => edge.take(6)).toThrow(/before it was sealed/);
});
