import { describe, expect, it } from "vitest";
import { type Column, Expression } from "../../../lib/expressions/expression.ts";
import { graph } from "../../../lib/plan/plan.ts";
import { addOutput } from "../../../lib/table/output.ts";
import { reducers } from "../../../lib/table/reducers.ts";
import { schema } from "../../../lib/table/schema.ts";
import { nodeOf, planOf } from "../../../lib/table/table.ts";
import { customers, orders, outputSpec, steps, tableOf, untyped } from "./tables.ts";

describe("columns", () => {
  it("are properties and reachable by col", () => {
    const t = orders();
    expect(t.amount.node).toMatchObject({
      kind: "column",
      name: "amount",
      position: 2,
      type: { name: "float" },
    });
    expect(t.col("amount")).toBe(t.amount);
    expect("amount" in t).toBe(true);
    expect("amont" in t).toBe(false);
  });

  it("name the nearest where one is misspelt", () => {
    const t = orders();
    expect(() => untyped(t).custmer).toThrow(
      /^TP_COLUMN_UNKNOWN: there is no column "custmer" \(test\/lib\/table\/table\.test\.ts:\d+\)\. Did you mean "customer"\? The columns are "id", "customer", "amount", "note"\.$/,
    );
    expect(() => t.col("xyz" as "id")).toThrow(/TP_COLUMN_UNKNOWN.*"xyz"(?!.*Did you mean)/);
    expect(() => t.select((c) => ({ x: (c as unknown as { amonut: number }).amonut }))).toThrow(
      /Did you mean "amount"/,
    );
  });

  it("have any name: methods win on the table, callbacks and col reach every column", () => {
    const names = ["count", "select", "diff", "time", "constructor", "__proto__", "toString", "then", "key"];
    const t = untyped(tableOf(schema(Object.fromEntries(names.map((name) => [name, "int" as const])))));
    expect(typeof t.select).toBe("function");
    for (const name of names) {
      if (name !== "select" && name !== "diff") expect(t[name]).toBeInstanceOf(Expression);
      expect((t.col(name) as unknown as Column<number, string>).node).toMatchObject({ kind: "column", name });
    }
    const same = t.select((c: object) => ({ ...c }));
    expect(nodeOf(same)).toBe(nodeOf(t));
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
    expect(nodeOf(t.rename({ proto: "__proto__" })).columns.map(({ name }) => name)).toContain("proto");
    expect(nodeOf(t.without("constructor", "then")).columns).toHaveLength(names.length - 2);
  });

  it("leave a table that can be awaited, logged and compared", async () => {
    const t = orders();
    expect(await Promise.resolve(t)).toBe(t);
    expect(String(JSON.stringify(t))).toBe("{}");
    expect(t).toEqual(t);
    expect(`${Object.prototype.toString.call(t)}`).toBe("[object Object]");
  });
});

