/**
 * Packed writing to a Kafka producer that another library owns: the counterpart of a tap.
 *
 * JavaScript hands over messages end to end in one buffer, and learns in numbers what became of them. librdkafka's
 * on_acknowledgement interceptor counts delivery reports on librdkafka's own threads, so that no object is made for a
 * message on either way. The client must be made without delivery callbacks: a message's opaque is ours.
 *
 * Ownership and threads
 * - A `press` belongs to one JavaScript thread. What librdkafka's threads touch (reports, failure, offsets of `topics`)
 *   is guarded by `client->report_lock`, as `client->press` is: one lock for a message. It is never held in a call into
 *   librdkafka, because librdkafka may report a message from within the call that hands it over.
 */
#ifndef TOWPATH_PRESS_H
#define TOWPATH_PRESS_H

#include "towpath-kafka.h"

/** Numbers that describe a message, in JavaScript's Int32Array; -1 as an end says that there is no such part. */
enum field {
  FIELD_TOPIC, /* index of press_topic */
  FIELD_PARTITION, /* -1: the partitioner's choice */
  FIELD_VALUE,
  FIELD_VALUE_END,
  FIELD_KEY,
  FIELD_KEY_END,
  FIELD_HEADERS, /* in the form of pack.c */
  FIELD_HEADERS_END,
  FIELD_TICKET, /* comes back with the report */
  FIELD_TIME, /* ms since 1970, in units of 2^31 and the rest; both 0: the time when it is handed over */
  FIELD_TIME_REST,
  FIELD_COUNT
};

/** Messages of one ticket that were delivered one after the other. */
struct report {
  uint32_t ticket;
  uint32_t count;
  uint64_t bytes;
};

/** The first message that was not delivered, or whose offset is not behind that of the one before. */
struct failure {
  int32_t code; /* of librdkafka; 0: the offset went back */
  int32_t topic;
  int32_t partition;
  size_t bytes;
};

/** A topic that is written to. */
struct pressed_topic {
  char *name;
  int64_t *offsets; /* by partition: the last that was reported, -1 before the first */
  int32_t partitions;
  bool is_single; /* it has one partition; of JavaScript's thread */
};

/** Messages that librdkafka is given in one call. */
#define RUN_MAX 512

struct press {
  struct client *client; /* counted; NULL once closed */
  size_t bytes_max;      /* librdkafka's message.max.bytes */
  rd_kafka_message_t run[RUN_MAX];
  struct pressed_topic *topics;
  uint32_t topic_count;
  uint32_t topic_capacity;
  struct report *reports;
  size_t report_count;
  size_t report_capacity;
  struct failure failure;
  bool failed;
};

/** Opens the only press of a client. On TAP_OK the caller owns *out and ends it with press_free. */
enum tap_result press_open(const char *client_name, struct press **out);

/** Afterwards no report comes, and nothing can be produced. May be called again. */
void press_close(struct press *press);

void press_free(struct press *press);

/** Keeps librdkafka's threads from what they share with the press; nothing to do once it is closed. */
void press_lock(struct press *press);
void press_unlock(struct press *press);

/** The index of a topic, which must be new; -1 when memory is out. */
int32_t press_topic(struct press *press, const char *name);

/** Says whether a topic has but one partition. */
void press_single(struct press *press, uint32_t topic, bool is_single);

/**
 * Hands over messages [from, to) of `fields` until one is refused; returns how many were taken. `*error` says why the
 * next one was not: RD_KAFKA_RESP_ERR__QUEUE_FULL, or what nothing can be done about.
 */
uint32_t press_produce(struct press *press, const uint8_t *bytes, size_t size, const int32_t *fields, uint32_t from,
                       uint32_t to, rd_kafka_resp_err_t *error);

/** The interceptor: a message of this client has been delivered, or never will be. */
rd_kafka_resp_err_t press_acknowledged(rd_kafka_t *handle, rd_kafka_message_t *message, void *opaque);

#endif
