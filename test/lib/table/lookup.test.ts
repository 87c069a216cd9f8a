import * as pw from "towpath";
import { describe, expect, test } from "vitest";

/** Each case in a graph of its own. */
function graphTest(name: string, run: () => Promise<void>): void {
  test(name, () => pw.graph(run));
}

/** Every change of a table as text: time, what happened, values; of one time by text. */
async function updates(table: object, onError: "fail" | "report" = "fail"): Promise<string[]> {
  const changes = await pw.debug.computeUpdates(table as pw.Table<Record<string, unknown>>, { onError });
  return changes
    .map(({ row, time, diff }) => `${time} ${diff > 0 ? "+" : "-"} ${Object.values(row).join()}`)
    .sort();
}

interface Customer {
  id: number;
  name: string;
}
interface Order {
  who: number;
  amount: number;
}

const customers = () =>
  pw.debug
    .tableFromMarkdown<Customer>(`
        | id | name | __time__ | __diff__
      1 | 1  | ann  | 2        | 1
      2 | 2  | bob  | 2        | 1
      2 | 2  | bob  | 4        | -1
      2 | 2  | bert | 4        | 1
    `)
    .withIdFrom((c) => c.id);

const orders = () =>
  pw.debug.tableFromMarkdown<Order>(`
      | who | amount | __time__
    1 | 1   | 5      | 2
    2 | 2   | 6      | 2
    3 | 1   | 7      | 4
  `);

describe("ix", () => {
  graphTest("finds rows by key, beside the columns of those that look, from both sides", async () => {
    const [o, c] = [orders(), customers()];
    const said = o.select({
      amount: o.amount,
      name: c.ix(o.pointerFrom(o.who) as pw.Expression<string>).name,
    });
    expect(await updates(said)).toEqual(["2 + 5,ann", "2 + 6,bob", "4 + 6,bert", "4 + 7,ann", "4 - 6,bob"]);
    expect(await updates(o.filter(c.ixRef(o.who).name.eq("ann")))).toEqual(["2 + 1,5", "4 + 1,7"]);
    expect(await updates(o.withColumns((row) => ({ name: c.ixRef(row.who).name })))).toHaveLength(5);
  });

  graphTest("is a table under the keys of those that look", async () => {
    const [o, c] = [orders(), customers()];
    const found = await pw.debug.compute(c.ixRef(o.who));
    const own = await pw.debug.compute(o);
    expect(found.map(({ key }) => key)).toEqual(own.map(({ key }) => key));
    expect(found.map(({ row }) => row.name).sort()).toEqual(["ann", "ann", "bert"]);
  });

  graphTest("names the row that finds nothing, with its own cells alone", async () => {
    const o = orders();
    const rows = await pw.debug.compute(o);
    // Of the rows of one commit the one that fails is not the first.
    const failing = rows.filter(({ row }) => row.amount < 7)[1];
    const looking = o.withColumns({
      found: o.filter(o.amount.ne(failing.row.amount)).ix(pw.keyOf(o)).who,
    });
    const { who, amount } = failing.row;
    await expect(pw.debug.compute(looking)).rejects.toThrow(
      new RegExp(`row ${failing.key} with who=${who}, amount=${amount}, (?!.*null)`),
    );
  });

  graphTest("names a key that no row has, the method and the line", async () => {
    const [o, c] = [orders(), customers()];
    const wrong = c.ixRef(o.amount);
    await expect(pw.debug.compute(wrong)).rejects.toMatchObject({ code: "TP_KEY_MISSING" });
    await expect(pw.debug.compute(wrong)).rejects.toThrow(
      /key [0-9a-f-]{36}.*ixRef at .*lookup\.test\.ts:\d+.*/,
    );
    expect(await updates(wrong, "report")).toEqual([]);
    expect(await updates(c.ixRef(o.amount, { allowMisses: true }))).toEqual(["2 + ,", "2 + ,", "4 + ,"]);
  });

  graphTest("wants optional for pointers that may be null, and finds nulls then", async () => {
    const c = customers();
    const o = pw.debug.tableFromMarkdown<{ who: number | null }>(`
        | who | __time__
      1 | 1   | 2
      2 |     | 2
    `);
    const pointers = o.select({ to: pw.ifElse(o.who.isNotNull(), o.pointerFrom(pw.unwrap(o.who)), null) });
    expect(() => c.ix(pointers.to as pw.Expression<string>)).toThrow(/TP_EXPRESSION_TYPE.*pointer\?/);
    const found = c.ix(pointers.to as pw.Expression<string>, { optional: true });
    expect(await updates(found)).toEqual(["2 + ,", "2 + 1,ann"]);
    expect(await updates(c.ixRef(o.who as never, { optional: true }))).toHaveLength(2);
  });

  // The first-day case: Pathway leaves several live rows here.
  graphTest("has one row a group where groups of nulls are read through it", async () => {
    const t = pw.debug.tableFromMarkdown<{ kind: string | null; n: number }>(`
        | kind | n | __time__ | __diff__
      1 |      | 1 | 2        | 1
      2 | a    | 2 | 2        | 1
      3 |      | 3 | 4        | 1
      1 |      | 1 | 6        | -1
    `);
    const sums = t.groupBy(t.kind).reduce({ kind: t.kind, sum: pw.reducers.sum(t.n) });
    const read = t.select({ n: t.n, sum: sums.ixRef(t.kind as never).sum });
    const groups = read.groupBy("sum").reduce((c) => ({ sum: c.sum, rows: pw.reducers.count() }));
    expect(
      (await pw.debug.compute(groups)).map(({ row }) => row).sort((a, b) => Number(a.sum) - Number(b.sum)),
    ).toEqual([
      { sum: 2, rows: 1 },
      { sum: 3, rows: 1 },
    ]);
    const beside = sums.ixRef(t.kind as never, { optional: true });
    expect((await pw.debug.compute(beside)).map(({ row }) => row.sum).sort()).toEqual([2, null]);
  });

  graphTest("refuses what is no pointer, and pointers of no table", async () => {
    const [o, c] = [orders(), customers()];
    expect(() => c.ix(o.who as never)).toThrow(/TP_EXPRESSION_TYPE.*int/);
    expect(() => c.ix("who" as never)).toThrow(/TP_BAD_ARGUMENT/);
    expect(() => c.ixRef(3)).toThrow(/TP_BAD_ARGUMENT.*reads no column/);
    expect(() => c.ixRef(o.who, { optionl: true } as never)).toThrow(/"optionl"/);
    expect(() => c.select({ name: c.ixRef(o.who).name })).toThrow(/TP_COLUMN_FOREIGN/);
    expect(await updates(c.ixRef(1, { context: o as never }))).toHaveLength(3);
  });
});