describe("select", () => {
  it("computes columns, plain values standing for themselves", () => {
    const t = orders();
    const selected = t.select({ who: t.customer, twice: t.amount.mul(2), one: 1, text: "x" });
    expect(steps(selected)).toEqual([
      'select who = customer, twice = amount.mul(2), one = 1, text = "x" → who str, twice float, one int, text str',
    ]);
    expect(nodeOf(selected)).toMatchObject({
      appendOnly: true,
      site: { file: expect.stringMatching(/table\.test\.ts$/) },
    });
    const { expressions } = nodeOf(selected).options as { expressions: unknown[] };
    expect(expressions[0]).toEqual({
      kind: "column",
      owner: 0,
      name: "customer",
      position: 1,
      type: { name: "str", optional: false },
    });
  });

  it("gives the same node for the same columns, said either way, and itself for its own columns", () => {
    const t = orders();
    expect(nodeOf(t.select({ x: t.amount.mul(2) }))).toBe(nodeOf(t.select((c) => ({ x: c.amount.mul(2) }))));
    expect(nodeOf(t.select((c) => ({ ...c })))).toBe(nodeOf(t));
    expect(nodeOf(t.select({ amount: t.id }))).not.toBe(nodeOf(t));
  });

  it("keeps what stands in many places small", () => {
    const t = customers();
    const double = () => {
      let sum: Expression<number, "age"> = t.age;
      for (let i = 0; i < 60; i++) sum = sum.add(sum);
      return sum;
    };
    const one = t.select({ sum: double() });
    expect(nodeOf(t.select({ sum: double() }))).toBe(nodeOf(one));
    expect(nodeOf(t.reduce({ sum: reducers.sum(double()) })).operator).toBe("groupBy");
    expect(steps(one)[0]).toMatch(/…/);
  });

  it("refuses columns of other tables and graphs", () => {
    const [t, other] = [orders(), customers()];
    expect(() => untyped(t).select({ x: other.age })).toThrow(
      /TP_COLUMN_FOREIGN: column "age" belongs to another table, the one made at test\/lib\/table\/tables\.ts:\d+ \(test\/lib\/table\/table\.test\.ts:\d+\)/,
    );
    expect(() => t.filter((c) => c.amount.gt(3)).select({ x: t.amount })).toThrow(
      /TP_COLUMN_FOREIGN.*callback/,
    );
    const elsewhere = graph(() => customers());
    expect(() => untyped(t).select({ x: elsewhere.age })).toThrow(/TP_COLUMN_FOREIGN.*another graph/);
  });

  it.each([
    [undefined, /TP_BAD_ARGUMENT.*not undefined/],
    [[], /TP_BAD_ARGUMENT.*not an array/],
    [{}, /TP_BAD_ARGUMENT.*at least one column/],
    [() => null, /TP_BAD_ARGUMENT.*not null/],
    [{ x: undefined }, /TP_BAD_ARGUMENT: column "x" of select is undefined/],
    [{ x: { secret: "hunter2" } }, /TP_BAD_ARGUMENT(?!.*hunter2)/],
    [{ x: () => 1 }, /TP_BAD_ARGUMENT.*a function/],
    [{ "": 1 }, /TP_BAD_SCHEMA/],
    [{ "\ud800": 1 }, /TP_BAD_SCHEMA/],
    [{ __proto__: { x: 1 } }, /TP_BAD_ARGUMENT.*\["__proto__"\]/],
    [{ x: reducers.count() }, /TP_BAD_ARGUMENT.*reducer/],
  ])("refuses %o", (given, message) => {
    expect(() => untyped(orders()).select(given)).toThrow(message);
  });
});

describe("withColumns, without, rename", () => {
  it("replace columns where they stand and add the others", () => {
    const t = customers();
    expect(steps(t.withColumns((c) => ({ next: c.age.add(1), id: c.segment })))).toEqual([
      "select id = segment, segment, age, next = age.add(1) → id str, segment str, age int, next int",
    ]);
  });

  it("drop columns by name, column and callback", () => {
    const t = orders();
    expect(nodeOf(t.without("note", t.id)).columns.map(({ name }) => name)).toEqual(["customer", "amount"]);
    expect(nodeOf(t.without((c) => [c.note, c.id]))).toBe(nodeOf(t.without("id", "note")));
    expect(() => t.without("nte" as "note")).toThrow(/TP_COLUMN_UNKNOWN.*"note"/);
    expect(() => t.without("id", "customer", "amount", "note")).toThrow(/TP_BAD_ARGUMENT.*no column/);
    expect(() => untyped(t).without(t.amount.mul(2))).toThrow(/TP_BAD_ARGUMENT/);
  });

  it("rename in place, swap, and refuse names that are taken", () => {
    const t = customers();
    expect(steps(t.rename({ years: "age", key: t.id }))).toEqual([
      "select key = id, segment, years = age → key str, segment str, years int",
    ]);
    expect(steps(t.rename((c) => ({ id: c.segment, segment: c.id })))).toEqual([
      "select segment = id, id = segment, age → segment str, id str, age int",
    ]);
    expect(() => t.rename({ segment: "id" })).toThrow(/TP_COLUMN_DUPLICATE.*"segment".*table\.test\.ts/);
    expect(() => t.rename({ a: "id", b: "id" })).toThrow(/TP_BAD_ARGUMENT.*"id" two names/);
  });
});

