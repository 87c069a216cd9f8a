/** What must and must not compile. Checked by tsc, never run. */
import * as pw from "towpath";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Compiles only for `true`: expect<Equal<A, B>>(). */
declare function expect<_ extends true>(): void;

const Orders = pw.schema({
  id: pw.column({ type: "int", primaryKey: true }),
  customer: "str",
  amount: "float",
  note: "str?",
  currency: pw.column({ type: "str", default: "EUR" }),
});
type Order = { id: number; customer: string; amount: number; note: string | null; currency: string };

// Schemas
expect<Equal<pw.RowOf<typeof Orders>, Order>>();
expect<
  Equal<
    pw.RowInput<typeof Orders>,
    { id: number; customer: string; amount: number; note?: string | null; currency?: string }
  >
>();
const Every = pw.schema({
  a: "int",
  b: "float?",
  c: "bytes",
  d: "json",
  e: "bigint?",
  f: "datetime",
  g: "duration?",
  h: "pointer",
  i: "bool?",
  j: "any",
});
expect<
  Equal<
    pw.RowOf<typeof Every>,
    {
      a: number;
      b: number | null;
      c: Buffer;
      d: unknown;
      e: bigint | null;
      f: number;
      g: number | null;
      h: string;
      i: boolean | null;
      j: unknown;
    }
  >
>();
// @ts-expect-error an unknown type
pw.schema({ a: "integer" });
// @ts-expect-error an unknown type
pw.schema({ a: pw.column({ type: "string" }) });
// @ts-expect-error a default of another type
pw.schema({ a: pw.column({ type: "int", default: "1" }) });
// @ts-expect-error null where the column is not optional
pw.column({ type: "int", default: null });
pw.column({ type: "int?", default: null });

declare const orders: pw.Table<Order>;
declare const customers: pw.Table<{ id: string; segment: string; age: number }>;

// Columns
orders.customer;
// @ts-expect-error a misspelt column
orders.custmer;
// @ts-expect-error a misspelt column
orders.col("custmer");
declare const awkward: pw.Table<{
  count: number;
  select: number;
  diff: number;
  constructor: string;
  __proto__: string;
}>;
expect<Equal<pw.RowOf<typeof awkward>["select"], number>>();
awkward.col("select").mul(2);
awkward.constructor.eq("x");
awkward.select((c) => ({ select: c.select, constructor: c.constructor, ["__proto__"]: c.diff }));
// @ts-expect-error the method wins over the column
awkward.select.mul(2);

// select, withColumns
const selected = orders.select({
  twice: orders.amount.mul(2),
  note: orders.note,
  one: 1,
  text: "x",
  yes: true,
  none: null,
});
expect<
  Equal<
    pw.RowOf<typeof selected>,
    { twice: number; note: string | null; one: number; text: string; yes: boolean; none: null }
  >
>();
const chained = orders
  .filter((c) => c.amount.gt(3))
  .select((c) => ({ twice: c.amount.mul(2), who: c.customer }));
expect<Equal<typeof chained, pw.Table<{ twice: number; who: string }>>>();
// @ts-expect-error a misspelt column in a callback
orders.select((c) => ({ x: c.custmer }));
// @ts-expect-error arithmetic on text
orders.select((c) => ({ x: c.customer.mul(2) }));
// @ts-expect-error arithmetic with text
orders.select((c) => ({ x: c.amount.mul("2") }));
const nullable = orders.withColumns({ n: null as number | null });
// @ts-expect-error arithmetic on what may be null
nullable.select((c) => ({ x: c.n.mul(2) }));
// @ts-expect-error a column that this table does not have
orders.select({ x: customers.segment });
// @ts-expect-error no expression
orders.select({ x: {} });
// @ts-expect-error a function in the place of an expression
orders.select({ x: () => 1 });
const widened = orders.withColumns({ amount: orders.customer, twice: orders.amount.mul(2) });
expect<
  Equal<
    pw.RowOf<typeof widened>,
    { id: number; customer: string; note: string | null; currency: string; amount: string; twice: number }
  >