describe("tables put together by their keys", () => {
  graphTest("intersect, difference and restrict take rows by the keys of others", async () => {
    const o = orders();
    const large = o.filter(o.amount.gt(5));
    expect(await updates(o.intersect(large))).toEqual(["2 + 2,6", "4 + 1,7"]);
    expect(await updates(o.intersect(large, o.filter(o.amount.lt(7))))).toEqual(["2 + 2,6"]);
    expect(await updates(o.difference(large))).toEqual(["2 + 1,5"]);
    expect(await updates(o.restrict(large.select({ any: 1 })))).toEqual(["2 + 2,6", "4 + 1,7"]);
    expect(() => o.intersect(pw.graph(orders))).toThrow(/another graph/);
    expect(() => (o.intersect as (...tables: object[]) => object)()).toThrow(/TP_BAD_ARGUMENT/);
  });

  graphTest("updateCells replaces the columns that the other has, and gives them back", async () => {
    const o = orders();
    const discount = pw.debug.tableFromMarkdown<{ amount: number }>(`
        | amount | __time__ | __diff__
      1 | 50     | 2        | 1
      1 | 50     | 6        | -1
    `);
    expect(await updates(o.updateCells(discount))).toEqual([
      "2 + 1,50",
      "2 + 2,6",
      "4 + 1,7",
      "6 + 1,5",
      "6 - 1,50",
    ]);
    expect(() => o.updateCells(o.select({ other: o.amount }) as never)).toThrow(/TP_COLUMN_UNKNOWN/);
    expect(() => o.updateCells(o.select({ amount: o.amount.toStr() }) as never)).toThrow(
      /TP_EXPRESSION_TYPE/,
    );
  });

  graphTest("restrict and updateCells name a key that the table lacks", async () => {
    const o = orders();
    const large = o.filter(o.amount.gt(5));
    for (const [said, table] of [
      ["restrict", large.restrict(o)],
      ["updateCells", large.updateCells(o)],
    ] as const) {
      const failing = pw.debug.compute(table as pw.Table<Order>);
      await expect(failing).rejects.toMatchObject({ code: "TP_KEY_MISSING" });
      await expect(failing).rejects.toThrow(new RegExp(`${said} finds no row with the key [0-9a-f-]{36}`));
      expect(await updates(table, "report")).toEqual(["2 + 2,6", "4 + 1,7"]);
    }
  });

  graphTest("concat reports keys that its tables share, once, and knows tables that share none", async () => {
    const o = orders();
    const twice = o.concat(o.filter(o.amount.gt(6)));
    await expect(pw.debug.compute(twice)).rejects.toThrow(
      /TP_KEY_COLLISION.*key [0-9a-f-]{36}.*concat at .*lookup/,
    );
    expect(await updates(twice, "report")).toEqual(["2 + 1,5", "2 + 2,6"]);
    const [small, large] = o.split(o.amount.lt(6));
    expect(await updates(small.concat(large))).toEqual(["2 + 1,5", "2 + 2,6", "4 + 1,7"]);
  });
});

describe("the id of a join", () => {
  graphTest("gives pairs the keys of one side, and reports a row with two partners", async () => {
    const [o, c] = [orders(), customers()];
    const named = o.join(c, o.who.eq(c.id), { id: pw.keyOf(o) }).select({ name: c.name });
    const own = await pw.debug.compute(o);
    expect((await pw.debug.compute(named)).map(({ key }) => key)).toEqual(own.map(({ key }) => key));
    const wrong = o.join(c, o.who.eq(c.id), { id: (_, r) => pw.keyOf(r) }).select({ name: c.name });
    await expect(pw.debug.compute(wrong)).rejects.toThrow(/TP_KEY_COLLISION.*join at/);
    expect(() => o.joinRight(c, o.who.eq(c.id), { id: pw.keyOf(o) })).toThrow(/may have no row/);
    expect(() => o.join(c, o.who.eq(c.id), { id: o.who } as never)).toThrow(/not the key of a side/);
    expect(() => o.join(o, (l, r) => l.who.eq(r.who), { id: pw.keyOf(o) })).toThrow(/both sides/);
  });

  graphTest("stands behind several conditions, with expressions, also in a self-join", async () => {
    const o = orders();
    const next = o
      .join(
        o,
        (l, r) => l.who.add(1).eq(r.who),
        (l, r) => l.amount.add(1).eq(r.amount),
        { id: (l) => pw.keyOf(l) },
      )
      .select((l, r) => ({ from: l.amount, to: r.amount }));
    expect(await updates(next)).toEqual(["2 + 5,6"]);
  });
});
