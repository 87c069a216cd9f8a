/** Ports by themselves, on channels inside the process. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { ChannelReader } from "../../../lib/channels/ends.ts";
import { InputPort } from "../../../lib/channels/input-port.ts";
import { memory } from "../../../lib/channels/memory.ts";
import { OutputPort } from "../../../lib/channels/output-port.ts";
import { listOf } from "../../support/list-of.ts";

const schema = "numbers";
const uri = "signal";

function ends(): {
  input(): InputPort<number>;
  output(name?: string): OutputPort<number>;
} {
  const { reader, writer } = memory();
  return {
    input: () => new InputPort(reader<number>({ schema, uri })),
    output: (name = "writer") => new OutputPort(writer<number>({ schema, uri, name })),
  };
}

/** A reader of so many numbers, which lists what it is told. */
function counting(count: number, told: string[]): ChannelReader<number> {
  let taken = 0;
  return {
    name: "numbers",
    async open() {
      told.push("open");
    },
    async take() {
      return taken < count ? [taken++] : null;
    },
    async commit() {
      told.push(`commit ${taken}`);
    },
    async lag() {
      return count - taken;
    },
    async close(error) {
      told.push(error === undefined ? "close" : `close: ${error.message}`);
    },
  };
}

describe("an input port", () => {
  it("opens at first use, commits and closes at the end", async () => {
    const told: string[] = [];
    const input = new InputPort(counting(3, told));
    expect(told).toEqual([]);
    const seen: number[] = [];
    for await (const n of input) seen.push(n);
    expect(seen).toEqual([0, 1, 2]);
    expect(input.records).toBe(3);
    expect(told).toEqual(["open", "commit 3", "close"]);
  });

  it("commits once a second what has been handled: not the record at hand", async () => {
    const told: string[] = [];
    const input = new InputPort(counting(3, told));
    for await (const n of input) if (n === 1) await sleep(1_200);
    expect(told).toEqual(["open", "commit 2", "commit 3", "close"]);
  });

  it("commits what has been handled while nothing comes", async () => {
    const place = ends();
    const [input, output] = [place.input(), place.output()];
    const seen: number[] = [];
    const reading = (async () => {
      for await (const n of input) seen.push(n);
    })();
    await output.write([1, 2]);
    await sleep(2_300);
    // Whoever comes instead, without an orderly end of the first, goes on behind it.
    await input.close();
    await reading;
    const again = place.input();
    await output.write([3]);
    await output.close();
    for await (const n of again) seen.push(n);
    expect(seen).toEqual([1, 2, 3]);
  });

  it("leaves uncommitted what it had handed out when its loop throws, and tells nobody's failure but closes", async () => {
    const told: string[] = [];
    const input = new InputPort(counting(3, told));
    const loop = async (): Promise<void> => {
      for await (const n of input) if (n === 1) throw new Error("no more");
    };
    await expect(loop()).rejects.toThrow("no more");
    expect(told).toEqual(["open", "close"]);
  });

  it("commits the record at hand too, when asked", async () => {
    const place = ends();
    const [input, output] = [place.input(), place.output()];
    await Promise.all([input.open(), output.write([1, 2, 3])]);
    for await (const n of input) {
      if (n < 2) continue;
      await input.commit();
      break;
    }
    await output.close();
    const seen: number[] = [];
    for await (const n of place.input()) seen.push(n);
    expect(seen).toEqual([3]);
  });

  it("ends its loop when it is stopped, and commits what was handled", async () => {
    const place = ends();
    const [input, output] = [place.input(), place.output()];
    const seen: number[] = [];
    const reading = (async () => {
      for await (const n of input) seen.push(n);
    })();
    await output.write([1, 2]);
    await sleep(20);
    input.stop();
    await reading;
    await output.close();
    for await (const n of place.input()) seen.push(n);
    expect(seen).toEqual([1, 2]);
  });

  it("is gone through by one loop at a time", async () => {
    const place = ends();
    const [input, output] = [place.input(), place.output()];
    const first = listOf(input);
    await output.write([1, 2]);
    await expect(listOf(input)).rejects.toMatchObject({ code: "TP_BAD_ARGUMENT" });
    await output.close();
    expect(await first).toEqual([1, 2]);
  });

  it("says what its reader says", async () => {
    const input = new InputPort({
      ...counting(1, []),
      take: async () => {
        throw new Error("the wire broke");
      },
    });
    const loop = async (): Promise<void> => {
      for await (const _ of input);
    };
    await expect(loop()).rejects.toThrow("the wire broke");
    expect(await new InputPort(counting(7, [])).lag()).toBe(7);
  });
});

describe("a port that has been closed", () => {
  it("says so, whatever is asked of it", async () => {
    const place = ends();
    const [input, output] = [place.input(), place.output()];
    await Promise.all([listOf(input), output.write(1).then(() => output.close())]);
    await expect(listOf(input)).rejects.toMatchObject({ code: "TP_CLOSED" });
    await expect(input.lag()).rejects.toMatchObject({ code: "TP_CLOSED" });
    await expect(output.write(2)).rejects.toMatchObject({ code: "TP_CLOSED" });
    await expect(output.open()).rejects.toMatchObject({ code: "TP_CLOSED" });
    const unused = place.input();
    await unused.close();
    await expect(unused.open()).rejects.toMatchObject({ code: "TP_CLOSED" });
  });
});

describe("an output port", () => {
  it("opens at first use, and takes one record or several", async () => {
    const place = ends();
    const [input, output] = [place.input(), place.output()];
    const reading = listOf(input);
    await output.write(1);
    await output.write([2, 3]);
    expect(output.records).toBe(3);
    await output.flush();
    await output.close();
    await output.close();
    expect(await reading).toEqual([1, 2, 3]);
  });

  it("tells its readers why it failed", async () => {
    const place = ends();
    const [input, output] = [place.input(), place.output("sensor")];
    const reading = listOf(input);
    await output.write(1);
    await output.close(new Error("unplugged"));
    await expect(reading).rejects.toThrow(/sensor failed: unplugged/);
  });

  it("is closed where its scope ends", async () => {
    const place = ends();
    const reading = listOf(place.input());
    {
      await using output = place.output();
      await output.write(1);
    }
    expect(await reading).toEqual([1]);
  });
});
