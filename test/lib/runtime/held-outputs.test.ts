import { expect, test } from "vitest";
import type { Sink } from "../../../lib/io/sink.ts";
import { HeldOutputs } from "../../../lib/runtime/held-outputs.ts";
import { batchOf, poison } from "../../support/batches.ts";
import { CaptureSink } from "../../support/capture.ts";

const columns = [{ name: "n", type: { name: "int", optional: false } }] as const;

class StubJournal {
  durableTime = 0;
  async drained(): Promise<void> {}
}

function setUp(others: readonly Sink[] = []) {
  const journal = new StubJournal();
  const sink = new CaptureSink(columns);
  const failures: Error[] = [];
  const held = new HeldOutputs([sink, ...others], journal, (error) => failures.push(error));
  const commit = (time: number): void => {
    for (const facade of held.facades) {
      const batch = batchOf(time, columns, [{ key: [time, 0, 0, 0], row: [time], diff: 1 }]);
      facade.write(batch, Uint32Array.of(0));
      poison(batch);
    }
    for (const facade of held.facades) facade.endTime?.(time);
  };
  const times = (): number[] => sink.changes.map(({ row }) => row[0] as number);
  return { journal, sink, held, commit, times, failures };
}

test("a commit whose record is not durable waits as a copy, in order, and counts as not delivered", () => {
  const { journal, sink, held, commit, times } = setUp();
  commit(2);
  commit(4);
  expect([times(), held.facades[0]?.deliveredUpTo]).toEqual([[], 1]);
  journal.durableTime = 2;
  held.handOn();
  expect([times(), sink.endedTimes, held.facades[0]?.deliveredUpTo]).toEqual([[2], [2], 3]);
  journal.durableTime = 6;
  // Behind one that waits, also what is durable waits for its turn.
  commit(6);
  expect(times()).toEqual([2]);
  held.handOn();
  expect([times(), held.facades[0]?.deliveredUpTo]).toEqual([[2, 4, 6], Number.POSITIVE_INFINITY]);
  journal.durableTime = 8;
  commit(8);
  expect(times()).toEqual([2, 4, 6, 8]);
});

test("no output is a commit ahead of another: a full one holds them all", () => {
  const full = Object.assign(new CaptureSink(columns), { full: false }) as CaptureSink & { full: boolean };
  const { journal, held, commit, times } = setUp([full]);
  commit(2);
  commit(4);
  journal.durableTime = 4;
  full.full = true;
  held.handOn();
  expect([times(), full.changes.length, held.facades[0]?.full]).toEqual([[], 0, false]);
  expect(held.facades[1]?.full).toBe(true);
  full.full = false;
  held.handOn();
  expect([times(), full.changes.length]).toEqual([[2, 4], 2]);
});

test("a gate keeps what is later than a checkpoint until it opens", async () => {
  const { journal, held, commit, times } = setUp();
  commit(2);
  journal.durableTime = 2;
  await held.close(2);
  expect(times()).toEqual([2]);
  journal.durableTime = 4;
  commit(4);
  held.handOn();
  expect(times()).toEqual([2]);
  held.open();
  expect(times()).toEqual([2, 4]);
});

test("a sink that throws later than its commit ends the run, and is given nothing more", () => {
  const { journal, sink, held, commit, failures } = setUp();
  commit(2);
  commit(4);
  sink.write = () => {
    throw new Error("no");
  };
  journal.durableTime = 4;
  held.handOn();
  expect(failures.map(({ message }) => message)).toEqual(["no"]);
});

test("too many rows held make the run wait", () => {
  const { held, commit } = setUp();
  for (let i = 1; i <= 999; i++) commit(2 * i);
  expect(held.facades[0]?.full).toBe(false);
  commit(2_000);
  expect(held.facades[0]?.full).toBe(true);
});
