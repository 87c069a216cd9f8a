"""Rows inserted at random into a sorted table: ROWS INSERTS COMMIT_ROWS, as scripts/bench/jobs/sort.ts does."""

import json
import sys
import threading
import time

import pathway as pw

rows, inserts, commit_rows = map(int, sys.argv[1:])


class Place(pw.Schema):
    at: int


def places():
    x = 1
    while True:
        x = x * 48_271 % (2**31 - 1)
        yield x


loaded = threading.Event()
marks = {}


class Places(pw.io.python.ConnectorSubject):
    def run(self):
        at = places()
        marks["begin"] = time.perf_counter()
        for _ in range(rows):
            self.next(at=next(at))
        self.commit()
        loaded.wait()
        for _ in range(inserts // commit_rows):
            for _ in range(commit_rows):
                self.next(at=next(at))
            self.commit()


changes = 0
table = pw.io.python.read(Places(), schema=Place, autocommit_duration_ms=None)


def on_change(key, row, time, is_addition):
    global changes
    changes += 1


def on_time_end(_):
    if not loaded.is_set() and changes >= rows:
        marks["loaded"] = time.perf_counter()
        loaded.set()
    marks["end"] = time.perf_counter()


pw.io.subscribe(table.sort(key=table.at), on_change=on_change, on_time_end=on_time_end)
pw.run(monitoring_level=pw.MonitoringLevel.NONE)
print(
    json.dumps(
        {
            "loadSeconds": marks["loaded"] - marks["begin"],
            "seconds": marks["end"] - marks["loaded"],
            "changes": changes - rows,
        }
    )
)
