import * as pw from "towpath";
import { describe, expect, test } from "vitest";

/** Each case in a graph of its own. */
function graphTest(name: string, run: () => Promise<void>): void {
  test(name, () => pw.graph(run));
}

/** Every change of a table as text: time, what happened, values. */
async function updates<C>(table: pw.Table<C>, onError: "fail" | "report" = "fail"): Promise<string[]> {
  const changes = await pw.debug.computeUpdates(table, { onError });
  return changes.map(
    ({ row, time, diff }) => `${time} ${diff > 0 ? "+" : "-"} ${Object.values(row as object).join()}`,
  );
}

const twoMore = (value: number, accepted: number): boolean => value >= accepted + 2;

describe("deduplicate", () => {
  graphTest("keeps the row accepted last of the whole table", async () => {
    const t = pw.debug.tableFromMarkdown<{ val: number }>("val | __time__\n1|2\n2|4\n3|6\n4|8");
    expect(await updates(t.deduplicate({ value: t.val, acceptor: twoMore }))).toEqual([
      "2 + 1",
      "6 - 1",
      "6 + 3",
    ]);
  });

  graphTest("is offered a row that changed in any column, whoever reads it", async () => {
    const t = pw.debug.tableFromMarkdown<{ val: string; n: number }>(`
        | val | n | __time__ | __diff__
      1 | a   | 1 | 2        | 1
      2 | b   | 1 | 4        | 1
      1 | a   | 1 | 6        | -1
      1 | a   | 2 | 6        | 1
    `);
    const kept = t.deduplicate({ value: t.val });
    const changes = ["2 + a", "4 - a", "4 + b", "6 - b", "6 + a"];
    expect(await updates(kept.select((c) => ({ val: c.val })))).toEqual(changes);
  });

  graphTest("keeps one of each instance, under the key of its values", async () => {
    const t = pw.debug.tableFromMarkdown<{ val: number; instance: number }>(`
      val | instance | __time__
       1  |     1    |     2
       2  |     1    |     4
       3  |     2    |     6
       4  |     1    |     8
       4  |     2    |     8
       5  |     1    |    10
    `);
    const kept = t.deduplicate({ value: "val", instance: "instance", acceptor: twoMore });
    expect(await updates(kept)).toEqual(["2 + 1,1", "6 + 3,2", "8 - 1,1", "8 + 4,1"]);
    const keyed = kept.select({ same: pw.keyOf(kept).eq(kept.pointerFrom(kept.instance)) });
    expect((await pw.debug.compute(keyed)).map(({ row }) => row.same)).toEqual([true, true]);
  });

  graphTest("without an acceptor keeps rows whose value differs", async () => {
    const t = pw.debug.tableFromMarkdown<{ s: string; n: number }>(`
      s   | n | __time__
      on  | 1 | 2
      on  | 2 | 4
      off | 3 | 6
      off | 4 | 8
    `);
    expect(await updates(t.deduplicate({ value: (c) => c.s }))).toEqual([
      "2 + on,1",
      "6 - on,1",
      "6 + off,3",
    ]);
  });

  graphTest("does not look at rows that go", async () => {
    const t = pw.debug.tableFromMarkdown<{ v: number }>(`
        | v | __time__ | __diff__
      1 | 5 | 2        | 1
      1 | 5 | 4        | -1
      1 | 7 | 4        | 1
      1 | 7 | 6        | -1
    `);
    expect(await updates(t.deduplicate({ value: t.v }))).toEqual(["2 + 5", "4 - 5", "4 + 7"]);
  });

  graphTest("offers the rows of a commit in the order of their values, or of a column", async () => {
    const t = pw.debug.tableFromMarkdown<{ v: number; at: number }>(`
      v | at | __time__
      5 | 1  | 2
      1 | 2  | 2
      9 | 3  | 2
      2 | 4  | 2
    `);
    const offered: string[] = [];
    const acceptor = (value: number, accepted: number): boolean => {
      offered.push(`${value} after ${accepted}`);
      return true;
    };
    expect(await updates(t.deduplicate({ value: t.v, acceptor }))).toEqual(["2 + 9,3"]);
    expect(offered).toEqual(["2 after 1", "5 after 2", "9 after 5"]);
    expect(await updates(t.deduplicate({ value: t.v, order: t.at }))).toEqual(["2 + 2,4"]);
  });

  graphTest("takes expressions and several instances; null is a value", async () => {
    const t = pw.debug.tableFromRows(pw.schema({ a: "int?", b: "str?", v: "int?" }), [
      { row: { a: 1, b: null, v: 1 }, time: 2 },
      { row: { a: null, b: "x", v: null }, time: 2 },
      { row: { a: null, b: "x", v: 3 }, time: 4 },
      { row: { a: 1, b: null, v: 4 }, time: 6 },
    ]);
    const seen: unknown[] = [];
    const kept = t.deduplicate({
      value: pw.makeTuple(t.v, t.b),
      instance: [t.a, (c) => c.b],
      acceptor(value, accepted) {
        seen.push([value, accepted]);
        return value[0] !== 4;
      },
    });
    expect(await updates(kept)).toEqual(
      expect.arrayContaining(["2 + 1,,1", "2 + ,x,", "4 - ,x,", "4 + ,x,3"]),
    );
    expect(seen).toEqual([
      [
        [3, "x"],
        [null, "x"],
      ],
      [
        [4, null],
        [1, null],
      ],
    ]);
  });

  graphTest("says nothing where only columns that nobody reads differ", async () => {
    const t = pw.debug.tableFromMarkdown<{ v: number; s: string }>("v | s | __time__\n1|a|2\n2|a|4\n3|b|6");
    const kept = t.deduplicate({ value: t.v });
    expect(await updates(kept.select((c) => ({ s: c.s })))).toEqual(["2 + a", "6 - a", "6 + b"]);
  });

  graphTest("ends the run for an acceptor that throws, or reports it and does not accept", async () => {
    const t = pw.debug.tableFromMarkdown<{ v: number }>("v | __time__\n5|2\n1|4\n2|6");
    const throwing = t.deduplicate({
      value: t.v,
      acceptor(value) {
        if (value === 1) throw new Error("one");
        return true;
      },
    });
    await expect(updates(throwing)).rejects.toMatchObject({
      code: "TP_FUNCTION_FAILED",
      detail: "the acceptor threw: one",
      where: expect.stringMatching(
        /^deduplicate at test.lib.table.deduplicate.test.ts:\d+, row .* with v=1$/,
      ),
    });
    expect(await updates(throwing, "report")).toEqual(["2 + 5", "6 - 5", "6 + 2"]);
    const nothing = t.deduplicate({
      value: t.v,
      acceptor() {
        throw undefined;
      },
    });
    await expect(updates(nothing)).rejects.toMatchObject({
      code: "TP_FUNCTION_FAILED",
      detail: "the acceptor threw: undefined",
      cause: expect.objectContaining({ message: "undefined" }),
    });
    const odd = t.deduplicate({ value: t.v, acceptor: (() => 3) as unknown as () => boolean });
    await expect(updates(odd)).rejects.toMatchObject({
      detail: "the acceptor returned a number, not true or false",
    });
  });

  graphTest("does not accept rows that failed in what it looks at", async () => {
    const t = pw.debug.tableFromMarkdown<{ v: number; d: number }>("v | d | __time__\n1|1|2\n2|0|4\n6|2|6");
    const q = t.withColumns({ q: t.v.floorDiv(t.d) });
    const by = q.deduplicate({ value: q.q }).select((c) => ({ v: c.v, q: c.q }));
    expect(await updates(by, "report")).toEqual(["2 + 1,1", "6 - 1,1", "6 + 6,3"]);
    const instance = q.deduplicate({ value: q.v, instance: q.q }).select((c) => ({ v: c.v }));
    expect(await updates(instance, "report")).toEqual(["2 + 1", "6 + 6"]);
  });

  graphTest("refuses what it cannot use", async () => {
    const t = pw.debug.tableFromMarkdown<{ v: number }>("v\n1");
    const wrong = (options: unknown) => () => t.deduplicate(options as { value: "v" });
    expect(wrong(undefined)).toThrow("deduplicate takes options, not undefined");
    expect(wrong({})).toThrow("deduplicate needs a value");
    expect(wrong({ value: "w" })).toThrow(pw.TowpathError);
    expect(wrong({ value: "v", accept: () => true })).toThrow('deduplicate has no option "accept"');
    expect(wrong({ value: "v", acceptor: true })).toThrow(/acceptor of deduplicate is .*, not a function/);
  });
});
