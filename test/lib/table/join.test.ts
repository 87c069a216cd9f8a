import { describe, expect, it } from "vitest";
import { graph } from "../../../lib/plan/plan.ts";
import { keyOf } from "../../../lib/table/keys.ts";
import { reducers } from "../../../lib/table/reducers.ts";
import { schema } from "../../../lib/table/schema.ts";
import { nodeOf } from "../../../lib/table/table.ts";
import { customers, orders, steps, tableOf, untyped } from "./tables.ts";

describe("join", () => {
  it("joins by columns, in either order, said either way", () => {
    const [o, c] = [orders(), customers()];
    const table = o.join(c, o.customer.eq(c.id)).select({ segment: c.segment, amount: o.amount });
    expect(steps(table)).toEqual([
      "join inner on customer = id → id int, customer str, amount float, note str?, id str, segment str, age int",
      "select segment, amount → segment str, amount float",
    ]);
    const node = nodeOf(table);
    expect(node.inputs[0]).toMatchObject({
      options: { mode: "inner", leftKeys: [1], rightKeys: [0] },
      appendOnly: true,
    });
    const pick = { segment: c.segment, amount: o.amount };
    expect(nodeOf(o.join(c, c.id.eq(o.customer)).select(pick))).toBe(node);
    expect(nodeOf(o.join(c, (l, r) => l.customer.eq(r.id)).select(pick))).toBe(node);
    expect(
      nodeOf(
        o.join(c, (l) => [l.customer.eq(c.id)]).select((l, r) => ({ segment: r.segment, amount: l.amount })),
      ),
    ).toBe(node);
  });

  it("tells columns of one name apart", () => {
    const [o, c] = [orders(), customers()];
    const table = o.join(c, o.customer.eq(c.id)).select((l, r) => ({ a: l.id, b: r.id, c: o.id, d: c.id }));
    const { expressions } = nodeOf(table).options as { expressions: { position: number }[] };
    expect(expressions.map(({ position }) => position)).toEqual([0, 4, 0, 4]);
  });

  it("computes expressions of conditions beside each side's columns", () => {
    const [o, c] = [orders(), customers()];
    const table = o
      .join(c, o.id.mod(10).eq(c.age.add(1)), o.customer.eq(c.id))
      .select((_, r) => ({ age: r.age, segment: r.segment }));
    expect(steps(table)).toEqual([
      expect.stringMatching(/^select id, customer, amount, note, id\.mod\(10\) →/),
      expect.stringMatching(/^select id, segment, age, age\.add\(1\) →/),
      expect.stringMatching(/^join inner on id\.mod\(10\) = age\.add\(1\) and customer = id →/),
      "select age, segment → age int, segment str",
    ]);
    const { expressions } = nodeOf(table).options as { expressions: { position: number }[] };
    expect(expressions.map(({ position }) => position)).toEqual([7, 6]);
  });

  it("makes the side without a match optional, and no outer join append-only", () => {
    const [o, c] = [orders(), customers()];
    const types = (joined: { select(f: (l: never, r: never) => object): object }) =>
      nodeOf(joined.select((l: { id: never }, r: { age: never }) => ({ l: l.id, r: r.age }))).columns.map(
        ({ type }) => type.optional,
      );
    expect(types(o.join(c, o.customer.eq(c.id)) as never)).toEqual([false, false]);
    expect(types(o.joinLeft(c, o.customer.eq(c.id)) as never)).toEqual([false, true]);
    expect(types(o.joinRight(c, o.customer.eq(c.id)) as never)).toEqual([true, false]);
    const outer = o.joinOuter(c, o.customer.eq(c.id));
    expect(types(outer as never)).toEqual([true, true]);
    expect(nodeOf(outer.select((l) => ({ l: l.id }))).appendOnly).toBe(false);
  });

  it("filters, groups and reduces the pairs", () => {
    const [o, c] = [orders(), customers()];
    const joined = o.join(c, o.customer.eq(c.id)).filter(o.amount.gt(3));
    const table = joined.groupBy(c.segment).reduce({ segment: c.segment, total: reducers.sum(o.amount) });
    expect(steps(table).map((step) => step.split(" ")[0])).toEqual([
      "join",
      "select",
      "filter",
      "select",
      "groupBy",
    ]);
    expect(
      nodeOf(
        joined
          .groupBy((_, r) => [r.segment])
          .reduce((l, r) => ({ segment: r.segment, total: reducers.sum(l.amount) })),
      ),
    ).toBe(nodeOf(table));
    expect(steps(joined.reduce({ n: reducers.count() })).at(-1)).toBe("groupBy all rows: count() → n int");
  });

  it("joins a table with itself by a callback only", () => {
    const staff = tableOf(schema({ id: "int", boss: "int?" }));
    const pairs = staff.join(staff, (person, boss) => person.boss.eq(boss.id));
    const table = pairs.select((person, boss) => ({ person: person.id, boss: boss.id }));
    const { expressions } = nodeOf(table).options as { expressions: { position: number }[] };
    expect(expressions.map(({ position }) => position)).toEqual([0, 2]);
    expect(() => staff.join(staff, staff.boss.eq(staff.id))).toThrow(
      /TP_JOIN_AMBIGUOUS: .* \(test\/lib\/table\/join\.test\.ts:\d+\).*\(left, right\)/,
    );
    expect(() => pairs.select({ id: staff.id })).toThrow(/TP_COLUMN_FOREIGN.*ambiguous.*\(left, right\)/);
  });

  it("takes columns from the callback only after an outer join", () => {
    const [o, c] = [orders(), customers()];
    const outer = untyped(o.joinLeft(c, o.customer.eq(c.id)));
    expect(() => outer.select({ amount: o.amount })).toThrow(/TP_COLUMN_FOREIGN.*outer join.*callback/);
    expect(() => outer.groupBy(c.segment)).toThrow(/TP_COLUMN_FOREIGN/);
  });

  it("joins further tables to a join, without a table between", () => {
    const [o, c, rates] = [orders(), customers(), tableOf(schema({ segment: "str", rate: "float" }))];
    const pairs = o.join(c, o.customer.eq(c.id));
    const table = pairs
      .join(rates, c.segment.eq(rates.segment))
      .select({ id: o.id, cost: o.amount.mul(rates.rate) });
    expect(steps(table).map((step) => step.split(" →")[0])).toEqual([
      "join inner on customer = id",
      "join inner on segment = segment",
      "select id, cost = amount.mul(rate)",
    ]);
    const node = nodeOf(table);
    expect(node.inputs[0]).toMatchObject({ options: { leftKeys: [5], rightKeys: [0] }, appendOnly: true });
    const said = pairs
      .join(rates, (_, customer, rate) => customer.segment.eq(rate.segment))
      .select((order, _, rate) => ({ id: order.id, cost: order.amount.mul(rate.rate) }));
    expect(nodeOf(said)).toBe(node);
  });

  it("computes conditions of a further join behind those of the first", () => {
    const [o, c, rates] = [orders(), customers(), tableOf(schema({ segment: "str", from: "int" }))];
    const table = o
      .join(c, o.id.mod(10).eq(c.age))
      .join(rates, c.age.floorDiv(10).eq(rates.from.add(1)), o.note.eq(rates.segment))
      .select((_, customer, rate) => ({ age: customer.age, from: rate.from }));
    const { options, inputs } = nodeOf(table);
    const { expressions } = options as { expressions: { position: number }[] };
    const columns = expressions.map(({ position }) => inputs[0].columns[position]?.name);
    expect(columns).toEqual(["age", "from"]);
    expect(expressions.map(({ position }) => position)).toEqual([7, 10]);
  });

  it("knows of every side of a chain whether it can be null", () => {
    const [o, c, rates] = [orders(), customers(), tableOf(schema({ segment: "str", rate: "float" }))];
    const pairs = o.joinLeft(c, o.customer.eq(c.id));
    const optional = (mode: "join" | "joinLeft" | "joinRight" | "joinOuter") => {
      const chained = untyped(pairs)[mode](rates, ((_: object, l: typeof c, r: typeof rates) =>
        l.segment.eq(r.segment)) as never);
      const table = chained.select((l: typeof o, m: typeof c, r: typeof rates) => ({
        l: l.id,
        m: m.age,
        r: r.rate,
      }));
      return nodeOf(table).columns.map(({ type }) => type.optional);
    };
    expect(optional("join")).toEqual([false, true, false]);
    expect(optional("joinLeft")).toEqual([false, true, true]);
    expect(optional("joinRight")).toEqual([true, true, false]);
    expect(optional("joinOuter")).toEqual([true, true, true]);
    expect(() => untyped(pairs).join(rates, c.segment.eq(rates.segment))).toThrow(
      /TP_COLUMN_FOREIGN.*outer join/,
    );
  });

  it("joins a chain with a table that is in it already by a callback only", () => {
    const staff = tableOf(schema({ id: "int", boss: "int?" }));
    const twice = staff
      .join(staff, (person, boss) => person.boss.eq(boss.id))
      .join(staff, (_, boss, top) => boss.boss.eq(top.id));
    const table = twice.select((person, boss, top) => ({ person: person.id, boss: boss.id, top: top.id }));
    const { expressions } = nodeOf(table).options as { expressions: { position: number }[] };
    expect(expressions.map(({ position }) => position)).toEqual([0, 2, 4]);
    expect(() => twice.select({ id: staff.id })).toThrow(/TP_COLUMN_FOREIGN.*ambiguous.*\(left, right\)/);
    const [o, c] = [orders(), customers()];
    const again = o.join(c, o.customer.eq(c.id));
    expect(() => again.join(o, c.id.eq(o.customer))).toThrow(/TP_JOIN_AMBIGUOUS/);
    const back = again.join(o, (_, l, r) => l.id.eq(r.customer));
    expect(() => back.select({ id: o.id })).toThrow(/ambiguous/);
    expect(nodeOf(back.select({ age: c.age })).columns[0].name).toBe("age");
  });

  it("hands the keys of a side on through a chain", () => {
    const [o, c, rates] = [orders(), customers(), tableOf(schema({ segment: "str", rate: "float" }))];
    const keyed = o.join(c, o.customer.eq(c.id), { id: keyOf(o) });
    const table = keyed.join(rates, c.segment.eq(rates.segment), { id: (order) => keyOf(order) });
    expect(steps(table.select({ key: keyOf(o), rate: rates.rate })).at(-1)).toMatch(/^select key = .*, rate/);
    const own = o.join(c, o.customer.eq(c.id));
    expect(() => own.join(rates, c.segment.eq(rates.segment), { id: keyOf(o) })).toThrow(
      /TP_BAD_ARGUMENT: the rows of the join before have keys of their own .*id too/,
    );
    expect(() => own.join(rates, keyOf(o).eq(rates.pointerFrom(rates.rate)))).toThrow(
      /TP_COLUMN_FOREIGN.*keys of their own/,
    );
    const last = own.join(rates, c.segment.eq(rates.segment), { id: keyOf(rates) });
    expect(steps(last.select({ key: keyOf(rates) })).at(-1)).toMatch(/^select key/);
  });

  it.each([
    ["no condition", () => [], /TP_JOIN_CONDITION: join needs a condition/],
    ["no equality", (o, c) => [o.amount.gt(c.age)], /TP_JOIN_CONDITION.*not an equality/],
    ["a value", () => [true], /TP_JOIN_CONDITION.*not an equality/],
    ["one side alone", (o) => [o.customer.eq(o.note)], /TP_JOIN_CONDITION.*with itself/],
    ["a constant", (o) => [o.customer.eq("x")], /TP_JOIN_CONDITION.*constant/],
    ["both sides in one", (o, c) => [o.id.add(c.age).eq(c.age)], /TP_JOIN_CONDITION.*both tables/],
    ["a third table", (o) => [o.customer.eq(customers().id)], /TP_COLUMN_FOREIGN.*"id"/],
    ["a third table beside", (o, c) => [c.age.add(orders().id).eq(o.id)], /TP_COLUMN_FOREIGN.*"id"/],
  ] as [string, (o: ReturnType<typeof orders>, c: ReturnType<typeof customers>) => unknown[], RegExp][])(
    "refuses %s",
    (_, conditions, message) => {
      const [o, c] = [orders(), customers()];
      expect(() => untyped(o).join(c, ...conditions(o, c))).toThrow(message);
    },
  );

  it("refuses tables of two graphs", () => {
    const [o, c] = [orders(), graph(customers)];
    expect(() => o.join(c, o.customer.eq(c.id))).toThrow(/TP_BAD_ARGUMENT.*another graph/);
  });
});
