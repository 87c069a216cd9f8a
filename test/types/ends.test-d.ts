/** What must and must not compile of `table.updates`, `pw.materialize` and `pw.fs`. Checked by tsc, never run. */
import * as pw from "towpath";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function expect<_ extends true>(): void;

const orders = pw.input(pw.schema({ id: "int", note: "str?" }));
const counts = orders.groupBy("note").reduce((c) => ({ note: c.note, n: pw.reducers.count() }));

for await (const { time, changes } of counts.updates({ buffer: 4, overflow: "block" })) {
  expect<Equal<typeof time, number>>();
  for (const { key, row, diff } of changes) {
    expect<Equal<typeof row, { note: string | null; n: number }>>();
    expect<Equal<[typeof key, typeof diff], [string, number]>>();
    // @ts-expect-error no such column
    row.m;
  }
}
// @ts-expect-error no such rule
counts.updates({ overflow: "drop" });
// @ts-expect-error no such option
counts.updates({ bufer: 4 });

const live = pw.materialize(counts);
expect<Equal<typeof live.time, number | null>>();
const stop: () => void = live.subscribe((current, time: number) => current.first()?.n.toFixed(time));
stop();
for (const [key, row] of live.current)
  expect<Equal<[typeof key, typeof row.note], [string, string | null]>>();
// @ts-expect-error the versions are handed out, not taken
live.current = live.current.clear();

const files = pw.fs.read("orders.csv", { format: "csv", valueColumns: ["id", "note"] });
expect<Equal<pw.RowOf<typeof files>, { id: string; note: string }>>();
const records = pw.fs.read("orders", { format: "json", schema: pw.schema({ id: "int", note: "str?" }) });
expect<Equal<pw.RowOf<typeof records>, { id: number; note: string | null }>>();
const texts = pw.fs.read("log", { format: "raw", encoding: "utf8", mode: "static" });
expect<Equal<pw.RowOf<typeof texts>, { data: string }>>();
const bytes = pw.fs.read("log", { format: "raw" });
expect<Equal<pw.RowOf<typeof bytes>, { data: Buffer }>>();
// @ts-expect-error no such format
pw.fs.read("log", { format: "xml" });
pw.fs.write(files, "out.csv", { format: "csv" });
// @ts-expect-error not written as raw
pw.fs.write(files, "out", { format: "raw" });

const [computed] = await pw.debug.compute(counts);
expect<Equal<typeof computed.row.n, number>>();
const [reported] = await pw.debug.computeUpdates(counts, { onError: "report" });
expect<Equal<typeof reported.row.n, number | typeof pw.ERROR>>();

const broker = { "bootstrap.servers": "127.0.0.1:9092" };
pw.kafka.write(orders, broker, {
  topicName: "t",
  includeKey: true,
  partition: 1,
  commitFrequencyInMessages: 5,
});
pw.kafka.write(orders, broker, {
  topicName: (c) => c.note,
  envelope: "row",
  key: "id",
  headers: { note: orders.note },
});
pw.kafka.write(orders, broker, {
  topicName: "t",
  envelope: "upsert",
  format: "csv",
  key: ["id", (c) => c.note],
  headers: (c) => ({ note: c.note, from: "orders" }),
  commitMarkers: true,
});
// @ts-expect-error rows go where their keys do
pw.kafka.write(orders, broker, { topicName: "t", envelope: "row", partition: 1 });
// @ts-expect-error a message of updates holds many rows
pw.kafka.write(orders, broker, { topicName: "t", key: "id" });
// @ts-expect-error updates are json
pw.kafka.write(orders, broker, { topicName: "t", format: "csv" });
// @ts-expect-error an upsert is the row alone
pw.kafka.write(orders, broker, { topicName: "t", envelope: "upsert", includeKey: true });
// @ts-expect-error no such column
pw.kafka.write(orders, broker, { topicName: "t", envelope: "row", key: "idd" });
// @ts-expect-error a topic is a text
pw.kafka.write(orders, broker, { topicName: orders.id, envelope: "row" });
// @ts-expect-error no such envelope
pw.kafka.write(orders, broker, { topicName: "t", envelope: "rows" });
