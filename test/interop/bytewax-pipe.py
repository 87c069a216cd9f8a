"""BOOTSTRAP IN OUT: messages of one topic to another as Bytewax's own connectors read and write them."""

import sys

from bytewax import operators as op
from bytewax.connectors.kafka import KafkaSinkMessage
from bytewax.connectors.kafka import operators as kop
from bytewax.dataflow import Dataflow
from bytewax.testing import run_main

bootstrap, in_topic, out_topic = sys.argv[1:]

flow = Dataflow("pipe")
messages = kop.input("in", flow, brokers=[bootstrap], topics=[in_topic], tail=False)
whole = op.map(
    "map",
    messages.oks,
    lambda x: KafkaSinkMessage(x.key, x.value, headers=x.headers, timestamp=x.timestamp[1]),
)
kop.output("out", whole, brokers=[bootstrap], topic=out_topic)

run_main(flow)
