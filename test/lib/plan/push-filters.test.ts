import { describe, expect, it } from "vitest";
import { apply } from "../../../lib/expressions/apply.ts";
import { titleOf } from "../../../lib/plan/describe.ts";
import { lower } from "../../../lib/plan/lower.ts";
import { graph } from "../../../lib/plan/plan.ts";
import { pushFilters } from "../../../lib/plan/push-filters.ts";
import { reachable } from "../../../lib/plan/reachable.ts";
import { addOutput } from "../../../lib/table/output.ts";
import { reducers } from "../../../lib/table/reducers.ts";
import { schema } from "../../../lib/table/schema.ts";
import { customers, orders, outputSpec, tableOf } from "../table/tables.ts";

/** The steps between sources and outputs as they run, inputs first, without the names that `select` only hands on. */
function run(...tables: readonly object[]): string[] {
  const outputs = tables.map((table) => addOutput(table, outputSpec));
  return reachable(pushFilters(outputs))
    .filter(({ operator }) => operator !== "source" && operator !== "output")
    .map((node) =>
      titleOf(node)
        .replace(/^select .*predicate = /, "ask ")
        .replace(/^select .*/, "select"),
    );
}

/** How many operators of a kind run. */
function operators(kind: string, ...tables: readonly object[]): number {
  const outputs = tables.map((table) => addOutput(table, outputSpec));
  return lower(outputs, () => {}).circuit.nodes.filter(({ label }) => label.startsWith(`${kind}-`)).length;
}

const joined = (o = orders(), c = customers()) => o.join(c, o.customer.eq(c.id));

describe("filters of joined rows", () => {
  it("go below the join, to the side that they look at", () => {
    graph(() => {
      const [o, c] = [orders(), customers()];
      const left = joined(o, c).filter(o.amount.gt(3)).select({ segment: c.segment });
      expect(run(left).slice(0, 4)).toEqual([
        "ask amount.gt(3)",
        "filter predicate",
        "select",
        "join inner on customer = id",
      ]);
    });
    graph(() => {
      const right = joined()
        .select((_, r) => ({ age: r.age }))
        .filter((row) => row.age.ge(18).and(row.age.lt(65)));
      expect(run(right)[0]).toBe("ask age.ge(18).and(age.lt(65))");
    });
  });

  it("go below several joins and filters", () =>
    graph(() => {
      const [o, c, rates] = [orders(), customers(), tableOf(schema({ segment: "str", rate: "float" }))];
      const table = joined(o, c)
        .join(rates, c.segment.eq(rates.segment))
        .filter(rates.rate.gt(0))
        .filter(o.amount.gt(3))
        .select({ id: o.id });
      const steps = run(table);
      const at = (step: string) => steps.findIndex((one) => one.startsWith(step));
      expect(at("ask amount.gt(3)")).toBeLessThan(at("join inner on customer = id"));
      expect(at("ask rate.gt(0)")).toBeLessThan(at("join inner on segment = segment"));
      expect(steps.filter((step) => step.startsWith("filter"))).toHaveLength(2);
    }));

  it.each([
    ["left", 0, true],
    ["left", 1, false],
    ["right", 0, false],
    ["right", 1, true],
    ["outer", 0, false],
    ["outer", 1, false],
  ] as const)("of a %s join, on side %i: below is %s", (mode, side, below) =>
    graph(() => {
      const [o, c] = [orders(), customers()];
      const how = { left: "joinLeft", right: "joinRight", outer: "joinOuter" } as const;
      const pairs = o[how[mode]](c, o.customer.eq(c.id)).select((l, r) => ({ l: l.id, r: r.age }));
      const steps = run(pairs.filter((row) => (side === 0 ? row.l : row.r).isNotNull()));
      expect(steps[0].startsWith("ask")).toBe(below);
    }),
  );

  it("stay where they look at both sides, or at what may fail or runs a function", () => {
    const stays = (make: () => object) => graph(() => expect(run(make())[0]).toMatch(/^(join|select$)/));
    stays(() =>
      joined()
        .filter((l, r) => l.amount.gt(r.age))
        .select((l) => ({ id: l.id })),
    );
    stays(() =>
      joined()
        .filter((l) => l.amount.div(l.id).gt(1))
        .select((l) => ({ id: l.id })),
    );
    stays(() =>
      joined()
        .filter((l) => apply(() => true, l.id, { type: "bool" }))
        .select((l) => ({ id: l.id })),
    );
    stays(() => {
      const o = orders().withColumns((t) => ({ amount: t.amount.div(t.id) }));
      return joined(o)
        .filter((l) => l.amount.gt(1))
        .select((l) => ({ id: l.id }));
    });
    // The division would no longer be computed, and fail, for rows that the filter drops.
    stays(() =>
      joined()
        .select((l) => ({ id: l.id, share: l.amount.div(l.id) }))
        .filter((row) => row.id.gt(3)),
    );
  });

  it("stay where others read the joined rows, or other joins the arrangement", () => {
    graph(() => {
      const pairs = joined().select((l) => ({ id: l.id }));
      const steps = run(
        pairs,
        pairs.filter((row) => row.id.gt(3)),
      );
      expect(steps.filter((step) => step.startsWith("join"))).toHaveLength(1);
      expect(steps[0]).toMatch(/^join/);
    });
    graph(() => {
      const o = orders();
      const one = joined(o)
        .filter(o.amount.gt(3))
        .select((l) => ({ id: l.id }));
      expect(
        operators(
          "arrange",
          one,
          joined(o).select((l) => ({ id: l.id })),
        ),
      ).toBe(3);
    });
  });
});

describe("what is equal runs once", () => {
  it("steps, groups and joins that are said twice", () =>
    graph(() => {
      const [o, c] = [orders(), customers()];
      const totals = () =>
        joined(o, c)
          .filter(o.amount.gt(3))
          .groupBy(c.segment)
          .reduce({ segment: c.segment, total: reducers.sum(o.amount) });
      const kinds = ["join", "groupBy", "filter"] as const;
      expect(kinds.map((kind) => operators(kind, totals(), totals()))).toEqual([1, 1, 1]);
    }));

  it("arrangements of one table by the same columns, whatever joins read them", () =>
    graph(() => {
      const [o, c, d] = [orders(), customers(), customers()];
      const tables = [c, d].map((other) =>
        o.join(other, o.customer.eq(other.id)).select((l) => ({ id: l.id })),
      );
      const left = o.joinLeft(d, (l, r) => l.customer.eq(r.id)).select((_, r) => ({ age: r.age }));
      expect(operators("arrange", ...tables, left)).toBe(3);
      const byNote = o.join(c, o.note.eq(c.id)).select((l) => ({ id: l.id }));
      expect(operators("arrange", ...tables, left, byNote)).toBe(4);
    }));
});

describe("columns that nobody reads", () => {
  it("are not carried by joins, arrangements and groups", () =>
    graph(() => {
      const [o, c] = [orders(), customers()];
      const total = joined(o, c)
        .groupBy(c.segment)
        .reduce({ segment: c.segment, total: reducers.sum(o.amount) });
      const outputs = [addOutput(total, outputSpec)];
      const { sources } = lower(outputs, () => {});
      const read = sources.map(({ node, needed }) =>
        node.columns.filter((_, i) => needed[i]).map(({ name }) => name),
      );
      expect(read).toEqual([
        ["customer", "amount"],
        ["id", "segment"],
      ]);
    }));
});
