"""WordCount: BOOTSTRAP OUT_TOPIC WORDS_TOPIC."""

import os
import sys

import pathway as pw

bootstrap, out_topic, words_topic = sys.argv[1:]
commit_ms = int(os.environ["COMMIT_MS"])
settings = {
    "bootstrap.servers": bootstrap,
    "group.id": out_topic,
    "auto.offset.reset": "earliest",
}


class Word(pw.Schema):
    word: str


words = pw.io.kafka.read(
    settings, topic=words_topic, format="json", schema=Word, autocommit_duration_ms=commit_ms
)
counts = words.groupby(words.word).reduce(words.word, count=pw.reducers.count())
pw.io.kafka.write(counts, settings, topic_name=out_topic, format="json")

pw.run(monitoring_level=pw.MonitoringLevel.NONE)
