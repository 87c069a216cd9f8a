/** Right and wrong uses of each function of the package. Checked by tsc, never run. */
import * as pw from "towpath";
import { type Equal, expect, type FunctionName, type Is, typeTests } from "./expect-types.ts";

const Orders = pw.schema({ id: pw.column({ type: "int", primaryKey: true }), note: "str?", amount: "float" });
type Order = { id: number; note: string | null; amount: number };

declare const orders: pw.Table<Order>;
const { id, note, amount } = orders;

/** Ends of another kind: their tests stand beside them, in files of their own. */
type TestedElsewhere =
  | "channelReader"
  | "channelWriter"
  | "csvInput"
  | "csvOutput"
  | "inputPort"
  | "jsonInput"
  | "jsonOutput"
  | "kafkaInput"
  | "kafkaOutput"
  | "outputPort"
  | "pipe"
  | "schemaRegistry";

typeTests<Exclude<FunctionName<typeof pw>, TestedElsewhere>>({
  apply() {
    const dynamic = pw.apply((text) => ({ text }), note);
    const typed = pw.apply((a, b) => a + b, id, amount, { type: "float" });
    const plain = pw.apply((n) => n + 1, id, { deterministic: true });
    expect<Is<typeof dynamic, { text: string | null }, "note">>();
    expect<Is<typeof typed, number, "id" | "amount">>();
    expect<Is<typeof plain, number, "id">>();
    // @ts-expect-error a column of another type
    pw.apply((n: number) => n, note);
    // @ts-expect-error it returns a text
    pw.apply((n) => `${n}`, id, { type: "int" });
  },
  applyAsync() {
    const dynamic = pw.applyAsync(async (n) => ({ n }), id);
    const typed = pw.applyAsync(async (n) => n * 2, id, { type: "int" });
    expect<Is<typeof dynamic, { n: number }, "id">>();
    expect<Is<typeof typed, number, "id">>();
    // @ts-expect-error it returns a text
    pw.applyAsync(async (n) => `${n}`, id, { type: "int" });
  },
  applyBatch() {
    const dynamic = pw.applyBatch(async (rows) => rows.map(([n, text]) => `${n}${text}`), id, note);
    const typed = pw.applyBatch((rows) => rows.map(([n]) => n), id, { type: "int" });
    const small = pw.applyBatch((rows) => rows.map(([n]) => n), id, { batchRowsMax: 9 });
    expect<Is<typeof dynamic, string, "id" | "note">>();
    expect<Is<typeof typed, number, "id">>();
    expect<Is<typeof small, number, "id">>();
    // @ts-expect-error one answer instead of one for each row
    pw.applyBatch((rows) => rows.length, id);
  },
  udf() {
    const noted = pw.udf(async (text: string | null) => `${text}`, { capacity: 3, cache: true });
    expect<Equal<typeof noted, (text: string | null) => Promise<string>>>();
    // @ts-expect-error no such option
    pw.udf((n: number) => n, { parallel: 3 });
  },
  coalesce() {
    const filled = pw.coalesce(note, "");
    const perhaps = pw.coalesce(note, null);
    expect<Is<typeof filled, string, "note">>();
    expect<Is<typeof perhaps, string | null, "note">>();
    // @ts-expect-error no value
    pw.coalesce({});
  },
  fillError() {
    const filled = pw.fillError(amount.div(id), 0);
    expect<Is<typeof filled, number, "amount" | "id">>();
    // @ts-expect-error nothing instead
    pw.fillError(amount);
  },
  ifElse() {
    const size = pw.ifElse(amount.gt(3), "big", note);
    expect<Is<typeof size, string | null, "amount" | "note">>();
    // @ts-expect-error no condition
    pw.ifElse(amount, 1, 2);
  },
  literal() {
    const [one, nothing] = [pw.literal(1), pw.literal(null)];
    expect<Is<typeof one, number, never>>();
    expect<Is<typeof nothing, null, never>>();
    // @ts-expect-error one value
    pw.literal(1, 2);
  },
  makeTuple() {
    const tuple = pw.makeTuple(id, note, true);
    expect<Is<typeof tuple, [number, string | null, boolean], "id" | "note">>();
    // @ts-expect-error no value
    pw.makeTuple(() => 1);
  },
  require() {
    const sum = pw.require(amount, note);
    expect<Is<typeof sum, number | null, "amount" | "note">>();
    // @ts-expect-error no value
    pw.require();
  },
  unwrap() {
    const text = pw.unwrap(note);
    expect<Is<typeof text, string, "note">>();
    // @ts-expect-error one value
    pw.unwrap(note, "");
  },
  keyOf() {
    const key = pw.keyOf(orders);
    expect<Is<typeof key, string, never>>();
    // @ts-expect-error a column has no key
    pw.keyOf(id);
  },
  schema() {
    const schema = pw.schema({
      id: pw.column({ type: "int", primaryKey: true }),
      note: "str?",
      amount: "float",
    });
    expect<Equal<pw.RowOf<typeof schema>, Order>>();
    // @ts-expect-error an unknown type
    pw.schema({ id: "integer" });
  },
  column() {
    const optional = pw.column({ type: "int?", default: null });
    expect<Equal<(typeof optional)["type"], "int?">>();
    // @ts-expect-error a default of another type
    pw.column({ type: "int", default: "1" });
  },
  input() {
    const rows = pw.input(Orders);
    const events = pw.input(Orders, { appendOnly: true });
    rows.insert({ id: 1, amount: 2 });
    expect<Equal<pw.RowOf<typeof rows>, Order>>();
    expect<Equal<pw.RowOf<typeof events>, Order>>();
    // @ts-expect-error a column is missing
    rows.insert({ id: 1 });
    // @ts-expect-error no such option
    pw.input(Orders, { append: true });
  },
  subscribe() {
    pw.subscribe(orders, { onChange: ({ row }) => row.amount.toFixed(2) });
    expect<Equal<ReturnType<typeof pw.subscribe>, void>>();
    // @ts-expect-error a column that is not there
    pw.subscribe(orders, { onChange: ({ row }) => row.total });
  },
  materialize() {
    const current = pw.materialize(orders);
    expect<Equal<typeof current, pw.Materialized<Order>>>();
    // @ts-expect-error no table
    pw.materialize(id);
  },
  run() {
    const running = pw.run({ onError: "report" });
    expect<Equal<typeof running, Promise<pw.RunSummary>>>();
    // @ts-expect-error no such way
    pw.run({ onError: "ignore" });
  },
  graph() {
    const inside = pw.graph(async () => orders);
    expect<Equal<typeof inside, Promise<pw.Table<Order>>>>();
    // @ts-expect-error no function
    pw.graph(orders);
  },
  errorLog() {
    const log = pw.errorLog();
    expect<Equal<typeof log, pw.Table<pw.LogEntry>>>();
    // @ts-expect-error it is that of the whole run
    pw.errorLog(orders);
  },
});

