import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pw from "towpath";
import { afterAll, describe, expect, it } from "vitest";

const root = mkdtempSync(join(tmpdir(), "towpath-fs-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let count = 0;
function file(content: string | Uint8Array, name = `file-${++count}`): string {
  const path = join(root, name);
  writeFileSync(path, content);
  return path;
}
function directory(files: Readonly<Record<string, string>>): string {
  const path = join(root, `dir-${++count}`);
  mkdirSync(path);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return path;
}

/** Runs to the end: commits, each with its rows. */
async function commitsOf<C>(make: () => pw.Table<C>): Promise<{ row: C; key: string }[][]> {
  return pw.graph(async () => {
    const commits = make().updates({ buffer: 100_000 });
    await pw.run({ monitoring: "none" });
    const list: { row: C; key: string }[][] = [];
    for await (const { changes } of commits) list.push(changes.map(({ row, key }) => ({ row, key })));
    return list;
  });
}

async function rowsOf<C>(make: () => pw.Table<C>): Promise<C[]> {
  return (await commitsOf(make)).flat().map(({ row }) => row);
}

const fails = <C>(make: () => pw.Table<C>) =>
  expect(
    pw.graph(async () => {
      pw.subscribe(make(), { onChange() {} });
      await pw.run({ monitoring: "none" });
    }),
  ).rejects;

const orders = () => pw.schema({ id: "int", name: "str" });
const readCsv = (path: string, options: object = {}) =>
  pw.fs.read(path, { format: "csv", mode: "static", schema: orders(), ...options });

describe("pw.fs.read, static", () => {
  it("reads csv whole: any order of columns, quoted breaks, CRLF, empty lines, no break at the end", async () => {
    const path = file('\ufeffname,skip,id\r\na,x,1\n"b\r\n""c"", d",y,2\r\n\n\ré, ,3\r\n5" pipe,z,4');
    const commits = await commitsOf(() => readCsv(path));
    expect(commits.map((rows) => rows.map(({ row }) => row))).toEqual([
      [
        { id: 1, name: "a" },
        { id: 2, name: 'b\r\n"c", d' },
        { id: 3, name: "\ré" },
        { id: 4, name: '5" pipe' },
      ],
    ]);
  });

  it("reads JSON Lines, with a byte order mark and empty lines", async () => {
    const path = file('\ufeff{"id":1,"name":"a"}\r\n\n{"name":"\\n","id":2,"x":[]}\n\n{"id":3,"name":"é"}');
    const rows = await rowsOf(() => pw.fs.read(path, { format: "json", mode: "static", schema: orders() }));
    expect(rows).toEqual([
      { id: 1, name: "a" },
      { id: 2, name: "\n" },
      { id: 3, name: "é" },
    ]);
  });

  it("reads raw lines as bytes or text, empty ones too", async () => {
    const path = file(Buffer.from([0xef, 0xbb, 0xbf, 97, 13, 10, 10, 0xff, 10, 98]));
    const bytes = await rowsOf(() => pw.fs.read(path, { format: "raw", mode: "static" }));
    expect(bytes.map(({ data }) => [...data])).toEqual([[0xef, 0xbb, 0xbf, 97], [], [0xff], [98]]);
    const text = file("\ufeffa\r\n\nü\n");
    const lines = await rowsOf(() => pw.fs.read(text, { format: "raw", mode: "static", encoding: "utf8" }));
    expect(lines.map(({ data }) => data)).toEqual(["a", "", "ü"]);
  });

  it("reads the files of a directory by name, each with a header of its own, as one commit", async () => {
    const path = directory({
      "b.csv": "name,id\nb,2",
      "a.csv": "id,name\n1,a\n",
      ".hidden": "nonsense",
      "c.csv": "",
      "d.csv": "id,name",
    });
    mkdirSync(join(path, "folder"));
    const commits = await commitsOf(() => readCsv(path));
    expect(commits.map((rows) => rows.map(({ row }) => row))).toEqual([
      [
        { id: 1, name: "a" },
        { id: 2, name: "b" },
      ],
    ]);
  });

  it("keys rows by source, file and byte: the same wherever the file is, and in every run", async () => {
    const [one, two] = [
      directory({ "x.csv": "id,name\n1,a\n1,a\n" }),
      directory({ "x.csv": "id,name\n1,a\n1,a\n" }),
    ];
    const keys = async (path: string, name: string) =>
      (await commitsOf(() => readCsv(path, { name }))).flat().map(({ key }) => key);
    const first = await keys(one, "s");
    expect(new Set(first).size).toBe(2);
    expect(await keys(two, "s")).toEqual(first);
    expect(await keys(one, "t")).not.toEqual(first);
  });

  it("commits by number of rows, and at markers, the rest at the end as commit.tail says", async () => {
    const path = file("id,name\n1,a\n2,b\n*COMMIT*\n3,c\n");
    const ids = async (commit: pw.fs.FileCommitOptions, name = path) =>
      (await commitsOf(() => readCsv(name, { commit }))).map((rows) => rows.map(({ row }) => row.id));
    expect(await ids({ marker: "*COMMIT*" })).toEqual([[1, 2]]);
    expect(await ids({ marker: "*COMMIT*", tail: "commit" })).toEqual([[1, 2], [3]]);
    const plain = file("id,name\n1,a\n2,b\n3,c\n");
    expect(await ids({ everyRows: 2 }, plain)).toEqual([[1, 2], [3]]);
    await fails(() => readCsv(plain, { commit: { maxPendingRows: 2 } })).toMatchObject({
      code: "TP_COMMIT_TOO_LARGE",
      message: expect.stringContaining("Set commit.everyRows"),
    });
  });

  it("replaces rows by primary key, the later line wins", async () => {
    const path = file("id,name\n1,a\n2,b\n1,c\n");
    const rows = await rowsOf(() => readCsv(path, { primaryKey: ["id"] }));
    expect(rows.sort((a, b) => a.id - b.id)).toEqual([
      { id: 1, name: "c" },
      { id: 2, name: "b" },
    ]);
  });

  it("names the line of what it cannot read, or leaves it out", async () => {
    const path = file('id,name\n1,"a\nb"\nx,c\n4,d\n5\n');
    await fails(() => readCsv(path)).toMatchObject({
      code: "TP_ROW_BAD_VALUE",
      message: expect.stringContaining(`(${path}:4)`),
    });
    expect((await rowsOf(() => readCsv(path, { onError: "skip" }))).map(({ id }) => id)).toEqual([1, 4]);
    const open = file('id,name\n1,a\n2,"b\n3,c\n');
    await fails(() => readCsv(open)).toMatchObject({
      code: "TP_ROW_BAD_CSV",
      message: expect.stringContaining(`(${open}:3)`),
    });
    const json = file('{"id":1,"name":"a"}\n\n{"id":}\n');
    await fails(() => pw.fs.read(json, { format: "json", mode: "static", schema: orders() })).toMatchObject({
      code: "TP_ROW_BAD_JSON",
      message: expect.stringContaining(`(${json}:3)`),
    });
    const headless = directory({ "a.csv": "id,name\n1,a\n", "b.csv": "2,b\n" });
    await fails(() => readCsv(headless)).toMatchObject({
      code: "TP_CSV_NO_HEADER",
      where: `${join(headless, "b.csv")}:1`,
    });
  });

  it("says what is wrong with a path", async () => {
    await fails(() => readCsv(join(root, "nowhere"))).toMatchObject({ code: "TP_FILE_ABSENT" });
    await fails(() => readCsv(join(root, "nowhere"), { mode: "streaming" })).toMatchObject({
      code: "TP_FILE_ABSENT",
    });
  });

  it("reads nothing but files and directories", async () => {
    await fails(() => readCsv("/dev/null")).toMatchObject({
      code: "TP_FILE_FAILED",
      message: expect.stringContaining("it is neither a file nor a directory"),
    });
  });

  it("names a wrong option", () => {
    const given = (options: object) => () => pw.fs.read("x", options as never);
    expect(given({ format: "cvs" })).toThrow(/TP_BAD_ARGUMENT: format.*Did you mean "csv"/);
    expect(given({ format: "csv" })).toThrow(/TP_BAD_ARGUMENT.*needs columns.*pw\.fs\.read/);
    expect(given({ format: "json", shema: 1 })).toThrow(/"shema".*Did you mean "schema"/);
    expect(given({ format: "raw", mode: "once" })).toThrow(/mode cannot be "once"/);
    expect(given({ format: "raw", commit: { everyMs: 0 } })).toThrow(/commit\.everyMs cannot be 0/);
    expect(given({ format: "raw", commit: { everyMs: null } })).toThrow(/nothing would ever commit/);
    expect(given({ format: "csv", valueColumns: ["a"], csv: { quote: "''" } })).toThrow(
      /TP_BAD_ARGUMENT.*quote/,
    );
    expect(() => pw.fs.read("", { format: "raw" })).toThrow(/the path cannot be ""/);
  });

  it("reads lines larger than a chunk, and more lines than a chunk holds, the same as any", async () => {
    const long = "x".repeat(3_000_000);
    const lines = Array.from({ length: 200_000 }, (_, i) => `${i}`);
    lines.splice(100_000, 0, long);
    const path = file(lines.join("\n"));
    const rows = await rowsOf(() => pw.fs.read(path, { format: "raw", mode: "static", encoding: "utf8" }));
    expect(rows.length).toBe(lines.length);
    expect(rows.every(({ data }, i) => data === lines[i])).toBe(true);
  });
});

/** Follows while `work` runs; `next` waits for a commit. */
async function follow<C>(
  make: () => pw.Table<C>,
  work: (next: () => Promise<C[]>) => Promise<void>,
): Promise<pw.RunSummary> {
  return pw.graph(async () => {
    const commits = make().updates();
    const stop = new AbortController();
    const running = pw.run({ monitoring: "none", signal: stop.signal });
    const next = async (): Promise<C[]> => {
      const step = await commits.next();
      return step.done === true ? [] : step.value.changes.map(({ row }) => row);
    };
    await Promise.race([work(next), running.then(() => {})]);
    stop.abort();
    return running;
  });
}

describe("pw.fs.read, streaming", () => {
  const lines = (path: string, options: object = {}) =>
    pw.fs.read(path, { format: "raw", encoding: "utf8", ...options });

  it("follows lines as they are ended, and new files, and ends when asked", async () => {
    const path = directory({ "a.txt": "one\ntw" });
    const summary = await follow(
      () => lines(path),
      async (next) => {
        expect(await next()).toEqual([{ data: "one" }]);
        appendFileSync(join(path, "a.txt"), "o\nthr");
        expect(await next()).toEqual([{ data: "two" }]);
        appendFileSync(join(path, "b.txt"), "four\n");
        expect(await next()).toEqual([{ data: "four" }]);
        appendFileSync(join(path, "a.txt"), "ee\n");
        expect(await next()).toEqual([{ data: "three" }]);
      },
    );
    expect(summary.reason).toBe("stopped");
  });

  it("follows one csv file, whose header comes late, and commits at markers where told", async () => {
    const path = file("");
    await follow(
      () => pw.fs.read(path, { format: "csv", valueColumns: ["id"], commit: { marker: "*COMMIT*" } }),
      async (next) => {
        appendFileSync(path, "id\n1\n2\n");
        appendFileSync(path, "3\n*COMMIT*\n4\n");
        expect(await next()).toEqual([{ id: "1" }, { id: "2" }, { id: "3" }]);
        appendFileSync(path, "*COMMIT*\n");
        expect(await next()).toEqual([{ id: "4" }]);
      },
    );
  });

  it.each([
    ["was truncated", (path: string) => truncateSync(path, 1)],
    ["was deleted", (path: string) => rmSync(path)],
    [
      "was replaced by another file",
      (path: string) => {
        writeFileSync(`${path}.new`, "something else\n");
        renameSync(`${path}.new`, path);
      },
    ],
  ])("ends the run when a file %s", async (how, harm) => {
    const path = file("one\ntwo\n");
    const running = follow(
      () => lines(path),
      async (next) => {
        await next();
        harm(path);
        await next();
      },
    );
    await expect(running).rejects.toMatchObject({
      code: "TP_FILE_CHANGED",
      detail: expect.stringContaining(`${path} ${how}`),
    });
  });
});
