import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pw from "towpath";
import { afterAll, describe, expect, it } from "vitest";

const root = mkdtempSync(join(tmpdir(), "towpath-fs-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const quiet = { monitoring: "none" } as const;

/** Sums by word over two commits, written to `path`. */
async function writeSums(path: string, format: "csv" | "json"): Promise<pw.RunSummary> {
  return pw.graph(async () => {
    const words = pw.input(pw.schema({ word: "str?", n: "int" }));
    pw.fs.write(
      words.groupBy("word").reduce((c) => ({ word: c.word, n: pw.reducers.sum(c.n) })),
      path,
      { format },
    );
    words.insert({ word: 'a "b",\nc', n: 1 });
    words.commit();
    words.insert({ word: 'a "b",\nc', n: 2 });
    words.insert({ n: 5 });
    words.close();
    return pw.run(quiet);
  });
}

describe("pw.fs.write", () => {
  it("writes JSON Lines of updates, deletions first, and the file anew for each run", async () => {
    const path = join(root, "sums.jsonl");
    for (let run = 0; run < 2; run++) {
      const summary = await writeSums(path, "json");
      expect(summary.outputs[path]).toMatchObject({ changes: 4 });
      const text = readFileSync(path, "utf8");
      expect(text.endsWith("}\n")).toBe(true);
      const records = text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(records.map(({ diff, n, word }) => [diff, n, word]).slice(0, 2)).toEqual([
        [1, 1, 'a "b",\nc'],
        [-1, 1, 'a "b",\nc'],
      ]);
      expect(
        records
          .slice(2)
          .map(({ diff, n, word }) => [diff, n, word])
          .sort(),
      ).toEqual([
        [1, 3, 'a "b",\nc'],
        [1, 5, null],
      ]);
      expect(records[0].time).toBeLessThan(records[1].time);
      expect(new Set(records.slice(1).map(({ time }) => time)).size).toBe(1);
    }
  });

  it("writes csv with a header and RFC 4180's quotes, which is read back as it was", async () => {
    const path = join(root, "sums.csv");
    await writeSums(path, "csv");
    const text = readFileSync(path, "utf8");
    expect(text).toMatch(/^word,n,diff,time\n"a ""b"",\nc",1,1,\d+\n"a ""b"",\nc",1,-1,\d+\n/);
    expect(text).toMatch(/\n,5,1,\d+\n/);
    await pw.graph(async () => {
      const back = pw.fs.read(path, {
        format: "csv",
        mode: "static",
        schema: pw.schema({ word: "str?", n: "int", diff: "int" }),
      });
      const commits = back.updates();
      await pw.run(quiet);
      const { value } = await commits.next();
      const rows = value?.changes.map(({ row }) => row);
      expect(rows).toHaveLength(4);
      expect(rows).toContainEqual({ word: 'a "b",\nc', n: 3, diff: 1 });
      expect(rows).toContainEqual({ word: null, n: 5, diff: 1 });
    });
  });

  it("writes every type", async () => {
    const path = join(root, "types.csv");
    await pw.graph(async () => {
      const all = pw.input(
        pw.schema({
          f: "float",
          b: "bool",
          x: "bytes",
          j: "json",
          i: "bigint",
          d: "datetime",
          s: "str",
          a: "any",
        }),
      );
      all.insert({
        f: Number.NaN,
        b: true,
        x: Buffer.from([0, 255]),
        j: { b: 1, a: "," },
        i: 12345678901234567890n,
        d: 0 as never,
        s: "",
        a: ["é"],
      });
      pw.fs.write(all, path, { format: "csv" });
      all.close();
      await pw.run(quiet);
    });
    expect(readFileSync(path, "utf8").split("\n")[1]).toMatch(
      /^NaN,true,AP8=,"{""a"":"","",""b"":1}",12345678901234567890,1970-01-01T00:00:00\.000Z,"","\[""é""\]",1,\d+$/,
    );
  });

  it("writes the header of a table that never changes", async () => {
    const path = join(root, "empty.csv");
    await pw.graph(async () => {
      const none = pw.input(pw.schema({ 'a,"b"': "int" }));
      pw.fs.write(none, path, { format: "csv" });
      none.close();
      await pw.run(quiet);
    });
    expect(readFileSync(path, "utf8")).toBe('"a,""b""",diff,time\n');
  });

  it("ends the run where the disk is full, naming the file", async (context) => {
    if (!existsSync("/dev/full")) return context.skip();
    await pw.graph(async () => {
      const words = pw.input(pw.schema({ word: "str" }));
      pw.fs.write(words, "/dev/full", { format: "json" });
      words.insert({ word: "a" });
      words.close();
      await expect(pw.run(quiet)).rejects.toMatchObject({
        code: "TP_FILE_FAILED",
        message: expect.stringContaining("/dev/full could not be written: the disk is full (ENOSPC)"),
      });
    });
  });

  it("says what is wrong with a path, an option or a column", async () => {
    await pw.graph(async () => {
      const words = pw.input(pw.schema({ word: "str" }));
      expect(() => pw.fs.write(words, "x", { format: "cvs" as never })).toThrow(/Did you mean "csv"/);
      expect(() => pw.fs.write(words, "x", { format: "csv", nam: "x" } as never)).toThrow(/"nam"/);
      expect(() => pw.fs.write(words, " ", { format: "csv" })).toThrow(/TP_BAD_ARGUMENT/);
      const timed = words.rename({ time: words.word });
      expect(() => pw.fs.write(timed, "x", { format: "csv" })).toThrow(/TP_COLUMN_RESERVED.*timeValue/);
      pw.fs.write(words, join(root, "no", "such"), { format: "csv" });
      await expect(pw.run(quiet)).rejects.toMatchObject({
        code: "TP_FILE_FAILED",
        message: expect.stringContaining("its directory is not there"),
      });
    });
  });
});
