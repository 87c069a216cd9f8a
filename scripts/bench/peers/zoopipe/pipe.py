"""A pipe of ZooPipe: to-kafka FILE URI, or to-csv URI FILE ROWS. Prints the seconds that it took, by its own report."""

import json
import os
import sys
import time

from zoopipe import CSVInputAdapter, CSVOutputAdapter, KafkaInputAdapter, KafkaOutputAdapter, Pipe

way, source, target, *rest = sys.argv[1:]
if way == "to-kafka":
    pipe = Pipe(
        input_adapter=CSVInputAdapter(source),
        output_adapter=KafkaOutputAdapter(uri=target, acks=1),
    )
else:
    pipe = Pipe(
        input_adapter=KafkaInputAdapter(uri=source, group_id=target),
        output_adapter=CSVOutputAdapter(target),
    )
started = time.time()
pipe.start()
if way == "to-kafka":
    pipe.wait()
else:
    # It never ends by itself, and cannot be stopped while it waits for messages.
    while pipe.report.total_processed < int(rest[0]):
        time.sleep(0.01)
seconds = time.time() - started
print(json.dumps({"seconds": seconds, "rows": pipe.report.total_processed}))
sys.stdout.flush()
os._exit(0)
