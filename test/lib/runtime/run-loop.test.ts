import { expect, test } from "vitest";
import { Batch } from "../../../lib/data/batch.ts";
import { NumberColumn } from "../../../lib/data/column.ts";
import { Keys } from "../../../lib/data/keys.ts";
import type { Columns } from "../../../lib/data/schema.ts";
import { CommitClock } from "../../../lib/data/time.ts";
import type { Sink } from "../../../lib/io/sink.ts";
import { COMMIT, ENDED, IDLE, type PollResult, type Source } from "../../../lib/io/source.ts";
import type { PlanNode } from "../../../lib/plan/node.ts";
import { Engine } from "../../../lib/runtime/engine.ts";
import { ErrorLog } from "../../../lib/runtime/error-log.ts";
import { logColumns } from "../../../lib/runtime/log-entry.ts";
import { RunLoop } from "../../../lib/runtime/run-loop.ts";
import { Waker } from "../../../lib/runtime/waker.ts";

const columns: Columns = [{ name: "n", type: { name: "int", optional: false } }];

/** Gives the commits it is told, each with one row. */
class ScriptedSource implements Source {
  readonly name: string;
  readonly acknowledged: number[] = [];
  readonly times: number[] = [];
  commits: number;
  ends = true;

  constructor(name: string, commits: number) {
    this.name = name;
    this.commits = commits;
  }

  async open(): Promise<void> {}

  poll(): PollResult {
    if (this.commits === 0) return this.ends ? ENDED : IDLE;
    this.commits--;
    return COMMIT;
  }

  seal(time: number): Batch {
    this.times.push(time);
    return new Batch(time, 1, [new NumberColumn(Float64Array.of(time))], Keys.of(new Uint32Array(4)), null);
  }

  release(): void {}

  acknowledge(time: number): void {
    this.acknowledged.push(time);
  }

  stats() {
    return { rows: 0, commits: 0, rejected: 0, lag: null, pending: 0 };
  }

  async close(): Promise<void> {}
}

class ScriptedSink implements Sink {
  readonly name = "sink";
  readonly times: number[] = [];
  full = false;
  deliveredUpTo = Number.POSITIVE_INFINITY;

  async open(): Promise<void> {}

  write(batch: Batch): void {
    this.times.push(batch.time);
  }

  async flush(): Promise<void> {}

  stats() {
    return { changes: 0, lastTime: null, latencyMs: null };
  }

  async close(): Promise<void> {}
}

function loopOver(sources: ScriptedSource[], sink: Sink, now = () => 100, log: ErrorLog | null = null) {
  const node = (id: number, operator: string, inputs: PlanNode[]): PlanNode => ({
    id,
    operator,
    inputs,
    options: {},
    columns: operator === "source" ? columns : [],
    appendOnly: true,
    site: null,
  });
  const ins = sources.map((_, id) => node(id, "source", []));
  const outs = ins.map((input, i) => node(ins.length + i, "output", [input]));
  const engine = new Engine(outs, () => {});
  const waker = new Waker();
  const running = sources.map((source, i) => ({ nodeId: i, source }));
  const clock = new CommitClock(now);
  return {
    waker,
    loop: new RunLoop(
      engine,
      clock,
      running,
      outs.map(() => sink),
      waker,
      log === null ? null : { nodeId: -1, source: log },
    ),
  };
}

test("each commit of each source is a time of its own, taken in turn", async () => {
  const [a, b] = [new ScriptedSource("a", 3), new ScriptedSource("b", 1)];
  const sink = new ScriptedSink();
  const { loop } = loopOver([a, b], sink);
  await loop.run(() => false);
  expect([a.times, b.times]).toEqual([[100, 104, 106], [102]]);
  expect(sink.times).toEqual([100, 102, 104, 106]);
  expect(loop.commits).toBe(4);
});

test("times are even, follow the clock and always grow", async () => {
  const source = new ScriptedSource("a", 4);
  const readings = [7, 7, 90, 3];
  const { loop } = loopOver([source], new ScriptedSink(), () => readings.shift() as number);
  await loop.run(() => false);
  expect(source.times).toEqual([6, 8, 90, 92]);
});

test("a full sink holds every source until it wakes the loop", async () => {
  const source = new ScriptedSource("a", 2);
  const sink = new ScriptedSink();
  sink.full = true;
  const { loop, waker } = loopOver([source], sink);
  const done = loop.run(() => false);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(source.times).toEqual([]);
  sink.full = false;
  waker.wake();
  await done;
  expect(source.times).toEqual([100, 102]);
});

test("sources are told of times that every output has delivered, and of no others", async () => {
  const source = new ScriptedSource("a", 3);
  source.ends = false;
  const sink = new ScriptedSink();
  sink.deliveredUpTo = 100;
  const { loop, waker } = loopOver([source], sink);
  let stopped = false;
  const done = loop.run(() => stopped);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(source.acknowledged).toEqual([100]);
  sink.deliveredUpTo = Number.POSITIVE_INFINITY;
  waker.wake();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(source.acknowledged).toEqual([100, 104]);
  stopped = true;
  waker.wake();
  await done;
});

test("a commit that failed in part is acknowledged with the commit that lists what failed", async () => {
  const log = new ErrorLog(logColumns.map(() => true));
  const row = { key: () => "00000000-0000-0000-0000-000000000000", origin: () => null, cells: () => "" };
  const failAt = (time: number): boolean =>
    log.add({ operator: "select", site: null, time, row, detail: "", cause: undefined });
  class FailingSource extends ScriptedSource {
    override seal(time: number): Batch {
      if (this.times.length === 0) failAt(time);
      return super.seal(time);
    }
  }
  const source = new FailingSource("a", 2);
  source.ends = false;
  const sink = new ScriptedSink();
  sink.deliveredUpTo = 100;
  const { loop, waker } = loopOver([source], sink, () => 100, log);
  let stopped = false;
  const done = loop.run(() => stopped);
  const delivered = async (upTo: number): Promise<number[]> => {
    sink.deliveredUpTo = upTo;
    waker.wake();
    await new Promise((resolve) => setTimeout(resolve, 20));
    return source.acknowledged;
  };
  await delivered(100);
  expect(source.times).toEqual([100, 104]);
  expect(log.stats()).toMatchObject({ rows: 1, commits: 1 });
  expect(await delivered(100)).toEqual([99]);
  expect(await delivered(102)).toEqual([99, 102]);
  expect(await delivered(104)).toEqual([99, 102, 104]);
  // What fails in the log's own commit is not listed.
  expect([failAt(102), failAt(104)]).toEqual([false, true]);
  stopped = true;
  waker.wake();
  await done;
  loop.finish();
  expect(log.stats()).toMatchObject({ rows: 2, commits: 2 });
});

test("a wake-up before the sleep is not lost", async () => {
  const waker = new Waker();
  waker.wake();
  await waker.sleep();
  const sleeping = waker.sleep();
  waker.wake();
  await sleeping;
});
