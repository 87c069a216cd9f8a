/** Right and wrong uses of each method of a table. Checked by tsc, never run. */
import * as pw from "towpath";
import type { TableMethods } from "../../lib/table/table.ts";
import { type Equal, expect, type FunctionName, typeTests } from "./expect-types.ts";

type Order = { id: number; customer: string; amount: number; note: string | null };
type Customer = { id: string; segment: string; age: number };

declare const orders: pw.Table<Order>;
declare const customers: pw.Table<Customer>;
declare const found: pw.Table<{ order: string; referrer: string | null; data: unknown; flag: boolean }>;

typeTests<FunctionName<TableMethods<Order>>>({
  col() {
    const amount = orders.col("amount");
    expect<Equal<typeof amount, pw.Column<number, "amount">>>();
    // @ts-expect-error a misspelt column
    orders.col("amuont");
  },
  select() {
    const one = orders.select({ who: orders.customer, one: 1 });
    const two = orders.select((c) => ({ twice: c.amount.mul(2), note: c.note }));
    expect<Equal<typeof one, pw.Table<{ who: string; one: number }>>>();
    expect<Equal<typeof two, pw.Table<{ twice: number; note: string | null }>>>();
    // @ts-expect-error a column of another table
    orders.select({ segment: customers.segment });
    // @ts-expect-error a misspelt column
    orders.select((c) => ({ x: c.amuont }));
  },
  withColumns() {
    const more = customers.withColumns({ age: customers.id, old: customers.age.gt(64) });
    expect<Equal<typeof more, pw.Table<{ id: string; segment: string; age: string; old: boolean }>>>();
    // @ts-expect-error a column of another table
    customers.withColumns({ amount: orders.amount });
  },
  without() {
    const fewer = orders.without("note", orders.customer);
    const fewest = orders.without((c) => [c.note, c.customer, c.id]);
    expect<Equal<typeof fewer, pw.Table<{ id: number; amount: number }>>>();
    expect<Equal<typeof fewest, pw.Table<{ amount: number }>>>();
    // @ts-expect-error a misspelt name
    orders.without("nte");
  },
  rename() {
    const renamed = customers.rename({ key: customers.id, years: "age" });
    const byCallback = customers.rename((c) => ({ years: c.age }));
    expect<Equal<typeof renamed, pw.Table<{ segment: string; key: string; years: number }>>>();
    expect<Equal<typeof byCallback, pw.Table<{ id: string; segment: string; years: number }>>>();
    // @ts-expect-error a column that is not there
    customers.rename({ years: "years" });
  },
  filter() {
    const kept = orders.filter(orders.amount.gt(3));
    const byCallback = orders.filter((c) => c.note.eq("x"));
    expect<Equal<typeof kept, pw.Table<Order>>>();
    expect<Equal<typeof byCallback, pw.Table<Order>>>();
    // @ts-expect-error no condition
    orders.filter((c) => c.customer);
  },
  split() {
    const [large, small] = orders.split(orders.amount.gt(3));
    expect<Equal<typeof large, pw.Table<Order>>>();
    expect<Equal<typeof small, pw.Table<Order>>>();
    // @ts-expect-error no condition
    orders.split(orders.amount);
  },
  castTypes() {
    const cast = orders.castTypes({ amount: "str", note: "int", id: "float?" });
    expect<
      Equal<
        pw.RowOf<typeof cast>,
        { id: number | null; customer: string; amount: string; note: number | null }
      >
    >();
    // @ts-expect-error no such type
    orders.castTypes({ amount: "text" });
    // @ts-expect-error a misspelt column
    orders.castTypes({ amuont: "int" });
  },
  flatten() {
    const letters = customers.flatten("segment");
    const elements = found.flatten((c) => c.data);
    expect<Equal<typeof letters, pw.Table<{ id: string; age: number; segment: string }>>>();
    expect<Equal<pw.RowOf<typeof elements>["data"], unknown>>();
    // @ts-expect-error two columns
    customers.flatten("segment", "id");
    // @ts-expect-error a misspelt column
    customers.flatten("segmnt");
  },
  removeErrors() {
    const whole = orders.removeErrors();
    expect<Equal<typeof whole, pw.Table<Order>>>();
    // @ts-expect-error it looks at all columns
    orders.removeErrors("amount");
  },
  pointerFrom() {
    const keyed = orders.select({ key: orders.pointerFrom(orders.customer, 1) });
    expect<Equal<typeof keyed, pw.Table<{ key: string }>>>();
    // @ts-expect-error a column of another table
    orders.pointerFrom(customers.segment);
  },
  withIdFrom() {
    const keyed = customers.withIdFrom(customers.id, (c) => c.age);
    expect<Equal<typeof keyed, pw.Table<Customer>>>();
    // @ts-expect-error a column of another table
    customers.withIdFrom(orders.amount);
  },
  ix() {
    const looked = found.select({ amount: orders.ix(found.order).amount });
    const perhaps = found.select({ amount: orders.ix(found.referrer, { optional: true }).amount });
    expect<Equal<typeof looked, pw.Table<{ amount: number }>>>();
    expect<Equal<typeof perhaps, pw.Table<{ amount: number | null }>>>();
    // @ts-expect-error numbers are no keys
    orders.ix(orders.amount);
    // @ts-expect-error no such option
    orders.ix(found.order, { allowMissing: true });
  },
  ixRef() {
    const looked = orders.select({ age: customers.ixRef(orders.customer).age });
    const perhaps = orders.select({ age: customers.ixRef(orders.customer, { allowMisses: true }).age });
    expect<Equal<typeof looked, pw.Table<{ age: number }>>>();
    expect<Equal<typeof perhaps, pw.Table<{ age: number | null }>>>();
    // @ts-expect-error no such option
    customers.ixRef(orders.customer, { allowMissing: true });
  },
  concat() {
    const all = customers.concat(customers, customers);
    expect<Equal<typeof all, pw.Table<Customer>>>();
    // @ts-expect-error other columns
    customers.concat(orders);
  },
  concatReindex() {
    const all = customers.concatReindex(customers);
    expect<Equal<typeof all, pw.Table<Customer>>>();
    // @ts-expect-error a column of another type
    customers.concatReindex(customers.withColumns({ age: "x" }));
  },
  updateRows() {
    const updated = customers.updateRows(customers);
    expect<Equal<typeof updated, pw.Table<Customer>>>();
    // @ts-expect-error a column is missing
    customers.updateRows(customers.without("age"));
  },
  updateCells() {
    const updated = customers.updateCells(customers.select((c) => ({ age: c.age })));
    const perhaps = customers.updateCells(orders.select({ age: null as number | null }) as never);
    expect<Equal<typeof updated, pw.Table<Customer>>>();
    expect<Equal<keyof pw.RowOf<typeof perhaps>, keyof Customer>>();
    // @ts-expect-error a column of another type
    customers.updateCells(customers.select({ age: "x" }));
    // @ts-expect-error a column that the first table lacks
    customers.updateCells(customers.select({ years: customers.age }));
  },
  intersect() {
    const both = orders.intersect(customers, found);
    expect<Equal<typeof both, pw.Table<Order>>>();
    // @ts-expect-error with nothing
    orders.intersect();
  },
  difference() {
    const rest = orders.difference(customers);
    expect<Equal<typeof rest, pw.Table<Order>>>();
    // @ts-expect-error one table only
    orders.difference(customers, found);
  },
  restrict() {
    const part = orders.restrict(customers);
    expect<Equal<typeof part, pw.Table<Order>>>();
    // @ts-expect-error no table
    orders.restrict("customers");
  },
  groupBy() {
    const counts = orders
      .groupBy(orders.customer, "note")
      .reduce({ customer: orders.customer, note: orders.note });
    const byCallback = orders.groupBy((c) => [c.customer]).reduce((g) => ({ customer: g.customer }));
    expect<Equal<typeof counts, pw.Table<{ customer: string; note: string | null }>>>();
    expect<Equal<typeof byCallback, pw.Table<{ customer: string }>>>();
    // @ts-expect-error a misspelt column
    orders.groupBy("custmer");
    // @ts-expect-error a column of another table
    orders.groupBy(customers.segment);
  },
  reduce() {
    const total = orders.reduce({ n: pw.reducers.sum(orders.amount) });
    const byCallback = orders.reduce((c) => ({ most: pw.reducers.max(c.note) }));
    expect<Equal<typeof total, pw.Table<{ n: number }>>>();
    expect<Equal<typeof byCallback, pw.Table<{ most: string | null }>>>();
    // @ts-expect-error it is not reduced
    orders.reduce({ amount: orders.amount });
  },
  deduplicate() {
    const kept = orders.deduplicate({
      value: orders.amount,
      instance: [orders.customer],
      acceptor: (value, before) => value > before,
    });
    expect<Equal<typeof kept, pw.Table<Order>>>();
    // @ts-expect-error no value
    orders.deduplicate({ instance: [orders.customer] });
    // @ts-expect-error the value is a number
    orders.deduplicate({ value: orders.amount, acceptor: (value: string) => value === "" });
  },
  join() {
    const pairs = orders
      .join(customers, orders.customer.eq(customers.id))
      .select({ id: orders.id, age: customers.age });
    const keyed = orders
      .join(customers, (l, r) => l.customer.eq(r.id), { id: (l) => pw.keyOf(l) })
      .select((l, r) => ({ id: l.id, age: r.age }));
    expect<Equal<typeof pairs, pw.Table<{ id: number; age: number }>>>();
    expect<Equal<typeof keyed, pw.Table<{ id: number; age: number }>>>();
    // @ts-expect-error no condition
    orders.join(customers);
    // @ts-expect-error a number and a text
    orders.join(customers, orders.id.eq(customers.id));
    // @ts-expect-error no such option
    orders.join(customers, orders.customer.eq(customers.id), { ids: pw.keyOf(orders) });
  },
  joinLeft() {
    const pairs = orders
      .joinLeft(customers, orders.customer.eq(customers.id))
      .select((l, r) => ({ id: l.id, age: r.age }));
    expect<Equal<typeof pairs, pw.Table<{ id: number; age: number | null }>>>();
    // @ts-expect-error the right side may be null
    orders.joinLeft(customers, orders.customer.eq(customers.id)).select((_, r) => ({ x: r.age.mul(2) }));
  },
  joinRight() {
    const pairs = orders
      .joinRight(customers, orders.customer.eq(customers.id))
      .select((l, r) => ({ id: l.id, age: r.age }));
    expect<Equal<typeof pairs, pw.Table<{ id: number | null; age: number }>>>();
    // @ts-expect-error the left side may be null
    orders.joinRight(customers, orders.customer.eq(customers.id)).select((l) => ({ x: l.amount.mul(2) }));
  },
  joinOuter() {
    const pairs = orders
      .joinOuter(customers, orders.customer.eq(customers.id))
      .select((l, r) => ({ id: l.id, age: r.age }));
    expect<Equal<typeof pairs, pw.Table<{ id: number | null; age: number | null }>>>();
    // @ts-expect-error only the callback knows which side may be null
    orders.joinOuter(customers, orders.customer.eq(customers.id)).select({ age: customers.age });
  },
  sort() {
    const sorted = orders.sort(orders.amount, { instance: orders.customer });
    const beside = orders.select({ id: orders.id, before: sorted.prev });
    expect<Equal<typeof beside, pw.Table<{ id: number; before: string | null }>>>();
    orders.sort((c) => c.id);
    // @ts-expect-error a column of another table
    orders.sort(customers.age);
    // @ts-expect-error no such option
    orders.sort(orders.amount, { instances: orders.customer });
  },
  diff() {
    const changes = orders.select({ by: orders.diff(orders.id, orders.amount).diff_amount });
    const byName = orders.select({ by: orders.diff("id", ["amount"], { instance: "customer" }).diff_amount });
    expect<Equal<typeof changes, pw.Table<{ by: number | null }>>>();
    expect<Equal<typeof byName, pw.Table<{ by: number | null }>>>();
    // @ts-expect-error texts have no difference
    orders.diff(orders.id, orders.customer);
  },
  interpolate() {
    const filled = orders.interpolate(orders.id, orders.amount, { instance: orders.customer });
    expect<
      Equal<
        pw.RowOf<typeof filled>,
        { id: number; customer: string; amount: number | null; note: string | null }
      >
    >();
    // @ts-expect-error a column of another table
    orders.interpolate(orders.id, customers.age);
  },
  toStream() {
    const stream = customers.toStream();
    const named = customers.toStream("isThere");
    expect<Equal<pw.RowOf<typeof stream>, { id: string; segment: string; age: number; isUpsert: boolean }>>();
    expect<Equal<pw.RowOf<typeof named>, { id: string; segment: string; age: number; isThere: boolean }>>();
    // @ts-expect-error no name
    customers.toStream(customers.age);
  },
  fromStream() {
    const told = found.fromStream("flag");
    expect<Equal<pw.RowOf<typeof told>, pw.RowOf<typeof found>>>();
    found.fromStream((c) => c.flag.not());
    // @ts-expect-error a misspelt column
    found.fromStream("flags");
    // @ts-expect-error no condition
    found.fromStream(found.order);
  },
  updates() {
    const commits = orders.updates();
    expect<Equal<typeof commits, AsyncIterableIterator<pw.Commit<Order>, undefined>>>();
    // @ts-expect-error no such option
    orders.updates({ capacity: 1 });
  },
});