describe("filter", () => {
  it("computes the predicate in a column that nobody else sees", () => {
    const t = customers();
    expect(steps(t.filter(t.age.gt(3)))).toEqual([
      "select id, segment, age, predicate = age.gt(3) → id str, segment str, age int, predicate bool",
      "filter predicate → id str, segment str, age int, predicate bool",
      "select id, segment, age → id str, segment str, age int",
    ]);
  });

  it("filters by a column as it is", () => {
    const t = tableOf(schema({ ok: "bool?", n: "int" }), false);
    const kept = t.filter(t.ok);
    expect(steps(kept)).toEqual(["filter ok → ok bool?, n int"]);
    expect(nodeOf(kept).appendOnly).toBe(false);
  });

  it("checks a dynamic condition row by row", () => {
    const t = tableOf(schema({ ok: "any" }));
    expect(steps(untyped(t).filter(t.ok))).toEqual([
      'select ok, predicate = ok.cast("bool?") → ok any, predicate bool?',
      "filter predicate → ok any, predicate bool?",
      "select ok → ok any",
    ]);
  });

  it("refuses what is no condition", () => {
    expect(() => untyped(customers()).filter((c: Record<string, unknown>) => c.age)).toThrow(
      /TP_EXPRESSION_TYPE.*int/,
    );
  });
});

describe("concat", () => {
  it("keeps equal tables, reorders others by name and widens to optional", () => {
    const [a, b] = [customers(), tableOf(schema({ age: "int?", segment: "str", id: "str" }), false)];
    const checked = "rekey of concat: no key twice → id str, segment str, age int";
    expect(steps(a.concat(customers()))).toEqual(["concat → id str, segment str, age int", checked]);
    const both = untyped(a).concat(b);
    expect(steps(both)).toEqual([
      "select id, segment, age → id str, segment str, age int?",
      "select id, segment, age → id str, segment str, age int?",
      "concat → id str, segment str, age int?",
      `${checked}?`,
    ]);
    expect(nodeOf(both).appendOnly).toBe(false);
    expect(nodeOf(a.concat(a)).inputs[0]?.inputs).toHaveLength(2);
  });

  it("refuses other columns, other types, other graphs and nothing", () => {
    const t = untyped(customers());
    const other = (definition: Parameters<typeof schema>[0]) => tableOf(schema(definition));
    expect(() => t.concat(other({ id: "str", segment: "str" }))).toThrow(/TP_BAD_ARGUMENT.*no column "age"/);
    expect(() => t.concat(other({ id: "str", segment: "str", age: "int", x: "int" }))).toThrow(
      /TP_COLUMN_UNKNOWN.*"x"/,
    );
    expect(() => t.concat(other({ id: "str", segment: "str", age: "str" }))).toThrow(
      /TP_EXPRESSION_TYPE.*int and as str/,
    );
    expect(() => t.concat(graph(customers))).toThrow(/another graph/);
    expect(() => t.concat()).toThrow(/TP_BAD_ARGUMENT/);
    expect(() => t.concat({})).toThrow(/TP_BAD_ARGUMENT.*a table is expected/);
  });
});

describe("ends", () => {
  it("adds outputs in order to the table's own graph", () => {
    const t = graph(customers);
    const first = addOutput(t, outputSpec);
    const second = addOutput(t.select({ id: t.id }), outputSpec);
    expect(planOf(t).outputs).toEqual([first, second]);
    expect(first).toMatchObject({
      operator: "output",
      columns: [],
      inputs: [nodeOf(t)],
      options: outputSpec,
    });
  });
});