>();

// without, rename
const fewer = orders.without("note", orders.currency);
expect<Equal<typeof fewer, pw.Table<{ id: number; customer: string; amount: number }>>>();
const fewest = orders.without((c) => [c.note, c.currency, c.id]);
expect<Equal<typeof fewest, pw.Table<{ customer: string; amount: number }>>>();
// @ts-expect-error a misspelt name
orders.without("nte");
const renamed = customers.rename({ key: customers.id, years: "age" });
expect<Equal<typeof renamed, pw.Table<{ segment: string; key: string; years: number }>>>();
const renamedBack = customers.rename((c) => ({ key: c.id }));
expect<Equal<typeof renamedBack, pw.Table<{ segment: string; age: number; key: string }>>>();
// @ts-expect-error a misspelt name
customers.rename({ years: "agee" });
// @ts-expect-error an expression has no name to give up
customers.rename({ years: customers.age.mul(2) });

// filter
orders.filter(orders.amount.gt(3));
// @ts-expect-error no condition
orders.filter(orders.amount);
// @ts-expect-error no condition
orders.filter((c) => c.customer);

// groupBy, reduce
const totals = orders.groupBy(orders.customer, "currency").reduce({
  customer: orders.customer,
  currency: orders.currency,
  total: pw.reducers.sum(orders.amount),
  mean: pw.reducers.avg(orders.amount).mul(2),
  first: pw.reducers.min(orders.customer),
  last: pw.reducers.max(orders.note),
  rows: pw.reducers.count(),
});
expect<
  Equal<
    typeof totals,
    pw.Table<{
      customer: string;
      currency: string;
      total: number;
      mean: number;
      first: string;
      last: string | null;
      rows: number;
    }>
  >
>();
const byCallback = orders
  .groupBy((c) => [c.customer, c.currency])
  .reduce((g) => ({ c: g.customer, k: g.currency }));
expect<Equal<typeof byCallback, pw.Table<{ c: string; k: string }>>>();
orders.groupBy((c) => c.customer).reduce((g) => ({ c: g.customer, n: pw.reducers.sum(g.amount) }));
const doubled = orders.amount.mul(2);
orders.groupBy(doubled).reduce({ doubled, rows: pw.reducers.count() });
// @ts-expect-error neither grouped nor reduced
orders.groupBy(orders.customer).reduce({ amount: orders.amount });
// @ts-expect-error neither grouped nor reduced, inside an expression
orders.groupBy(orders.customer).reduce({ amount: pw.reducers.sum(orders.amount).mul(orders.amount) });
// @ts-expect-error neither grouped nor reduced, in a callback
orders.groupBy("customer").reduce((g) => ({ amount: g.amount }));
// @ts-expect-error nothing is grouped
orders.reduce({ amount: orders.amount });
// @ts-expect-error nothing is grouped
orders.reduce((c) => ({ amount: c.amount }));
// @ts-expect-error a misspelt name
orders.groupBy("custmer");
// @ts-expect-error the sum of texts
orders.reduce({ x: pw.reducers.sum(orders.customer) });
// @ts-expect-error the sum of what may be null
orders.withColumns({ n: null as number | null }).reduce((c) => ({ x: pw.reducers.sum(c.n) }));
// @ts-expect-error the mean of texts
orders.reduce({ x: pw.reducers.avg(orders.customer) });
const sums = orders.reduce({ n: pw.reducers.sum(orders.amount) });
expect<Equal<typeof sums, pw.Table<{ n: number }>>>();
declare const big: pw.Table<{ n: bigint }>;
const bigSum = big.reduce((c) => ({
  n: pw.reducers.sum(c.n),
  most: pw.reducers.max(c.n),
  one: pw.reducers.sum(1),
}));
expect<Equal<typeof bigSum, pw.Table<{ n: bigint; most: bigint; one: number }>>>();

