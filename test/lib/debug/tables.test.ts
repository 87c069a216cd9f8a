import * as pw from "towpath";
import { describe, expect, test } from "vitest";
import { formatType } from "../../../lib/data/type.ts";
import { nodeOf } from "../../../lib/table/table.ts";

function inGraph<T>(run: () => T): T {
  return pw.graph(run);
}

function typesOf(table: object): string[] {
  return nodeOf(table).columns.map(({ name, type }) => `${name}: ${formatType(type)}`);
}

async function rowsOf(table: Parameters<typeof pw.debug.compute>[0]): Promise<unknown[]> {
  return (await pw.debug.compute(table)).map(({ row }) => ({ ...(row as object) }));
}

describe("tableFromMarkdown", () => {
  test.each([
    ["1", "int"],
    ["-7", "int"],
    ["1.5", "float"],
    ["1e3", "float"],
    ["NaN", "float"],
    ["true", "bool"],
    ["False", "bool"],
    ["text", "str"],
    ['"1"', "str"],
    ['""', "str"],
    ["9007199254740993", "float"],
    ["null", "any?"],
    ["", "any?"],
  ])("reads %s as %s", (cell, type) => {
    inGraph(() => expect(typesOf(pw.debug.tableFromMarkdown(`a | x\n0 | ${cell}`))[1]).toBe(`x: ${type}`));
  });

  test.each([
    [["1", "2.5"], "float", [1, 2.5]],
    [["1", "null"], "int?", [1, null]],
    [["1", "a"], "str", ["1", "a"]],
    [["true", "1"], "str", ["true", "1"]],
    [['"1"', "null"], "str?", ["1", null]],
  ])("reads %j together as %s", async (cells, type, values) => {
    await inGraph(async () => {
      const t = pw.debug.tableFromMarkdown(`a | x\n${cells.map((cell, i) => `${i} | ${cell}`).join("\n")}`);
      expect(typesOf(t)[1]).toBe(`x: ${type}`);
      expect(await rowsOf(t)).toEqual(expect.arrayContaining(values.map((x, a) => ({ a, x }))));
    });
  });

  test("takes outer bars, rows of dashes and quoted bars as they are meant", async () => {
    await inGraph(async () => {
      const t = pw.debug.tableFromMarkdown('\n| a | b |\n|---|:-:|\n| 1 | "x | \\"y\\"" |\n');
      expect(await rowsOf(t)).toEqual([{ a: 1, b: 'x | "y"' }]);
    });
  });

  test("makes the same key of the same id, whatever the table", async () => {
    await inGraph(async () => {
      const one = await pw.debug.compute(pw.debug.tableFromMarkdown("  | a\n7 | 1"));
      const two = await pw.debug.compute(pw.debug.tableFromMarkdown("  | b | c\n7 | x | y"));
      expect(one[0]?.key).toBe(two[0]?.key);
    });
  });

  test("without ids a deletion takes the oldest row of these values", async () => {
    await inGraph(async () => {
      const t = pw.debug.tableFromMarkdown(
        "n | __time__ | __diff__\n1 | 2 | 1\n1 | 2 | 1\n1 | 4 | -1\n2 | 4 | 1",
      );
      const updates = await pw.debug.computeUpdates(t);
      expect(updates.map(({ row, diff }) => [Object.values(row)[0], diff])).toEqual([
        [1, 1],
        [1, 1],
        [1, -1],
        [2, 1],
      ]);
      expect(updates[2]?.key).toBe(updates[0]?.key);
      expect(updates[1]?.key).not.toBe(updates[0]?.key);
    });
  });

  test.each([
    ["", "no header", "line 1"],
    ["a | b\n1", "1 cells, the header 2", "line 2"],
    ["__time__\n2", "no column", "line 1"],
    ["a |  | b\n1 | 2 | 3", "has no name", "line 1"],
    ["a | __time__\n1 | 3", "__time__", "line 2"],
    ["a | __time__\n1 | x", "__time__", "line 2"],
    ["a | __diff__\n1 | 2", "__diff__", "line 2"],
    ["  | a\n1 | 1\n  | 2", "no id", "line 3"],
    ["  | a\n1 | 1\n1 | 2", "already there", "line 3"],
    ["a | __diff__\n1 | -1", "not there", "line 2"],
    ['a\n"\\x"', "string of JSON", "line 2"],
  ])("refuses %j: %s", (markdown, problem, where) => {
    inGraph(() => {
      const read = (): unknown => pw.debug.tableFromMarkdown(markdown);
      expect(read).toThrow(expect.objectContaining({ code: "TP_MARKDOWN" }));
      expect(read).toThrow(problem);
      expect(read).toThrow(where);
    });
  });

  test.each([
    ["with ids", "    | n | __time__ | __diff__\n  1 |"],
    ["without ids", "  | n | __time__ | __diff__\n  |"],
  ])("what comes and goes within a time cancels, %s", async (_, start) => {
    const [header, bar] = start.split("\n");
    const lines = [
      "1 | 2 | 1",
      "1 | 4 | -1",
      "2 | 4 | 1",
      "2 | 4 | -1",
      "3 | 4 | 1",
      "3 | 6 | -1",
      "3 | 6 | 1",
    ];
    await inGraph(async () => {
      const t = pw.debug.tableFromMarkdown([header, ...lines.map((line) => `${bar} ${line}`)].join("\n"));
      const updates = await pw.debug.computeUpdates(t);
      expect(updates.map(({ row, time, diff }) => [row.n, time, diff])).toEqual([
        [1, 2, 1],
        [1, 4, -1],
        [3, 4, 1],
      ]);
    });
  });

  test("refuses two columns of one name", () => {
    inGraph(() =>
      expect(() => pw.debug.tableFromMarkdown("a | a\n1 | 2")).toThrow(
        expect.objectContaining({ code: "TP_COLUMN_DUPLICATE" }),
      ),
    );
  });
});

