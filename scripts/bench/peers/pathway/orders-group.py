"""Orders by region: BOOTSTRAP OUT_TOPIC ORDERS_TOPIC."""

import os
import sys

import pathway as pw

bootstrap, out_topic, orders_topic = sys.argv[1:]
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


orders = pw.io.kafka.read(
    settings, topic=orders_topic, format="json", schema=Order, autocommit_duration_ms=commit_ms
)
by_region = orders.groupby(orders.region).reduce(
    orders.region,
    total=pw.reducers.sum(orders.amount),
    count=pw.reducers.count(),
    largest=pw.reducers.max(orders.amount),
)
pw.io.kafka.write(by_region, settings, topic_name=out_topic, format="json")

pw.run(monitoring_level=pw.MonitoringLevel.NONE)
