/** A member of a consumer group under test: transfers of its partitions in, rows or totals of them out. */
import * as pw from "towpath";
import type { VictimOrders } from "./workload.ts";

const orders: VictimOrders = JSON.parse(process.argv[2]);
const settings = { "bootstrap.servers": orders.bootstrap };
const Transfers = { account: "str", region: "str", amount: "int" } as const;
const isKeyed = orders.workload === "dealtTotals";

const transfers = pw.kafka.read(
  {
    ...settings,
    "group.id": orders.output,
    "partition.assignment.strategy": process.env.STRATEGY ?? "range",
    "session.timeout.ms": 6_000,
    "heartbeat.interval.ms": 300,
  },
  {
    topicNames: [orders.input],
    format: "json",
    schema: pw.schema(
      isKeyed ? { ...Transfers, account: pw.column({ type: "str", primaryKey: true }) } : Transfers,
    ),
    assignment: "group",
    withMetadata: true,
    name: "transfers",
  },
);
const { _metadata } = transfers;
const partition = _metadata.get("partition").cast("int");
const output = { topicName: orders.output, format: "json", name: "totals" } as const;
if (isKeyed) {
  const placed = transfers.select({ partition, region: transfers.region, amount: transfers.amount });
  const totals = placed.groupBy(placed.partition, placed.region).reduce({
    partition: placed.partition,
    region: placed.region,
    total: pw.reducers.sum(placed.amount),
    count: pw.reducers.count(),
  });
  pw.kafka.write(totals, settings, { ...output, envelope: "upsert" });
} else {
  const offset = _metadata.get("offset").cast("int");
  const doubled = transfers.select({ partition, offset, double: transfers.amount.mul(2) });
  pw.kafka.write(doubled, settings, { ...output, envelope: "row" });
}
await pw.run({ monitoring: "none" });
