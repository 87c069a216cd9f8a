/** Orders joined to customers, by segment: BOOTSTRAP OUT_TOPIC ORDERS_TOPIC CUSTOMERS_TOPIC. */
import * as pw from "towpath";

const [bootstrap, outTopic, ordersTopic, customersTopic] = process.argv.slice(2);
const settings = { "bootstrap.servers": bootstrap };

const orders = pw.kafka.read(settings, {
  topicNames: [ordersTopic],
  format: "json",
  schema: pw.schema({ id: "int", customer: "int", region: "str", amount: "float", at: "int" }),
  commit: { everyMs: 100 },
  mode: "static",
});
const customers = pw.kafka.read(settings, {
  topicNames: [customersTopic],
  format: "json",
  schema: pw.schema({ customer: "int", segment: "str" }),
  commit: { everyMs: 100 },
  mode: "static",
});
const bySegment = orders
  .join(customers, orders.customer.eq(customers.customer))
  .select({ segment: customers.segment, amount: orders.amount })
  .groupBy((c) => c.segment)
  .reduce((c) => ({ segment: c.segment, total: pw.reducers.sum(c.amount), count: pw.reducers.count() }));
pw.kafka.write(bySegment, settings, { topicName: outTopic });

await pw.run({ monitoring: "none" });
