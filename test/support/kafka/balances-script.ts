/** The first of a chained pair: transfers of topic INPUT in, the balance of each account to topic OUTPUT, in small messages. */
import * as pw from "towpath";

const { BOOTSTRAP = "", INPUT = "", OUTPUT = "" } = process.env;
const settings = { "bootstrap.servers": BOOTSTRAP };

const transfers = pw.kafka.read(settings, {
  topicNames: [INPUT],
  format: "json",
  schema: pw.schema({ from: "int", to: "int", amount: "int" }),
});
const taken = transfers.select((c) => ({ account: c.from, amount: c.amount.neg() }));
const given = transfers.select((c) => ({ account: c.to, amount: c.amount }));
const balances = taken
  .concatReindex(given)
  .groupBy((c) => c.account)
  .reduce((c) => ({ account: c.account, balance: pw.reducers.sum(c.amount) }));
pw.kafka.write(
  balances,
  { ...settings, "message.max.bytes": "1500" },
  { topicName: OUTPUT, commitFrequencyInMessages: 3, flushEveryMs: 20 },
);
await pw.run({ monitoring: "none" });
