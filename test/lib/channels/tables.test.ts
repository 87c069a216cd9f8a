/** Tables of channels inside the process: what is committed when, and how a channel ends with its run. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { input } from "../../../connectors/code/input.ts";
import { subscribe } from "../../../connectors/code/subscribe.ts";
import { ChannelSink } from "../../../lib/channels/channel-sink.ts";
import { ChannelSource } from "../../../lib/channels/channel-source.ts";
import type { ChannelReader } from "../../../lib/channels/ends.ts";
import { memory } from "../../../lib/channels/memory.ts";
import { graph } from "../../../lib/plan/plan.ts";
import { run } from "../../../lib/runtime/run.ts";
import { addOutput } from "../../../lib/table/output.ts";
import { reducers } from "../../../lib/table/reducers.ts";
import { schema } from "../../../lib/table/schema.ts";
import { tableFromSource } from "../../../lib/table/source.ts";
import type { Table } from "../../../lib/table/table.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

interface Sample {
  readonly n: number;
}

const Samples = schema({ n: "int" });
const place = { schema: "samples", uri: "signal" };
const quiet = { monitoring: "none" } as const;

function read(reader: ChannelReader<Sample>, everyMs: number | null = null): Table<Sample> {
  const { columns } = Samples;
  const plan = {
    name: "samples",
    columns,
    everyMs,
    createReader: () => reader,
    rowOf: (one: unknown) => one as Sample,
  };
  return tableFromSource<Sample>(columns, {
    connector: "channel",
    name: "samples",
    describe: {},
    appendOnly: true,
    create: () => new ChannelSource(plan),
  });
}

const samples = (...values: number[]): Sample[] => values.map((n) => ({ n }));

it("makes a commit of what comes together, and ends with its writer", async () => {
  const { reader, writer } = memory();
  const output = writer<Sample>(place);
  const commits: number[][] = [];
  const running = graph(() => {
    let rows: number[] = [];
    subscribe(read(reader<Sample>(place)), {
      onChange: ({ row }) => rows.push(row.n),
      onTimeEnd: () => {
        commits.push(rows);
        rows = [];
      },
    });
    return run(quiet);
  });
  await output.open();
  await output.write(samples(1, 2));
  await sleep(50);
  await output.write(samples(3));
  await output.close();
  expect(await running).toMatchObject({ reason: "ended", commits: 2 });
  expect(commits).toEqual([[1, 2], [3]]);
});

it("commits by time where it is told to", async () => {
  const { reader, writer } = memory();
  const output = writer<Sample>(place);
  const running = graph(() => {
    subscribe(read(reader<Sample>(place), 60_000), { onChange: () => {} });
    return run(quiet);
  });
  await output.open();
  for (let n = 0; n < 5; n++) {
    await output.write(samples(n));
    await sleep(5);
  }
  await output.close();
  expect(await running).toMatchObject({ commits: 1 });
});

it("tells its reader only what has been delivered", async () => {
  const { reader, writer } = memory();
  const output = writer<Sample>(place);
  const [inner, told] = [reader<Sample>(place), [] as string[]];
  const commit = inner.commit.bind(inner);
  inner.commit = async () => {
    told.push(`commit ${inner.position}`);
    await commit();
  };
  let isSlow = true;
  const running = graph(() => {
    subscribe(read(inner), {
      async onChange({ row }) {
        if (row.n === 2 && isSlow) await sleep(1_500);
        isSlow = false;
        told.push(`seen ${row.n}`);
      },
    });
    return run(quiet);
  });
  await output.open();
  await output.write(samples(1));
  await sleep(1_200);
  await output.write(samples(2));
  await sleep(50);
  await output.write(samples(3));
  await sleep(2_000);
  await output.close();
  await running;
  expect(told).toEqual(["seen 1", "commit 1", "seen 2", "seen 3", "commit 3"]);
});

it("leaves to the next run what a run has not delivered", async () => {
  const { reader, writer } = memory();
  const output = writer<Sample>(place);
  const failing = graph(() => {
    subscribe(read(reader<Sample>(place)), {
      onChange({ row }) {
        if (row.n === 2) throw new Error("no twos");
      },
    });
    return run(quiet);
  });
  failing.catch(() => {});
  await output.open();
  await output.write(samples(1, 2, 3));
  await expect(failing).rejects.toThrow("no twos");
  const seen: number[] = [];
  const again = graph(() => {
    subscribe(read(reader<Sample>(place)), { onChange: ({ row }) => seen.push(row.n) });
    return run(quiet);
  });
  await output.close();
  await again;
  expect(seen).toEqual([1, 2, 3]);
});

it("ends the run where the writer fails, or a record is no row", async () => {
  const { reader, writer } = memory();
  const output = writer<Sample>(place);
  const once = (): Promise<unknown> => {
    const running = graph(() => {
      subscribe(read(reader<Sample>(place)), { onChange: () => {} });
      return run(quiet);
    });
    running.catch(() => {});
    return running;
  };
  const bad = once();
  await output.open();
  await output.write([{ n: 1 }, { n: 0.5 }]);
  await expect(bad).rejects.toMatchObject({
    code: "TP_ROW_BAD_VALUE",
    message: expect.stringMatching(/channel signal, reader reader.*record 2/),
  });
  const failed = graph(() => {
    subscribe(read(reader<Sample>({ ...place, uri: "other" })), { onChange: () => {} });
    return run(quiet);
  });
  failed.catch(() => {});
  const other = writer<Sample>({ ...place, uri: "other" });
  await other.open();
  await other.close(new Error("unplugged"));
  await expect(failed).rejects.toMatchObject({ code: "TP_CHANNEL_PEER" });
  await output.close();
});

it("is refused where a run keeps its state, because it has no history", async () => {
  const { reader } = memory();
  const path = await temporaryDirectory();
  const running = graph(() => {
    subscribe(read(reader<Sample>(place)), { onChange: () => {} });
    return run({ ...quiet, persistence: { path } });
  });
  await expect(running).rejects.toMatchObject({
    code: "TP_BAD_ARGUMENT",
    message: expect.stringContaining('"samples" cannot be resumed'),
  });
});

function write(table: Table<Sample>, withChanges: boolean, channels = memory()): typeof channels {
  addOutput(table, {
    connector: "channel",
    name: "samples",
    describe: {},
    create: (columns) =>
      new ChannelSink(columns, { name: "samples", withChanges, createWriter: () => channels.writer(place) }),
  });
  return channels;
}

/** Everything that a reader of the channel gets. */
async function taken<Item>({ reader }: ReturnType<typeof memory>): Promise<Item[]> {
  const from = reader<Item>(place);
  await from.open();
  const all: Item[] = [];
  for (let some = await from.take(100); some !== null; some = await from.take(100)) all.push(...some);
  await from.close();
  return all;
}

