/**
 * A program that counts the words of IN and writes the counts to OUT, with its state in STATE: for tests that kill it.
 * It ends when the counts have reached TOTAL.
 */
import * as pw from "towpath";

const { BOOTSTRAP = "", IN = "", OUT = "", STATE = "", TOTAL = "", SCOPE = "connector" } = process.env;

const settings = { "bootstrap.servers": BOOTSTRAP };
const words = pw.kafka.read(settings, {
  topicNames: [IN],
  format: "csv",
  valueColumns: ["word", "n"],
  commit: { scope: SCOPE as "connector" },
});
const typed = words.select((c) => ({ word: c.word, n: c.n.cast("int") }));
const counts = typed.groupBy("word").reduce((c) => ({ word: c.word, n: pw.reducers.sum(c.n) }));
const total = typed.reduce((c) => ({ n: pw.reducers.sum(c.n) }));
pw.kafka.write(counts, settings, { topicName: OUT, format: "json" });

const stop = new AbortController();
const now = pw.materialize(total);
now.subscribe((rows) => {
  for (const { n } of rows.values()) if (n === Number(TOTAL)) stop.abort();
});
const running = pw.run({
  monitoring: "none",
  signal: stop.signal,
  persistence: { path: STATE, snapshotEveryMs: 100 },
});
const { commits } = await running;
console.log("ended", commits, JSON.stringify([...now.current.values()]));
