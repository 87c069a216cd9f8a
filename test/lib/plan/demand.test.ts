import { describe, expect, it } from "vitest";
import { demand } from "../../../lib/plan/demand.ts";
import type { PlanNode } from "../../../lib/plan/node.ts";
import { graph } from "../../../lib/plan/plan.ts";
import { addOutput } from "../../../lib/table/output.ts";
import { reducers } from "../../../lib/table/reducers.ts";
import { nodeOf, planOf } from "../../../lib/table/table.ts";
import { customers, orders, outputSpec } from "../table/tables.ts";

/** Names of the columns of `node` that somebody reads. */
function read(needed: Map<number, boolean[]>, node: PlanNode): string[] | undefined {
  const needs = needed.get(node.id);
  return needs && node.columns.filter((_, i) => needs[i]).map(({ name }) => name);
}

describe("demand", () => {
  it("asks a source only for what expressions, predicates, keys and arguments read", () =>
    graph(() => {
      const t = orders();
      const big = t.filter((c) => c.amount.gt(3));
      const total = big
        .withColumns((c) => ({ unread: c.note, twice: c.amount.mul(2) }))
        .groupBy((c) => c.customer)
        .reduce((c) => ({ customer: c.customer, twice: reducers.sum(c.twice), unread: reducers.max(c.id) }))
        .without("unread");
      addOutput(total, outputSpec);
      const needed = demand(planOf(total).outputs);
      expect(read(needed, nodeOf(t))).toEqual(["customer", "amount"]);
      expect(read(needed, nodeOf(total))).toEqual(["customer", "twice"]);
    }));

  it("asks both sides of a join for the keys and what is read of them", () =>
    graph(() => {
      const [o, c] = [orders(), customers()];
      const joined = o.join(c, o.customer.eq(c.id)).select({ segment: c.segment, id: o.id });
      addOutput(joined, outputSpec);
      const needed = demand(planOf(joined).outputs);
      expect(read(needed, nodeOf(o))).toEqual(["id", "customer"]);
      expect(read(needed, nodeOf(c))).toEqual(["id", "segment"]);
    }));

  it("asks every input of a concat for the columns read, in the order of the first", () =>
    graph(() => {
      const [a, b] = [customers(), customers()];
      const both = a
        .concat(b.select((c) => ({ age: c.age, id: c.id, segment: c.segment })))
        .select((c) => ({ age: c.age }));
      addOutput(both, outputSpec);
      const needed = demand(planOf(both).outputs);
      expect(read(needed, nodeOf(a))).toEqual(["age"]);
      expect(read(needed, nodeOf(b))).toEqual(["age"]);
    }));

  it("adds up the readers of a shared node and leaves out what no output needs", () =>
    graph(() => {
      const t = customers();
      addOutput(t.select({ id: t.id }), outputSpec);
      addOutput(t.groupBy(t.segment).reduce({ n: reducers.count() }), outputSpec);
      const unused = t.select({ age: t.age });
      const needed = demand(planOf(t).outputs);
      expect(read(needed, nodeOf(t))).toEqual(["id", "segment"]);
      expect(needed.has(nodeOf(unused).id)).toBe(false);
    }));

  it("asks for everything that is written", () =>
    graph(() => {
      const t = customers();
      addOutput(t, outputSpec);
      expect(read(demand(planOf(t).outputs), nodeOf(t))).toEqual(["id", "segment", "age"]);
    }));
});
