/** Operators on channels inside the process. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { ChannelWriter } from "../../../lib/channels/ends.ts";
import { InputPort } from "../../../lib/channels/input-port.ts";
import { memory } from "../../../lib/channels/memory.ts";
import { OutputPort } from "../../../lib/channels/output-port.ts";
import { run } from "../../../lib/channels/run.ts";
import { listOf } from "../../support/list-of.ts";

const schema = "numbers";

function ends() {
  const { reader, writer } = memory();
  return {
    input: (uri: string, group = "reader") => new InputPort(reader<number>({ schema, uri, group })),
    output: (uri: string, readers = ["reader"]) =>
      new OutputPort(writer<number>({ schema, uri, name: uri, readers })),
    writer,
  };
}

type Input = InputPort<number>;
type Output = OutputPort<number>;

async function double({ input, output }: { input: Input; output: Output }): Promise<void> {
  for await (const n of input) await output.write(2 * n);
}

describe("pw.channels.run", () => {
  it("runs a chain of operators to the end of its signal", async () => {
    const place = ends();
    const numbers = run({ output: place.output("numbers") }, async ({ output }) => {
      for (let n = 1; n <= 5; n++) await output.write(n);
    });
    const doubled = run({ input: place.input("numbers"), output: place.output("doubled") }, double);
    const seen: number[] = [];
    const kept = run({ input: place.input("doubled") }, async ({ input }) => {
      for await (const n of input) seen.push(n);
    });
    const reports = await Promise.all([numbers, doubled, kept]);
    expect(seen).toEqual([2, 4, 6, 8, 10]);
    expect(reports.map(({ status, read, written }) => [status, read, written])).toEqual([
      ["completed", 0, 5],
      ["completed", 5, 5],
      ["completed", 5, 0],
    ]);
    expect(reports[0].durationMs).toBeGreaterThanOrEqual(0);
  });

  it("gives each of several operators the whole signal", async () => {
    const place = ends();
    const names = ["mean", "max"];
    const results = new Map<string, number>();
    const readers = names.map((name) =>
      run({ input: place.input("signal", name) }, async ({ input }) => {
        for await (const n of input) results.set(name, (results.get(name) ?? 0) + n);
      }),
    );
    const output = place.output("signal", names);
    await Promise.all([...readers, run({ output }, ({ output: to }) => to.write([1, 2, 3]))]);
    expect(Object.fromEntries(results)).toEqual({ mean: 6, max: 6 });
  });

  it("commits what was read only behind what was written of it", async () => {
    const place = ends();
    const told: string[] = [];
    const slow: ChannelWriter<number> = {
      ...place.writer<number>({ schema, uri: "out" }),
      name: "slow",
      open: async () => {},
      write: async ([n]) => {
        told.push(`write ${n}`);
      },
      flush: async () => {
        told.push("flush");
      },
      close: async () => {
        told.push("close output");
      },
    };
    const input = place.input("numbers");
    const { reader } = input;
    const commit = reader.commit.bind(reader);
    reader.commit = async () => {
      told.push("commit");
      await commit();
    };
    const numbers = run({ output: place.output("numbers") }, async ({ output }) => {
      await output.write(1);
      await sleep(1_300);
      await output.write(2);
    });
    await Promise.all([numbers, run({ input, output: new OutputPort(slow) }, double)]);
    expect(told).toEqual(["write 2", "flush", "commit", "write 4", "close output", "commit"]);
  });

  it("keeps what a failed operator has read for the next, tells its peers, and rejects with the failure", async () => {
    const place = ends();
    const output = place.output("numbers");
    const kept = listOf(place.input("doubled"));
    kept.catch(() => {});
    const failed = run(
      { input: place.input("numbers"), output: place.output("doubled") },
      async ({ input, output: to }) => {
        for await (const n of input) {
          if (n === 2) throw new Error("two is too many");
          await to.write(n);
        }
      },
    );
    await output.write([1, 2, 3]);
    await expect(failed).rejects.toThrow("two is too many");
    await expect(kept).rejects.toMatchObject({
      code: "TP_CHANNEL_PEER",
      message: expect.stringMatching("two is too many"),
    });
    await output.close();
    expect(await listOf(place.input("numbers"))).toEqual([1, 2, 3]);
  });

  it("tells an operator further down what ended the first", async () => {
    const place = ends();
    const first = run({ output: place.output("numbers") }, async ({ output }) => {
      await output.write(1);
      throw new Error("burnt out");
    });
    const second = run({ input: place.input("numbers"), output: place.output("doubled") }, double);
    const third = run({ input: place.input("doubled") }, async ({ input }) => {
      for await (const _ of input);
    });
    const results = await Promise.allSettled([first, second, third]);
    expect(results.map((result) => result.status === "rejected" && result.reason.message)).toEqual([
      "burnt out",
      expect.stringMatching(/numbers failed: burnt out/),
      expect.stringMatching(/doubled failed: TP_CHANNEL_PEER.*burnt out/),
    ]);
  });

  it("ends in order at a signal: what was read is dealt with, and the next goes on behind it", async () => {
    const place = ends();
    const ending = new AbortController();
    const numbers = place.output("numbers");
    const seen: number[] = [];
    const stopped = run(
      { input: place.input("numbers") },
      async ({ input }) => {
        for await (const n of input) seen.push(n);
        seen.push(-1);
      },
      { signal: ending.signal },
    );
    await numbers.write([1, 2]);
    await sleep(20);
    ending.abort();
    expect(await stopped).toMatchObject({ status: "stopped", read: 2 });
    expect(seen).toEqual([1, 2, -1]);
    await numbers.write(3);
    await numbers.close();
    expect(await listOf(place.input("numbers"))).toEqual([3]);
  });

  it("ends an operator without inputs at its next write", async () => {
    const place = ends();
    const ending = new AbortController();
    const kept = listOf(place.input("numbers"));
    const stopped = run(
      { output: place.output("numbers") },
      async ({ output }) => {
        for (let n = 0; ; n++) {
          await output.write(n);
          await sleep(5);
        }
      },
      { signal: ending.signal },
    );
    await sleep(50);
    ending.abort();
    const { status, written } = await stopped;
    expect(status).toBe("stopped");
    expect(await kept).toHaveLength(written);
  });

  it("ends at a signal that comes while it waits for readers", async () => {
    const place = ends();
    const signal = AbortSignal.timeout(50);
    let isCalled = false;
    const report = await run(
      { output: place.output("numbers") },
      () => {
        isCalled = true;
      },
      { signal },
    );
    expect(report).toMatchObject({ status: "stopped", written: 0 });
    expect(isCalled).toBe(false);
  });

  it("gives up on a function that does not end", async () => {
    const place = ends();
    const numbers = place.output("numbers");
    const stuck = run({ input: place.input("numbers") }, () => new Promise<void>(() => {}), {
      signal: AbortSignal.timeout(50),
      stopTimeoutMs: 100,
    });
    await numbers.open();
    await expect(stuck).rejects.toMatchObject({
      code: "TP_STOP_TIMEOUT",
      message: expect.stringMatching(/channel numbers.*pw\.channels\.run/),
    });
    await numbers.close();
  });

  it("closes the other ports where one cannot be opened", async () => {
    const place = ends();
    const first = place.input("numbers");
    await first.open();
    const output = place.output("doubled");
    const second = run({ input: place.input("numbers"), output }, double);
    await expect(second).rejects.toMatchObject({ code: "TP_CHANNEL_TAKEN" });
    await expect(output.open()).rejects.toMatchObject({ code: "TP_CLOSED" });
    await first.close();
  });

  it("refuses what is no port, and no function", async () => {
    const place = ends();
    const input = place.input("numbers");
    await expect(run({}, () => {})).rejects.toMatchObject({ code: "TP_BAD_ARGUMENT" });
    await expect(run({ input }, "none" as never)).rejects.toMatchObject({ code: "TP_BAD_ARGUMENT" });
    await expect(run({ input: [] as never }, () => {})).rejects.toThrow(/"input" is no port/);
    await expect(run({ input }, () => {}, { stopTimeoutMs: -1 })).rejects.toThrow(/stopTimeoutMs/);
  });
});