typeTests<FunctionName<typeof pw.debug>>({
  tableFromMarkdown() {
    const drawn = pw.debug.tableFromMarkdown<{ n: number }>("n\n1");
    expect<Equal<typeof drawn, pw.Table<{ n: number }>>>();
    // @ts-expect-error no drawing
    pw.debug.tableFromMarkdown(1);
  },
  tableFromRows() {
    const given = pw.debug.tableFromRows(Orders, [{ row: { id: 1, amount: 2 }, time: 2, diff: 1 }]);
    expect<Equal<typeof given, pw.Table<Order>>>();
    // @ts-expect-error a column of another type
    pw.debug.tableFromRows(Orders, [{ row: { id: "1", amount: 2 } }]);
  },
  compute() {
    const rows = pw.debug.compute(orders);
    const reported = pw.debug.compute(orders, { onError: "report" });
    expect<Equal<typeof rows, Promise<pw.debug.ComputedRow<Order>[]>>>();
    expect<Equal<typeof reported, Promise<pw.debug.ComputedRow<pw.debug.Reported<Order>>[]>>>();
    // @ts-expect-error no table
    pw.debug.compute(id);
  },
  computeUpdates() {
    const changes = pw.debug.computeUpdates(orders);
    const reported = pw.debug.computeUpdates(orders, { onError: "report" });
    expect<Equal<typeof changes, Promise<pw.debug.Change<Order>[]>>>();
    expect<Equal<typeof reported, Promise<pw.debug.Change<pw.debug.Reported<Order>>[]>>>();
    // @ts-expect-error no such way
    pw.debug.computeUpdates(orders, { onError: "ignore" });
  },
  computeAndPrint() {
    const printed = pw.debug.computeAndPrint(orders);
    expect<Equal<typeof printed, Promise<void>>>();
    // @ts-expect-error no table
    pw.debug.computeAndPrint(id);
  },
  computeAndPrintUpdateStream() {
    const printed = pw.debug.computeAndPrintUpdateStream(orders, { onError: "report" });
    expect<Equal<typeof printed, Promise<void>>>();
    // @ts-expect-error no table
    pw.debug.computeAndPrintUpdateStream([orders]);
  },
});
