"""to-kafka FILE URI, or pass URI URI ROWS: JSON Lines to a topic, and one topic to another, by ZooPipe's own adapters."""

import json
import os
import sys
import time

from zoopipe import BaseHook, JSONInputAdapter, KafkaInputAdapter, KafkaOutputAdapter, Pipe, SingleThreadExecutor

way, source, target, *rest = sys.argv[1:]


class Decode(BaseHook):
    """A message comes as { value: bytes, key: bytes }; its value is to be the row."""

    def execute(self, entries, store):
        for entry in entries:
            entry["raw_data"] = json.loads(bytes(entry["raw_data"]["value"]))
        return entries


if way == "to-kafka":
    pipe = Pipe(input_adapter=JSONInputAdapter(source), output_adapter=KafkaOutputAdapter(uri=target, acks=1))
    pipe.start()
    pipe.wait()
    sys.exit(0)

pipe = Pipe(
    input_adapter=KafkaInputAdapter(uri=source, group_id=f"zoopipe-{os.getpid()}"),
    output_adapter=KafkaOutputAdapter(uri=target, acks=1),
    pre_validation_hooks=[Decode()],
    # What does not fill a batch would stay where it is.
    executor=SingleThreadExecutor(batch_size=1),
)
pipe.start()
# It never ends by itself, and cannot be stopped while it waits for messages.
while pipe.report.total_processed < int(rest[0]):
    if pipe.report.is_finished:
        sys.exit("the pipe has ended")
    time.sleep(0.05)
os._exit(0)
