"""BOOTSTRAP OUT IN PIPE: messages of one topic to another, as they are or through a function each."""

import sys

from bytewax import operators as op
from bytewax.connectors.kafka import KafkaSinkMessage, KafkaSource, KafkaSink
from bytewax.dataflow import Dataflow
from bytewax.testing import run_main

bootstrap, out_topic, in_topic, pipe = sys.argv[1:]

flow = Dataflow("messages")
messages = op.input("in", flow, KafkaSource([bootstrap], [in_topic], tail=False))
if pipe == "function":
    processed = op.map("map", messages, lambda x: KafkaSinkMessage(x.key, x.value.upper()))
else:
    processed = op.map("map", messages, lambda x: KafkaSinkMessage(x.key, x.value))
op.output("out", processed, KafkaSink([bootstrap], out_topic))

run_main(flow)
