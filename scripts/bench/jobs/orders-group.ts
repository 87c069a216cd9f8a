/** Orders by region: BOOTSTRAP OUT_TOPIC ORDERS_TOPIC. */
import * as pw from "towpath";

const [bootstrap, outTopic, ordersTopic] = process.argv.slice(2);
const settings = { "bootstrap.servers": bootstrap };

const orders = pw.kafka.read(settings, {
  topicNames: [ordersTopic],
  format: "json",
  schema: pw.schema({ id: "int", customer: "int", region: "str", amount: "float", at: "int" }),
  commit: { everyMs: 100 },
  mode: "static",
});
const byRegion = orders.groupBy(orders.region).reduce({
  region: orders.region,
  total: pw.reducers.sum(orders.amount),
  count: pw.reducers.count(),
  largest: pw.reducers.max(orders.amount),
});
pw.kafka.write(byRegion, settings, { topicName: outTopic });

await pw.run({ monitoring: "none" });
