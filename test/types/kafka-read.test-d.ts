/** What must and must not compile of `pw.kafka.read`. Checked by tsc, never run. */
import * as pw from "towpath";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function expect<_ extends true>(): void;

const settings = { "bootstrap.servers": "host:9092" };
const topicNames = ["orders"];
const schema = pw.schema({ id: pw.column({ type: "int", primaryKey: true }), note: "str?" });

const orders = pw.kafka.read(settings, {
  topicNames,
  format: "json",
  schema,
  session: "insert",
  onError: { deadLetter: "orders-rejected" },
  partitions: { index: 0, of: 2 },
  assignment: "all",
  maxBacklogRows: 100_000,
});
expect<Equal<pw.RowOf<typeof orders>, { id: number; note: string | null }>>();
pw.kafka.read(settings, {
  topicNames,
  format: "csv",
  valueColumns: ["id"],
  primaryKey: ["id"],
  partitions: [0, 3],
});
const choice: pw.kafka.PartitionChoice = [1];
pw.kafka.read(settings, { topicNames, format: "raw", partitions: choice, onError: "skip" });

// @ts-expect-error raw has no columns that could be a key
pw.kafka.read(settings, { topicNames, format: "raw", session: "insert" });
// @ts-expect-error raw has no columns that could be a key
pw.kafka.read(settings, { topicNames, format: "raw", primaryKey: ["data"] });
// @ts-expect-error raw has no lines
pw.kafka.read(settings, { topicNames, format: "raw", csv: { delimiter: ";" } });
// @ts-expect-error json has no lines
pw.kafka.read(settings, { topicNames, format: "json", schema, csv: { delimiter: ";" } });
// @ts-expect-error json is text in any case
pw.kafka.read(settings, { topicNames, format: "json", schema, encoding: "utf8" });
// @ts-expect-error updates say by themselves what becomes of rows
pw.kafka.read(settings, { topicNames, format: "updates", schema, session: "upsert" });
// @ts-expect-error no such session
pw.kafka.read(settings, { topicNames, format: "json", schema, session: "replace" });
// @ts-expect-error a share is of some number
pw.kafka.read(settings, { topicNames, format: "json", schema, partitions: { index: 0 } });
// @ts-expect-error a topic is missing
pw.kafka.read(settings, { topicNames, format: "json", schema, onError: "deadLetter" });
pw.kafka.read(settings, { topicNames, format: "json", schema, assignment: "group" });
// @ts-expect-error no such assignment
pw.kafka.read(settings, { topicNames, format: "json", schema, assignment: "mine" });