describe("tableFromRows", () => {
  const schema = pw.schema({
    id: pw.column({ type: "int", primaryKey: true }),
    note: "str?",
    n: pw.column({ type: "int", default: 5 }),
  });

  test("fills defaults and nulls, and keys rows by their primary key", async () => {
    await inGraph(async () => {
      const t = pw.debug.tableFromRows(schema, [
        { row: { id: 1 } },
        { row: { id: 2, note: "x", n: 1 }, time: 2 },
        { row: { id: 1 }, time: 4, diff: -1 },
      ]);
      const updates = await pw.debug.computeUpdates(t);
      expect(updates.map(({ row, time, diff }) => [{ ...row }, time, diff])).toEqual([
        [{ id: 1, note: null, n: 5 }, 0, 1],
        [{ id: 2, note: "x", n: 1 }, 2, 1],
        [{ id: 1, note: null, n: 5 }, 4, -1],
      ]);
      const t2 = pw.debug.tableFromRows(schema, [{ row: { id: 1, note: "other" } }]);
      expect((await pw.debug.compute(t2))[0]?.key).toBe(updates[0]?.key);
    });
  });

  test.each([
    [[{ row: { id: 1.5 } }], "row 0"],
    [[{ row: { id: 1 } }, { row: { id: 1, note: "again" } }], "row 1"],
    [[{ row: { id: 1 } }, { row: { id: 1, note: "other" }, time: 2, diff: -1 }], "row 1"],
    [[{ row: { id: 1 }, time: 3 }], "row 0"],
    [[{ row: { id: 1 }, diff: 0 }], "row 0"],
    [[{ row: { id: 1, nope: 2 } }], "nope"],
    [[{ row: null }], "row 0"],
  ])("refuses %j", (rows, where) => {
    inGraph(() => {
      const read = (): unknown =>
        pw.debug.tableFromRows(schema, rows as unknown as [{ row: { id: number } }]);
      expect(read).toThrow(expect.objectContaining({ code: "TP_BAD_ARGUMENT" }));
      expect(read).toThrow(where);
    });
  });
});
