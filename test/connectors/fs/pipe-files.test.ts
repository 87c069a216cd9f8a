import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as pw from "../../../lib/index.ts";
import { Rng, seedFrom } from "../../support/rng.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "towpath-pipe-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function fileOf(text: string | Buffer, name = "in.txt"): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function rowsOf(input: pw.PipeInput<never>): Promise<{ rows: unknown[]; places: string[] }> {
  const rows: unknown[] = [];
  const places: string[] = [];
  await input.open({ signal: new AbortController().signal, log: () => {} });
  try {
    for (let batch = await input.take(3); batch !== null; batch = await input.take(3)) {
      rows.push(...batch.rows);
      places.push(...batch.rows.map((_, i) => (batch as pw.PipeBatch<never>).place(i)));
    }
  } finally {
    await input.close();
  }
  return { rows, places };
}

describe("pw.csvInput", () => {
  it("gives objects of texts by the header's names", async () => {
    const path = fileOf('\ufeffid,note\r\n1,"a ""b"",\nc"\r\n\r\n2,\n3,x');
    const { rows, places } = await rowsOf(pw.csvInput(path) as pw.PipeInput<never>);
    expect(rows).toEqual([
      { id: "1", note: 'a "b",\nc' },
      { id: "2", note: "" },
      { id: "3", note: "x" },
    ]);
    expect(places[0]).toBe(`${path}, row 1, byte 12`);
    expect(places[2]).toContain("row 3");
  });

  it("takes another delimiter, and names where there is no header", async () => {
    const path = fileOf("1;2\n3;4\n");
    const { rows } = await rowsOf(
      pw.csvInput(path, { delimiter: ";", columns: ["a", "__proto__"] }) as pw.PipeInput<never>,
    );
    expect(rows.map((row) => Object.entries(row as object))).toEqual([
      [
        ["a", "1"],
        ["__proto__", "2"],
      ],
      [
        ["a", "3"],
        ["__proto__", "4"],
      ],
    ]);
  });

  it("fails rows that are none, one by one", async () => {
    const path = fileOf(Buffer.concat([Buffer.from("a,b\n1\n1,2\n"), Buffer.from([0xff, 0x2c, 0x0a])]));
    const { rows } = await rowsOf(pw.csvInput(path) as pw.PipeInput<never>);
    expect(rows).toEqual([
      new pw.UnreadableRow("1 cells where the header has 2", "1"),
      { a: "1", b: "2" },
      expect.objectContaining({
        reason: expect.stringContaining("not UTF-8"),
        row: Buffer.from([0xff, 0x2c]),
      }),
    ]);
  });

  it("says what it cannot read", async () => {
    const absent = pw.csvInput(join(folder, "absent.csv")) as pw.PipeInput<never>;
    await expect(rowsOf(absent)).rejects.toMatchObject({ code: "TP_FILE_ABSENT" });
    const twice = pw.csvInput(fileOf("a,a\n1,2\n")) as pw.PipeInput<never>;
    await expect(rowsOf(twice)).rejects.toMatchObject({ code: "TP_COLUMN_DUPLICATE" });
    expect(() => pw.csvInput("x", { delimiter: '"' })).toThrow("delimiter");
    expect(() => pw.csvInput("x", { columns: ["a", "a"] })).toThrow("two columns");
  });
});

describe("pw.jsonInput", () => {
  it("gives the value of each line", async () => {
    const path = fileOf('{"a":1}\n\n[2]\nnull\n{"__proto__":3}\nno json\n"last"');
    const { rows } = await rowsOf(pw.jsonInput(path));
    expect(rows.slice(0, 3)).toEqual([{ a: 1 }, [2], null]);
    expect(Object.keys(rows[3] as object)).toEqual(["__proto__"]);
    expect(rows.slice(4)).toEqual([
      new pw.UnreadableRow("the line is no JSON: `no json`", "no json"),
      "last",
    ]);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe("outputs to files", () => {
  it("csv: a header, quotes where they are needed, null apart from the empty text", async () => {
    const path = join(folder, "out.csv");
    const rows = [
      { a: 'x"y', b: null, c: "" },
      { a: "p,q\nr", b: new Date(0), c: [1, "two"] },
      { a: new Uint8Array([1, 2]), c: 1.5 },
    ];
    const input = pw.jsonInput(fileOf(rows.map((_, i) => `${i}\n`).join("")));
    await pw.pipe({ input, transform: (i) => rows[i as number], output: pw.csvOutput(path) }).start();
    expect(readFileSync(path, "utf8")).toBe(
      'a,b,c\n"x""y",,""\n"p,q\nr",1970-01-01T00:00:00.000Z,"[1,""two""]"\nAQI=,,1.5\n',
    );
  });

  it("csv: a row that the header does not have fails", async () => {
    const [path, failed] = ["out.csv", "failed.jsonl"].map((name) => join(folder, name)) as [string, string];
    const input = pw.jsonInput(fileOf('{"a":1}\n{"b":2}\n[3]\n'));
    await pw.pipe({ input, output: pw.csvOutput(path), errors: pw.jsonOutput(failed) }).start();
    expect(readFileSync(path, "utf8")).toBe("a\n1\n");
    const lines = readFileSync(failed, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ reason, row }) => [reason, row])).toEqual([
      ['the column "b" is not in the header', { b: 2 }],
      ["an array is no row of columns", [3]],
    ]);
  });

  it("json: bytes as base64, and nothing that JSON cannot say", async () => {
    const path = join(folder, "out.jsonl");
    const failed = join(folder, "failed.csv");
    const rows = [{ b: Buffer.from("hi"), d: new Date(0) }, { deep: [{ n: 1n }] }, { n: Number.NaN }, "text"];
    const input = pw.jsonInput(fileOf(rows.map((_, i) => `${i}\n`).join("")));
    const transform = (i: unknown): unknown => rows[i as number];
    await pw.pipe({ input, transform, output: pw.jsonOutput(path), errors: pw.csvOutput(failed) }).start();
    expect(readFileSync(path, "utf8")).toBe('{"b":"aGk=","d":"1970-01-01T00:00:00.000Z"}\n"text"\n');
    expect(readFileSync(failed, "utf8").split("\n")).toHaveLength(4);
  });

  it("says where it cannot write", async () => {
    const output = pw.jsonOutput(join(folder, "no", "such", "folder.jsonl"));
    await expect(pw.pipe({ input: pw.jsonInput(fileOf("1\n")), output }).start()).rejects.toMatchObject({
      code: "TP_FILE_FAILED",
    });
  });

  const seed = seedFrom("TOWPATH_TEST_SEED");
  it(`what is written as csv is read back (TOWPATH_TEST_SEED=${seed})`, async () => {
    const rng = new Rng(seed);
    const parts = ["a", '"', ",", "\n", "\r\n", " ", "é", "0", ";"];
    const text = (): string =>
      Array.from({ length: rng.below(6) }, () => parts[rng.below(parts.length)]).join("");
    // A carriage return at a line's end belongs to the break.
    const rows = Array.from({ length: 2_000 }, () => ({ a: text(), b: text(), c: text() }));
    const path = join(folder, "back.csv");
    const input = pw.jsonInput(fileOf(rows.map((_, i) => `${i}\n`).join("")));
    await pw.pipe({ input, transform: (i) => rows[i as number], output: pw.csvOutput(path) }).start();
    expect((await rowsOf(pw.csvInput(path) as pw.PipeInput<never>)).rows).toEqual(rows);
  });
});
