/** Right and wrong uses of each method of joined and of grouped tables. Checked by tsc, never run. */
import * as pw from "towpath";
import { type Equal, expect, type FunctionName, typeTests } from "./expect-types.ts";

type Order = { id: number; customer: string; amount: number };
type Customer = { id: string; segment: string; age: number };

declare const orders: pw.Table<Order>;
declare const customers: pw.Table<Customer>;
declare const rates: pw.Table<{ segment: string; rate: number }>;

const pairs = orders.join(customers, orders.customer.eq(customers.id));
const outer = orders.joinOuter(customers, orders.customer.eq(customers.id));
const toRates = customers.segment.eq(rates.segment);

typeTests<FunctionName<pw.JoinResult<[Order, Customer]>>>({
  select() {
    const direct = pairs.select({ id: orders.id, age: customers.age });
    const bySides = outer.select((l, r) => ({ id: l.id, age: r.age }));
    expect<Equal<typeof direct, pw.Table<{ id: number; age: number }>>>();
    expect<Equal<typeof bySides, pw.Table<{ id: number | null; age: number | null }>>>();
    // @ts-expect-error a column of a third table
    pairs.select({ rate: rates.rate });
    // @ts-expect-error only the callback knows which side may be null
    outer.select({ age: customers.age });
  },
  filter() {
    const kept = pairs.filter(orders.amount.gt(customers.age)).filter((_, r) => r.age.gt(17));
    expect<Equal<typeof kept, typeof pairs>>();
    // @ts-expect-error no condition
    pairs.filter(customers.age);
    // @ts-expect-error only the callback knows which side may be null
    outer.filter(customers.age.gt(3));
  },
  groupBy() {
    const direct = pairs.groupBy(customers.segment).reduce({ segment: customers.segment });
    const bySides = outer.groupBy((_, r) => [r.segment]).reduce((_, r) => ({ segment: r.segment }));
    expect<Equal<typeof direct, pw.Table<{ segment: string }>>>();
    expect<Equal<typeof bySides, pw.Table<{ segment: string | null }>>>();
    // @ts-expect-error a column of a third table
    pairs.groupBy(rates.rate);
  },
  reduce() {
    const direct = pairs.reduce({ total: pw.reducers.sum(orders.amount) });
    const bySides = outer.reduce((l, r) => ({ most: pw.reducers.max(r.age), first: pw.reducers.min(l.id) }));
    expect<Equal<typeof direct, pw.Table<{ total: number }>>>();
    expect<Equal<typeof bySides, pw.Table<{ most: number | null; first: number | null }>>>();
    // @ts-expect-error it is not reduced
    pairs.reduce({ amount: orders.amount });
  },
  join() {
    const three = pairs.join(rates, toRates).select({ id: orders.id, rate: rates.rate });
    expect<Equal<typeof three, pw.Table<{ id: number; rate: number }>>>();
    // @ts-expect-error no condition
    pairs.join(rates);
    // @ts-expect-error a number and a text
    pairs.join(rates, (order, _, rate) => order.amount.eq(rate.segment));
  },
  joinLeft() {
    const three = pairs
      .joinLeft(rates, toRates)
      .select((order, _, rate) => ({ id: order.id, rate: rate.rate }));
    expect<Equal<typeof three, pw.Table<{ id: number; rate: number | null }>>>();
    // @ts-expect-error the right side may be null
    pairs.joinLeft(rates, toRates).select((_a, _b, rate) => ({ twice: rate.rate.mul(2) }));
  },
  joinRight() {
    const three = pairs
      .joinRight(rates, toRates)
      .select((order, _, rate) => ({ id: order.id, rate: rate.rate }));
    expect<Equal<typeof three, pw.Table<{ id: number | null; rate: number }>>>();
    // @ts-expect-error the tables before may be null
    pairs.joinRight(rates, toRates).select((order) => ({ twice: order.amount.mul(2) }));
  },
  joinOuter() {
    const three = pairs
      .joinOuter(rates, toRates)
      .select((order, _, rate) => ({ id: order.id, rate: rate.rate }));
    expect<Equal<typeof three, pw.Table<{ id: number | null; rate: number | null }>>>();
    // @ts-expect-error only the callback knows which side may be null
    pairs.joinOuter(rates, toRates).select({ rate: rates.rate });
  },
});

typeTests<FunctionName<pw.Grouped<[], never>>>({
  reduce() {
    const grouped = orders.groupBy(orders.customer);
    const totals = grouped.reduce({
      customer: orders.customer,
      total: pw.reducers.sum(orders.amount).mul(2),
    });
    const byCallback = grouped.reduce((g) => ({ who: g.customer, rows: pw.reducers.count() }));
    expect<Equal<typeof totals, pw.Table<{ customer: string; total: number }>>>();
    expect<Equal<typeof byCallback, pw.Table<{ who: string; rows: number }>>>();
    // @ts-expect-error neither grouped nor reduced
    grouped.reduce({ amount: orders.amount });
    // @ts-expect-error neither grouped nor reduced, in a callback
    grouped.reduce((g) => ({ amount: g.amount }));
  },
});
