"""Orders joined to customers, by segment: BOOTSTRAP OUT_TOPIC ORDERS_TOPIC CUSTOMERS_TOPIC."""

import os
import sys

import pathway as pw

bootstrap, out_topic, orders_topic, customers_topic = sys.argv[1:]
commit_ms = int(os.environ["COMMIT_MS"])
settings = {
    "bootstrap.servers": bootstrap,
    "group.id": out_topic,
    "auto.offset.reset": "earliest",
}


class Order(pw.Schema):
    id: int
    customer: int
    region: str
    amount: float
    at: int


class Customer(pw.Schema):
    customer: int
    segment: str


orders = pw.io.kafka.read(
    settings, topic=orders_topic, format="json", schema=Order, autocommit_duration_ms=commit_ms
)
customers = pw.io.kafka.read(
    {**settings, "group.id": f"{out_topic}-customers"},
    topic=customers_topic,
    format="json",
    schema=Customer,
    autocommit_duration_ms=commit_ms,
)
joined = orders.join(customers, orders.customer == customers.customer).select(
    customers.segment, orders.amount
)
by_segment = joined.groupby(joined.segment).reduce(
    joined.segment, total=pw.reducers.sum(joined.amount), count=pw.reducers.count()
)
pw.io.kafka.write(by_segment, settings, topic_name=out_topic, format="json")

pw.run(monitoring_level=pw.MonitoringLevel.NONE)
