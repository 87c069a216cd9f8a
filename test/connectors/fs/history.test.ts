/** Files that are read and written by runs that end at any moment. */
import { appendFile, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as pw from "towpath";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { formats } from "../../../connectors/formats/index.ts";
import { FileSink } from "../../../connectors/fs/sink.ts";
import { type FilePlan, FileSource } from "../../../connectors/fs/source.ts";
import type { Columns } from "../../../lib/data/schema.ts";
import { defaultCommitPolicy } from "../../../lib/io/commit-policy.ts";
import { COMMIT, ENDED, type JournalledCommit } from "../../../lib/io/source.ts";
import { batchOf } from "../../support/batches.ts";
import { Checkpoint } from "../../support/checkpoint.ts";
import { type MadeCommit, rowsOf, sumOf } from "../../support/kafka-log.ts";
import { Rng, seedFrom } from "../../support/rng.ts";

const columns: Columns = [
  { name: "id", type: { name: "str", optional: false } },
  { name: "n", type: { name: "int", optional: false } },
];

let path = "";
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), "towpath-fs-history-"));
  onTestFinished(() => rm(path, { recursive: true }));
});

function planOf(directory: string, format: "csv" | "json", more: Partial<FilePlan> = {}): FilePlan {
  const quote = format === "csv" ? 34 : -1;
  return {
    name: "files",
    path: directory,
    columns,
    primaryKey: null,
    policy: { ...defaultCommitPolicy, marker: null, everyMs: 1, everyRows: null },
    mode: "streaming",
    onError: "skip",
    rules: { quote, delimiter: quote < 0 ? -1 : 44, keepsEmpty: false, skipsMark: true },
    createParser: () => formats[format].parser.create(columns, {}),
    ...more,
  };
}

class Reader {
  readonly source: FileSource;
  failure: Error | null = null;

  constructor(plan: FilePlan) {
    this.source = new FileSource(plan, [true, true]);
  }

  async open(checkpoint: Checkpoint | null, commits: readonly JournalledCommit[]): Promise<void> {
    this.source.history.resume(checkpoint?.reader() ?? null, commits);
    await this.source.open({
      wake() {},
      log() {},
      reject() {},
      fail: (error) => {
        this.failure = error;
      },
      signal: new AbortController().signal,
    });
  }

  /** The next commit; null where none comes for some time. */
  async next(time: number, patienceMs: number): Promise<MadeCommit | null> {
    const until = performance.now() + patienceMs;
    for (;;) {
      const found = this.source.poll();
      if (this.failure !== null) throw this.failure;
      if (found === ENDED) return null;
      if (found === COMMIT) break;
      if (performance.now() > until) return null;
      await sleep(1);
    }
    const batch = this.source.seal(time);
    const range = JSON.parse(JSON.stringify(this.source.history.range())) as unknown;
    const rows = batch === null ? [] : rowsOf(batch, columns);
    this.source.release();
    return { time, range, rows };
  }
}

async function sourceGoesOn(format: "csv" | "json", seed: number): Promise<void> {
  const rng = new Rng(seed);
  const directory = join(path, String(seed));
  await mkdir(directory);
  const names = ["a", "b", "c"].slice(0, rng.between(1, 3));
  const keyed = rng.chance(0.5);
  const policy = planOf(directory, format).policy;
  const plan = planOf(directory, format, {
    primaryKey: keyed ? [0] : null,
    policy: { ...policy, everyRows: rng.chance(0.5) ? rng.between(1, 5) : null },
  });
  const expected = new Map<string, number>();
  const grow = async (): Promise<void> => {
    for (const name of names) {
      let text = "";
      for (let left = rng.below(6); left > 0; left--) {
        const [id, n] = [keyed ? `${name}${rng.below(3)}` : `${name}${expected.size}`, rng.below(4)];
        if (rng.chance(0.1)) text += "\n";
        if (rng.chance(0.1)) text += "bad,bad,bad\n";
        else {
          text += format === "csv" ? `"${id}",${n}\r\n` : `${JSON.stringify({ id, n })}\n`;
          expected.set(id, n);
        }
      }
      await appendFile(join(directory, name), text);
    }
  };
  for (const name of names) await writeFile(join(directory, name), format === "csv" ? "id,n\n" : "");
  await grow();
  const journal: MadeCommit[] = [];
  let checkpoint: Checkpoint | null = null;
  let saved = 0;
  for (let life = 0; life < 5; life++) {
    // The last one ends with the files.
    const reader = new Reader(life < 4 ? plan : { ...plan, mode: "static" });
    await reader.open(checkpoint, journal.slice(saved));
    for (const made of journal.slice(saved)) expect(await reader.next(made.time, 5_000)).toEqual(made);
    const commits = rng.below(5);
    for (let made = 0; made < commits || life === 4; made++) {
      if (rng.chance(0.4)) {
        checkpoint = new Checkpoint();
        reader.source.history.save(checkpoint.writer());
        saved = journal.length;
      }
      const commit = await reader.next(2 * journal.length + 2, life === 4 ? 10_000 : 30);
      if (commit === null) break;
      journal.push(commit);
    }
    await reader.source.close();
    if (life < 4) await grow();
  }
  const rows = sumOf(journal).map((row) => JSON.parse(row.slice(row.indexOf("[")))) as [string, number][];
  expect(new Map(rows)).toEqual(expected);
  expect(rows.length).toBe(expected.size);
}

