/** The run under test: transfers of one topic in, what they come to out to another, with its state in a directory. */
import * as pw from "towpath";
import type { VictimOrders } from "./workload.ts";

const scopes = { grouped: "connector", keyed: "connector", aligned: "aligned", spread: "partition" } as const;
const orders: VictimOrders & { readonly workload: keyof typeof scopes } = JSON.parse(process.argv[2]);
const settings = { "bootstrap.servers": orders.bootstrap };
const Transfers = { account: "str", region: "str", amount: "int" } as const;

const transfers = pw.kafka.read(settings, {
  topicNames: [orders.input],
  format: "json",
  schema: pw.schema(
    orders.workload === "keyed"
      ? { ...Transfers, account: pw.column({ type: "str", primaryKey: true }) }
      : Transfers,
  ),
  commit: { scope: scopes[orders.workload] },
  name: "transfers",
});
const name = orders.workload === "keyed" ? transfers.region : transfers.account;
const totals = transfers.groupBy(name).reduce({
  name,
  total: pw.reducers.sum(transfers.amount),
  count: pw.reducers.count(),
});
pw.kafka.write(totals, settings, { topicName: orders.output, name: "totals" });
await pw.run({
  monitoring: "none",
  persistence: { path: orders.state, snapshotEveryMs: orders.snapshotEveryMs },
});