// join
const joined = orders
  .join(customers, orders.customer.eq(customers.id))
  .select({ segment: customers.segment, amount: orders.amount });
expect<Equal<typeof joined, pw.Table<{ segment: string; amount: number }>>>();
const joinedBySides = orders
  .join(customers, (l, r) => [l.customer.eq(r.id)], customers.segment.eq(orders.currency))
  .filter((l, r) => l.amount.gt(r.age))
  .select((l, r) => ({ l: l.id, r: r.id }));
expect<Equal<typeof joinedBySides, pw.Table<{ l: number; r: string }>>>();
const bySegment = orders
  .join(customers, orders.customer.eq(customers.id))
  .groupBy(customers.segment)
  .reduce({ segment: customers.segment, total: pw.reducers.sum(orders.amount) });
expect<Equal<typeof bySegment, pw.Table<{ segment: string; total: number }>>>();
orders
  .join(customers, orders.customer.eq(customers.id))
  .reduce((l, r) => ({ n: pw.reducers.max(r.age), m: pw.reducers.sum(l.amount) }));
// @ts-expect-error a join without a condition
orders.join(customers);
// @ts-expect-error a condition that is no condition
orders.join(customers, orders.customer);
// @ts-expect-error a column of a third table
orders.join(customers, orders.customer.eq(big.n));
// @ts-expect-error a column that neither side has
orders.join(customers, orders.customer.eq(customers.id)).select((_, r) => ({ x: r.amount }));
const byAge = orders.join(customers, orders.customer.eq(customers.id)).groupBy(customers.age);
// @ts-expect-error neither grouped nor reduced
byAge.reduce((l) => ({ x: l.amount }));

const left = orders
  .joinLeft(customers, orders.customer.eq(customers.id))
  .select((l, r) => ({ amount: l.amount.mul(2), age: r.age }));
expect<Equal<typeof left, pw.Table<{ amount: number; age: number | null }>>>();
const right = orders
  .joinRight(customers, orders.customer.eq(customers.id))
  .select((l, r) => ({ amount: l.amount, age: r.age.mul(2) }));
expect<Equal<typeof right, pw.Table<{ amount: number | null; age: number }>>>();
const outer = orders.joinOuter(customers, (l, r) => l.customer.eq(r.id));
const outerTable = outer.select((l, r) => ({ amount: l.amount, age: r.age, note: l.note }));
expect<
  Equal<typeof outerTable, pw.Table<{ amount: number | null; age: number | null; note: string | null }>>
>();
// @ts-expect-error arithmetic on the side that may be null
orders.joinLeft(customers, orders.customer.eq(customers.id)).select((_, r) => ({ x: r.age.mul(2) }));
// @ts-expect-error arithmetic on the side that may be null
outer.select((l) => ({ x: l.amount.mul(2) }));
// @ts-expect-error after an outer join only the callback knows which side can be null
outer.select({ age: customers.age });
// @ts-expect-error after an outer join only the callback knows which side can be null
outer.filter(customers.age.gt(3));
// @ts-expect-error after an outer join only the callback knows which side can be null
outer.reduce({ n: pw.reducers.max(customers.age) });
// @ts-expect-error after an outer join only the callback knows which side can be null
outer.groupBy((_, r) => r.segment).reduce({ n: pw.reducers.max(customers.age) });
outer.groupBy((_, r) => r.segment).reduce((l, r) => ({ s: r.segment, n: pw.reducers.max(l.amount) }));
orders.join(orders, (a, b) => a.customer.eq(b.currency)).select((a, b) => ({ a: a.id, b: b.id }));

// join: chains
declare const rates: pw.Table<{ segment: string; rate: number }>;
const threeTables = orders
  .join(customers, orders.customer.eq(customers.id))
  .join(rates, customers.segment.eq(rates.segment))
  .select({ id: orders.id, age: customers.age, cost: orders.amount.mul(rates.rate) });
