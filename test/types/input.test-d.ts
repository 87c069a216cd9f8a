/** What must and must not compile of `pw.input`, `pw.subscribe` and `pw.kafka.write`. Checked by tsc, never run. */
import * as pw from "towpath";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function expect<_ extends true>(): void;

const Orders = pw.schema({
  id: pw.column({ type: "int", primaryKey: true }),
  customer: "str",
  note: "str?",
  currency: pw.column({ type: "str", default: "EUR" }),
});
const orders = pw.input(Orders);

orders.insert({ id: 1, customer: "a" });
orders.upsert({ id: 1, customer: "a", note: null, currency: "USD" });
orders.remove({ id: 1 });
// @ts-expect-error a column without default is missing
orders.insert({ id: 1 });
// @ts-expect-error a misspelt column
orders.insert({ id: 1, customer: "a", nots: "x" });
// @ts-expect-error a value of another type
orders.insert({ id: "1", customer: "a" });
// @ts-expect-error a misspelt column
orders.remove({ ib: 1 });
// @ts-expect-error a misspelt column of the table
orders.table.custmer;

const events = pw.input(Orders, { appendOnly: true });
events.insert({ id: 1, customer: "a" });
// @ts-expect-error rows only come
events.remove({ id: 1 });
// @ts-expect-error rows only come
events.upsert({ id: 1, customer: "a" });

const counts = orders.table
  .groupBy("customer")
  .reduce((c) => ({ customer: c.customer, n: pw.reducers.count() }));
pw.subscribe(counts, {
  onChange: ({ key, row, time, diff }) => {
    expect<Equal<typeof row, { customer: string; n: number }>>();
    expect<Equal<[typeof key, typeof time, typeof diff], [string, number, number]>>();
  },
  onTimeEnd: async (time: number) => {
    await Promise.resolve(time);
  },
});
// @ts-expect-error no such column
pw.subscribe(counts, { onChange: ({ row }) => row.m });
// @ts-expect-error no such function
pw.subscribe(counts, { onchange: () => {} });

pw.kafka.write(counts, { "bootstrap.servers": "host:9092" }, { topicName: "counts", format: "json" });
// @ts-expect-error the topic is missing
pw.kafka.write(counts, { "bootstrap.servers": "host:9092" }, {});
// @ts-expect-error no such envelope
pw.kafka.write(counts, { "bootstrap.servers": "host:9092" }, { topicName: "counts", envelope: "rows" });
