/** What must and must not compile of lookups, key sets, orders and streams. Checked by tsc, never run. */
import * as pw from "towpath";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Compiles only for `true`: expect<Equal<A, B>>(). */
declare function expect<_ extends true>(): void;

declare const orders: pw.Table<{ who: string; amount: number; note: string | null }>;
declare const customers: pw.Table<{ name: string; age: number }>;

const found = customers.ix(customers.pointerFrom(customers.name));
expect<Equal<pw.RowOf<typeof found>, { name: string; age: number }>>();
const maybe = customers.ixRef(orders.who, { allowMisses: true });
expect<Equal<pw.RowOf<typeof maybe>, { name: string | null; age: number | null }>>();
const beside = orders.select({ who: orders.who, name: customers.ixRef(orders.who).name });
expect<Equal<pw.RowOf<typeof beside>, { who: string; name: string }>>();
const filtered = orders.filter(customers.ixRef(orders.who).age.gt(3));
expect<Equal<pw.RowOf<typeof filtered>, pw.RowOf<typeof orders>>>();
// @ts-expect-error a misspelt column
orders.select({ name: customers.ixRef(orders.who).nmae });
// @ts-expect-error a column of another table that is no lookup
orders.select({ name: customers.name });
// @ts-expect-error no pointer
customers.ix(orders.amount);
// @ts-expect-error no such option
customers.ix(pw.keyOf(customers), { optionl: true });

expect<Equal<pw.RowOf<ReturnType<typeof orders.difference>>, pw.RowOf<typeof orders>>>();
orders.intersect(customers, orders).restrict(orders);
// @ts-expect-error no table
orders.intersect();
const updated = orders.updateCells(orders.select({ amount: orders.amount.add(1) }));
expect<Equal<pw.RowOf<typeof updated>, pw.RowOf<typeof orders>>>();
// @ts-expect-error a column of another type
orders.updateCells(orders.select({ amount: orders.who }));

const order = orders.sort(orders.amount, { instance: orders.who });
expect<Equal<pw.RowOf<typeof order>, { prev: string | null; next: string | null }>>();
const withPrev = orders.withColumns({ prev: order.prev });
expect<
  Equal<pw.RowOf<typeof withPrev>, { who: string; amount: number; note: string | null; prev: string | null }>
>();
orders.sort("amount");
orders.sort((c) => c.amount.mul(2));
// @ts-expect-error no such column
orders.sort("amuont");
const more = orders.diff("amount", [orders.amount]);
expect<Equal<pw.RowOf<typeof more>, { readonly diff_amount: number | null }>>();
orders.diff("amount", (c) => [c.amount]);
// @ts-expect-error texts have no difference
orders.diff("amount", orders.who);
// @ts-expect-error texts have no difference, by name
orders.diff("amount", "who");
// @ts-expect-error texts have no difference, among others
orders.diff("amount", ["amount", "who"]);
// @ts-expect-error texts have no difference, by a callback
orders.diff("amount", (c) => c.note);
// @ts-expect-error no such option
orders.diff("amount", "amount", { instances: orders.who });
// @ts-expect-error no such option
orders.sort("amount", { instances: orders.who });
// @ts-expect-error no such option
orders.interpolate("amount", "amount", { instances: orders.who });
// @ts-expect-error no such option
orders.deduplicate({ value: orders.amount, instances: orders.who });
// @ts-expect-error `flatten` has no options
orders.flatten("who", { positions: true });
// @ts-expect-error `toStream` has no options
orders.toStream({ column: "isUpsert" });
// @ts-expect-error no such option
customers.ixRef(orders.who, { allowMiss: true });
declare const ledger: pw.Table<{ at: number; cents: bigint | null }>;
const moved = ledger.diff("at", ["cents", ledger.at]);
expect<
  Equal<pw.RowOf<typeof moved>, { readonly diff_cents: bigint | null; readonly diff_at: number | null }>
>();
const filled = orders.interpolate(orders.amount, orders.amount, { instance: orders.who });
expect<Equal<pw.RowOf<typeof filled>, { who: string; amount: number | null; note: string | null }>>();

const stream = orders.toStream();
expect<Equal<pw.RowOf<typeof stream>["isUpsert"], boolean>>();
const again = stream.fromStream(stream.isUpsert).without("isUpsert");
expect<Equal<pw.RowOf<typeof again>, pw.RowOf<typeof orders>>>();
// @ts-expect-error no bool
stream.fromStream(stream.amount);

orders.join(customers, orders.who.eq(customers.name), { id: pw.keyOf(orders) });
orders.joinLeft(customers, (l, r) => l.who.eq(r.name), { id: (l) => pw.keyOf(l) });
// @ts-expect-error no key
orders.join(customers, orders.who.eq(customers.name), { id: orders.amount });