expect<Equal<typeof threeTables, pw.Table<{ id: number; age: number; cost: number }>>>();
const chainedBySides = orders
  .join(customers, orders.customer.eq(customers.id))
  .filter((_, r) => r.age.gt(17))
  .joinLeft(rates, (_, customer, rate) => [customer.segment.eq(rate.segment)])
  .select((order, customer, rate) => ({ id: order.id, age: customer.age, rate: rate.rate }));
expect<Equal<typeof chainedBySides, pw.Table<{ id: number; age: number; rate: number | null }>>>();
const chainedRight = outer
  .joinRight(rates, (_, customer, rate) => customer.segment.eq(rate.segment))
  .select((order, customer, rate) => ({ id: order.id, age: customer.age, rate: rate.rate }));
expect<Equal<typeof chainedRight, pw.Table<{ id: number | null; age: number | null; rate: number }>>>();
const chainedOuter = orders
  .join(customers, orders.customer.eq(customers.id))
  .joinOuter(rates, customers.segment.eq(rates.segment))
  .groupBy((_, customer) => customer.segment)
  .reduce((order, customer, rate) => ({
    segment: customer.segment,
    most: pw.reducers.max(rate.rate),
    amount: pw.reducers.max(order.amount),
  }));
expect<
  Equal<typeof chainedOuter, pw.Table<{ segment: string | null; most: number | null; amount: number | null }>>
>();
const pairsOfTables = orders.join(customers, orders.customer.eq(customers.id));
// @ts-expect-error a chained join without a condition
pairsOfTables.join(rates);
// @ts-expect-error a column that no joined table has
pairsOfTables.join(rates, big.n.eq(rates.rate));
// @ts-expect-error texts and numbers
pairsOfTables.join(rates, (order, _, rate) => order.amount.eq(rate.segment));
// @ts-expect-error one table too many
pairsOfTables.join(rates, customers.segment.eq(rates.segment)).select((_a, _b, _c, d) => ({ x: d }));
// @ts-expect-error after an outer join only the callback knows which side can be null
outer.join(rates, customers.segment.eq(rates.segment));
// @ts-expect-error no such option
pairsOfTables.join(rates, customers.segment.eq(rates.segment), { ids: pw.keyOf(rates) });

// concat
const more = customers.concat(customers, customers);
expect<Equal<typeof more, pw.Table<{ id: string; segment: string; age: number }>>>();
// @ts-expect-error other columns
customers.concat(big);
// @ts-expect-error a column of another type
customers.concat(customers.withColumns({ age: "x" }));

// A table passed to a function of the script
function adults(people: pw.Table<{ age: number }>): pw.Table<{ age: number }> {
  return people.filter((c) => c.age.gt(17));
}
adults(customers.select((c) => ({ age: c.age })));
const inside = pw.graph(async () => customers);
expect<Equal<typeof inside, Promise<pw.Table<{ id: string; segment: string; age: number }>>>>();

// Functions
const parsed = customers.select({ n: pw.apply((text) => Number.parseInt(text, 10), customers.id) });
expect<Equal<typeof parsed, pw.Table<{ n: number }>>>();
const parsedSum = parsed.reduce({ sum: pw.reducers.sum(parsed.n) });
expect<Equal<typeof parsedSum, pw.Table<{ sum: number }>>>();
const mixed = orders.select((c) => ({
  size: pw.ifElse(c.amount.gt(3), "big", "small"),
  note: pw.coalesce(c.note, ""),
  key: c.id.cast("str"),
}));
expect<Equal<typeof mixed, pw.Table<{ size: string; note: string; key: string }>>>();
// @ts-expect-error a function of a column that is neither grouped nor reduced
orders.groupBy("customer").reduce((g) => ({ x: pw.apply((n) => n + 1, g.amount) }));
// @ts-expect-error a function over a column of another type
orders.select((c) => ({ x: pw.apply((n: number) => n, c.customer) }));