describe("a source of files", () => {
  it.each(["csv", "json"] as const)(
    "%s: makes its commits again, and goes on behind them",
    { timeout: 60_000 },
    async (format) => {
      const seed = seedFrom("TOWPATH_FUZZ_SEED");
      for (let round = 0; round < 6; round++) {
        try {
          await sourceGoesOn(format, (seed + round) >>> 0);
        } catch (error) {
          throw new Error(`TOWPATH_FUZZ_SEED=${seed + round}: ${(error as Error).message}`, { cause: error });
        }
      }
    },
  );

  it.each([
    ["shorter", "made shorter", (file: string) => truncate(file, 3)],
    ["other bytes", "changed", (file: string) => writeFile(file, '{"id":"b","n":1}\n{"id":"b","n":2}\n')],
    ["deleted", "deleted", (file: string) => rm(file)],
    ["a last line that goes on", "continued", (file: string) => appendFile(file, "0}\n")],
  ])("says so when a file is not what was read: %s", async (_, how, change) => {
    const directory = join(path, "in");
    const file = join(directory, "a");
    await mkdir(directory);
    await writeFile(file, '{"id":"a","n":1}\n{"id":"a","n":2');
    const plan = planOf(directory, "json", { mode: "static" });
    const reader = new Reader(plan);
    await reader.open(null, []);
    const made = await reader.next(2, 1_000);
    await reader.source.close();
    expect(made?.rows.length).toBe(1);
    await change(file);
    const again = new Reader(plan);
    await expect(again.open(null, [made as MadeCommit])).rejects.toMatchObject({
      code: "TP_FILE_CHANGED",
      message: expect.stringContaining(how),
    });
    await again.source.close();
  });
});

it("a file that is written is cut back to the checkpoint, and begun anew without one", async () => {
  const file = join(path, "out.csv");
  const open = async (checkpoint: Checkpoint | null): Promise<FileSink> => {
    const sink = new FileSink("out", file, formats.csv.formatter.create(columns, {}));
    if (checkpoint !== null) sink.load(checkpoint.reader());
    await sink.open({ wake() {}, log() {}, fail() {}, history: "h" });
    return sink;
  };
  const write = (sink: FileSink, time: number): void => {
    const change = { key: [time, 0, 0, 0], row: [`r${time}`, time], diff: 1 };
    sink.write(batchOf(time, columns, [change]), Uint32Array.of(0));
  };
  const first = await open(null);
  write(first, 2);
  await first.flush();
  const checkpoint = new Checkpoint();
  first.save(checkpoint.writer());
  write(first, 4);
  await first.close();
  expect(await readFile(file, "utf8")).toContain("r4");
  const second = await open(checkpoint);
  write(second, 4);
  write(second, 6);
  await second.close();
  expect((await readFile(file, "utf8")).split("\n").map((line) => line.split(",")[0])).toEqual([
    "id",
    "r2",
    "r4",
    "r6",
    "",
  ]);
  await (await open(null)).close();
  expect((await readFile(file, "utf8")).trim().split("\n").length).toBe(1);
  await expect(open(checkpoint)).rejects.toMatchObject({ code: "TP_FILE_CHANGED" });
});

describe("a run from file to file", () => {
  const runOnce = (limit: number) =>
    pw.graph(async () => {
      const stop = new AbortController();
      const orders = pw.fs.read(join(path, "orders.csv"), {
        format: "csv",
        schema: pw.schema({ id: "str", n: "int" }),
        commit: { everyRows: 2 },
      });
      const sums = orders.groupBy("id").reduce((c) => ({ id: c.id, n: pw.reducers.sum(c.n) }));
      pw.fs.write(sums, join(path, "sums.jsonl"), { format: "json" });
      const seen = pw.materialize(orders.reduce({ n: pw.reducers.count() }));
      seen.subscribe((rows) => {
        for (const { n } of rows.values()) if (n >= limit) stop.abort();
      });
      await pw.run({ persistence: { path: join(path, "state") }, monitoring: "none", signal: stop.signal });
      return [...seen.current.values()].map(({ n }) => n);
    });

  it("goes on in the file, and writes nothing twice", { timeout: 20_000 }, async () => {
    const input = join(path, "orders.csv");
    await writeFile(input, "id,n\na,1\nb,2\na,3\n");
    expect(await runOnce(3)).toEqual([3]);
    const first = await readFile(join(path, "sums.jsonl"), "utf8");
    await appendFile(input, "b,4\nc,5\n");
    expect(await runOnce(5)).toEqual([5]);
    const whole = await readFile(join(path, "sums.jsonl"), "utf8");
    expect(whole.startsWith(first)).toBe(true);
    const live = new Map<string, number>();
    for (const line of whole.trimEnd().split("\n")) {
      const { id, n, diff } = JSON.parse(line);
      if (diff === 1) {
        expect(live.has(id)).toBe(false);
        live.set(id, n);
      } else {
        expect(live.get(id)).toBe(n);
        live.delete(id);
      }
    }
    expect(Object.fromEntries(live)).toEqual({ a: 4, b: 6, c: 5 });
  });
});
