import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type FailedRow, type PipeInput, type PipeOutput, UnreadableRow } from "../../../lib/pipe/ends.ts";
import { type PipeOptions, pipe } from "../../../lib/pipe/pipe.ts";

/** Rows from memory, in pieces; what it is told is listed. */
function rowsOf<Row>(rows: readonly (Row | UnreadableRow)[], told: string[] = []): PipeInput<Row> {
  let next = 0;
  return {
    name: "rows",
    async open() {
      told.push("open input");
    },
    async take(max) {
      if (next === rows.length) return null;
      const from = next;
      const taken = rows.slice(from, from + max);
      next += taken.length;
      return { rows: taken, bytes: taken.length, place: (row) => `row ${from + row + 1}` };
    },
    async delivered() {
      told.push(`delivered ${next}`);
    },
    async close() {
      told.push("close input");
    },
  };
}

class Kept<Row> implements PipeOutput<Row> {
  readonly name = "kept";
  readonly rows: Row[] = [];
  readonly #told: string[];
  readonly #added: Row[] = [];

  constructor(told: string[] = []) {
    this.#told = told;
  }

  async open(): Promise<void> {
    this.#told.push("open output");
  }

  add(row: Row): void {
    if (row === ("unwritable" as unknown)) throw new Error("it cannot be written");
    this.#added.push(row);
  }

