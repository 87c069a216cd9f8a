import { describe, expect, it } from "vitest";
import * as pw from "../../../lib/index.ts";
import { naturalKey } from "../../../lib/plan/natural-key.ts";
import { graph } from "../../../lib/plan/plan.ts";
import { nodeOf } from "../../../lib/table/table.ts";

/** The names of the columns that identify a table's rows. */
function key(table: object): string[] | null {
  const node = nodeOf(table);
  return naturalKey(node)?.map((position) => node.columns[position]?.name ?? "?") ?? null;
}

const id = pw.column({ type: "int", primaryKey: true });
const orders = () => pw.input(pw.schema({ id, customer: "int", amount: "float" }));
const customers = () => pw.input(pw.schema({ name: "str", id, segment: "str" }));
const events = () => pw.input(pw.schema({ n: "int", id: "int" }));

describe("the columns that identify a row", () => {
  it("are the primary key of a source, as far as it is kept, under its new name", () =>
    graph(() => {
      const t = orders();
      expect(key(t)).toEqual(["id"]);
      expect(key(events())).toBeNull();
      expect(
        key(
          t
            .filter((c) => c.amount.gt(1))
            .rename({ order: "id" })
            .removeErrors(),
        ),
      ).toEqual(["order"]);
      expect(key(t.select((c) => ({ amount: c.amount, id: c.id })))).toEqual(["id"]);
      expect(key(t.without("id"))).toBeNull();
      expect(key(t.select((c) => ({ id: c.id.add(1) })))).toBeNull();
    }));

  it("are the columns of a grouping, where there are any", () =>
    graph(() => {
      const t = events();
      const pairs = t.groupBy("id", "n");
      expect(key(pairs.reduce((c) => ({ count: pw.reducers.count(), n: c.n, id: c.id })))).toEqual([
        "id",
        "n",
      ]);
      expect(key(pairs.reduce((c) => ({ n: c.n })))).toBeNull();
      expect(key(t.reduce((c) => ({ n: pw.reducers.sum(c.n) })))).toBeNull();
    }));

  it("are the instance of deduplicate, where there is one", () =>
    graph(() => {
      const t = events();
      expect(key(t.deduplicate({ value: "n", instance: "id" }))).toEqual(["id"]);
      expect(key(t.deduplicate({ value: "n" }))).toBeNull();
    }));

  it("are the values of withIdFrom that are columns", () =>
    graph(() => {
      expect(key(events().withIdFrom((c) => c.n))).toEqual(["n"]);
      expect(key(events().withIdFrom((c) => c.n.add(1)))).toBeNull();
    }));

  it("are those of both sides of a join, or of one that decides the other", () =>
    graph(() => {
      const [o, c] = [orders(), customers()];
      const columns = (left: { id: pw.Column<number, "id"> }, right: { id: pw.Column<number, "id"> }) => ({
        customer: right.id,
        order: left.id,
      });
      expect(key(o.join(c, o.customer.eq(c.id)).select(columns))).toEqual(["order"]);
      expect(key(c.join(o, o.customer.eq(c.id)).select((_, left) => ({ order: left.id })))).toEqual([
        "order",
      ]);
      const bySegment = o.join(c, o.amount.cast("str").eq(c.segment));
      expect(key(bySegment.select(columns))).toEqual(["order", "customer"]);
      expect(key(bySegment.select((left) => ({ order: left.id })))).toBeNull();
      const left = o.joinLeft(c, o.customer.eq(c.id));
      expect(key(left.select((order) => ({ order: order.id })))).toEqual(["order"]);
      const right = o.joinRight(c, o.customer.eq(c.id));
      expect(key(right.select((order, other) => ({ order: order.id, customer: other.id })))).toEqual([
        "order",
        "customer",
      ]);
      const outer = o.joinOuter(c, o.customer.eq(c.id));
      expect(key(outer.select((order, other) => ({ order: order.id, customer: other.id })))).toBeNull();
    }));

  it("are kept where rows of one table replace those of another by the same columns", () =>
    graph(() => {
      const o = orders();
      expect(key(o.updateRows(orders()))).toEqual(["id"]);
      expect(key(o.updateRows(orders().withIdFrom((c) => c.customer)))).toBeNull();
      expect(key(o.concat(orders()))).toBeNull();
      expect(key(o.concatReindex(orders()))).toBeNull();
    }));
});