it("writes rows that come as records, and closes the channel when the run ends", async () => {
  await graph(async () => {
    const rows = input(Samples, { appendOnly: true });
    const channels = write(rows.table, false);
    const reading = taken(channels);
    for (const row of samples(1, 2, 3)) rows.insert(row);
    rows.close();
    const summary = await run(quiet);
    expect(await reading).toEqual(samples(1, 2, 3));
    expect(summary.outputs.samples.changes).toBe(3);
  });
});

it("waits for its readers with what it has computed", async () => {
  await graph(async () => {
    const rows = input(Samples, { appendOnly: true });
    const channels = write(rows.table, false);
    rows.insert({ n: 1 });
    rows.close();
    let isOver = false;
    const running = run(quiet).then(() => {
      isOver = true;
    });
    await sleep(100);
    expect(isOver).toBe(false);
    expect(await taken(channels)).toEqual(samples(1));
    await running;
  });
});

it("writes changes where the records can say them: rows that go first, equal ones one by one", async () => {
  await graph(async () => {
    const rows = input(Samples);
    const sums = rows.reduce((c) => ({ n: reducers.sum(c.n) }));
    const channels = write(sums as unknown as Table<Sample>, true);
    const reading = taken<Sample & { diff: number; time: number }>(channels);
    for (const n of [1, 2]) {
      rows.insert({ n });
      rows.commit();
    }
    rows.close();
    await run(quiet);
    const changes = await reading;
    expect(changes.map(({ n, diff }) => [n, diff])).toEqual([
      [1, 1],
      [1, -1],
      [3, 1],
    ]);
    expect(changes[1].time).toBe(changes[2].time);
    expect(changes[1].time).toBeGreaterThan(changes[0].time);
  });
});

it("refuses a row that goes, naming it, and tells its readers", async () => {
  await graph(async () => {
    const rows = input(Samples);
    const channels = write(rows.table, false);
    const reading = taken(channels);
    reading.catch(() => {});
    rows.insert({ n: 7 });
    rows.commit();
    rows.remove({ n: 7 });
    rows.close();
    await expect(run(quiet)).rejects.toMatchObject({
      code: "TP_MESSAGE_RETRACTED",
      message: expect.stringContaining("{ n: 7 }"),
    });
    await expect(reading).rejects.toMatchObject({ code: "TP_CHANNEL_PEER" });
  });
});