  async send(): Promise<void> {
    this.rows.push(...this.#added.splice(0));
  }

  async flush(): Promise<void> {
    this.#told.push(`flush ${this.rows.length}`);
  }

  async close(): Promise<void> {
    this.#told.push("close output");
  }
}

async function passed<In>(
  rows: readonly (In | UnreadableRow)[],
  options: Partial<PipeOptions<In, unknown>> = {},
) {
  const output = new Kept<unknown>();
  const errors = new Kept<FailedRow>();
  const all = { input: rowsOf(rows), output, errors: errors as PipeOutput<never>, ...options };
  const report = await pipe<In>(all).start();
  return { rows: output.rows, failed: errors.rows, report };
}

const Order = z.object({ id: z.coerce.number().int(), note: z.string().default("none") });

describe("a pipe", () => {
  it("gives rows on in order, whatever the size of its batches", async () => {
    const rows = Array.from({ length: 25 }, (_, i) => i);
    for (const batchSize of [1, 7, 1_000]) {
      const result = await passed(rows, { batchSize });
      expect(result.rows).toEqual(rows);
      expect(result.report).toMatchObject({
        status: "completed",
        rows: 25,
        written: 25,
        errors: 0,
        bytes: 25,
      });
    }
  });

  it("writes what the schema makes of rows, each checked for itself", async () => {
    const { rows, failed, report } = await passed([{ id: "1" }, { id: "x" }, { id: "3", note: "late" }], {
      schema: Order,
    });
    expect(rows).toEqual([
      { id: 1, note: "none" },
      { id: 3, note: "late" },
    ]);
    expect(failed).toEqual([
      { reason: expect.stringMatching(/^id: .*number/), position: "row 2", row: { id: "x" } },
    ]);
    expect(report).toMatchObject({ rows: 3, written: 2, errors: 1 });
  });

  it("takes asynchronous transformations and schemas, in order", async () => {
    const slow = z.number().refine(async (n) => n !== 2, "not 2");
    const { rows, failed } = await passed([1, 2, 3], { transform: async (n: number) => n, schema: slow });
    expect(rows).toEqual([1, 3]);
    expect(failed.map(({ reason }) => reason)).toEqual(["not 2"]);
  });

  it("leaves out what the transformation leaves out, and only that", async () => {
    const { rows, report } = await passed([1, 2, 3], { transform: (n: number) => (n === 2 ? null : n) });
    expect(rows).toEqual([1, 3]);
    expect(report).toMatchObject({ rows: 3, written: 2, skipped: 1, errors: 0 });
    expect((await passed([1, null, 3])).rows).toEqual([1, null, 3]);
  });

  it("sends to the errors what cannot be read, transformed or written", async () => {
    const { rows, failed } = await passed<unknown>(
      [new UnreadableRow("no row", "raw"), "throws", "unwritable", "good"],
      {
        transform: (row: unknown) => {
          if (row === "throws") throw new Error("no use");
          return row;
        },
      },
    );
    expect(rows).toEqual(["good"]);
    expect(failed).toEqual([
      { reason: "no row", position: "row 1", row: "raw" },
      { reason: "no use", position: "row 2", row: "throws" },
      { reason: "Error: it cannot be written", position: "row 3", row: "unwritable" },
    ]);
  });

  it("keeps of a failed row what the output for errors can say", async () => {
    const errors = new Kept<FailedRow>();
    const add = errors.add.bind(errors);
    errors.add = (failed) => add({ ...failed, row: JSON.parse(JSON.stringify(failed.row)) });
    const bad = { id: "x", big: 12n };
    await passed<unknown>([bad], { schema: Order, errors: errors as PipeOutput<never> });
    expect(errors.rows).toEqual([
      expect.objectContaining({ position: "row 1", row: "{ id: 'x', big: 12n }" }),
    ]);
  });

  it("fails at the first bad row where errors have nowhere to go, with the rows before it written", async () => {
    const told: string[] = [];
    const output = new Kept<unknown>(told);
    const running = pipe({ input: rowsOf([{ id: 1 }, { id: "x" }, { id: 3 }], told), output, schema: Order });
    await expect(running.start()).rejects.toMatchObject({ code: "TP_PIPE_ROW", where: "row 2" });
    expect(output.rows).toEqual([{ id: 1, note: "none" }]);
    expect(running.report).toMatchObject({ status: "failed", rows: 3, written: 1 });
    expect(told).toEqual(["open output", "open input", "flush 1", "close input", "close output"]);
  });

  it("tells the input what was delivered only when it was, also while nothing comes", async () => {
    const told: string[] = [];
    const output = new Kept<unknown>(told);
    const first = rowsOf([1, 2], told);
    let end: () => void = () => {};
    const input: PipeInput<number> = {
      ...first,
      async take(max) {
        const batch = await first.take(max);
        if (batch !== null) return batch;
        await new Promise<void>((resolve) => {
          end = resolve;
        });
        return null;
      },
    };
    const running = pipe({ input, output }).start();
    await expect.poll(() => told.at(-1)).toBe("delivered 2");
    expect(told.slice(2)).toEqual(["flush 2", "delivered 2"]);
    end();
    await running;
  });

  it("ends when it is told to, with what it has read", async () => {
    const output = new Kept<number>();
    let n = 0;
    let signal: AbortSignal | undefined;
    const input: PipeInput<number> = {
      name: "numbers",
      async open(context) {
        signal = context.signal;
      },
      async take() {
        await new Promise((resolve) => setImmediate(resolve));
        return signal?.aborted === true ? null : { rows: [n++], bytes: 0, place: String };
      },
      async close() {},
    };
    const running = pipe({ input, output });
    const ended = running.start();
    await expect.poll(() => output.rows.length).toBeGreaterThan(10);
    running.stop();
    expect(await ended).toMatchObject({ status: "stopped", rows: n });
    expect(output.rows).toHaveLength(n);
    expect(running.start()).toBe(ended);
  });

  it("closes what it has opened where an end does not open", async () => {
    const told: string[] = [];
    const input = {
      ...rowsOf([1], told),
      open: async () => {
        throw new Error("not there");
      },
    };
    await expect(pipe({ input, output: new Kept<unknown>(told) }).start()).rejects.toThrow("not there");
    expect(told).toEqual(["open output", "close input", "close output"]);
  });

  it("refuses what cannot be", () => {
    const ends = { input: rowsOf([1]), output: new Kept<unknown>() };
    expect(() => pipe({ ...ends, batchSize: 0 })).toThrow("batchSize");
    expect(() => pipe({ input: ends.input } as unknown as PipeOptions<number, unknown>)).toThrow("an output");
  });
});
