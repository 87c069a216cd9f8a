/**
 * Packed reading from a Kafka consumer that another library owns, and packed writing to a producer (press.h).
 *
 * This shared object is two things at once: a Node-API addon, and a librdkafka plugin (`plugin.library.paths`). As a
 * plugin it is told of every rd_kafka_t that a configuration naming it creates (clients.c); as an addon it takes
 * message batches from such a client's consumer queue (tap.c, pack.c) and hands them to JavaScript (addon.c), and gives
 * such a client messages to send (press.c, press-addon.c). Settings are tried without the plugin first (trial.h).
 *
 * Ownership and threads
 * - A `client` is shared by the registry (until librdkafka destroys the client) and by at most one tap or press; it is counted.
 * - A `tap` belongs to one JavaScript reader and is used on that reader's thread only. What librdkafka's threads may
 *   touch at the same time (its queue and held messages, on destruction) is guarded by `client->lock`.
 * - Locks are taken in the order registry → client; librdkafka's own queue locks come last. No JavaScript runs and
 *   nothing waits for JavaScript under any of them.
 */
#ifndef TOWPATH_KAFKA_H
#define TOWPATH_KAFKA_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rdkafka.h"

struct tap;
struct press;

/** One client of librdkafka that was created with this plugin. */
struct client {
  struct client *next; /* registry list; guarded by the registry's lock */
  atomic_int references;
  pthread_mutex_t lock;
  rd_kafka_t *handle; /* NULL once librdkafka destroys it; guarded by `lock` */
  struct tap *tap;    /* the attached tap, or NULL; guarded by `lock` */
  bool reports;       /* a producer that tells what becomes of its messages */
  rd_kafka_topic_t **topics; /* of a press, by its index, NULL before the first message; guarded by `lock` */
  uint32_t topic_count;
  pthread_mutex_t report_lock; /* see press.h */
  struct press *press; /* the attached press, or NULL; guarded by `report_lock` */
};

/** Finds a live client by rd_kafka_name(), which is unique in a process, and counts the caller in; NULL when there is none. Give it back with client_release. */
struct client *client_find(const char *name);
void client_release(struct client *client);

/** Gives the topics of a press back, which would keep librdkafka from ending the client; under client->lock. */
void client_drop_topics_locked(struct client *client);

/** Messages asked of librdkafka at a time; also the most that can be held when a buffer is full. */
#define HELD_MAX 1024

/** A (topic, partition) that the reader has met; its index is what the `toppar` column holds. */
struct toppar {
  char *topic;
  int32_t partition;
};

/** An error event between messages: it came before message `at` of the batch. */
struct event {
  uint32_t at;
  int32_t code;
  int32_t toppar; /* -1: of no partition */
  double offset;
  char *text;
};

/** A remembered lookup: topic handles are only valid while messages hold them, hence the stamp. */
struct toppar_hit {
  const void *topic;
  int32_t partition;
  int32_t index;
  uint64_t stamp;
};

#define TOPPAR_HITS 64

/** A reader's native half. */
struct tap {
  struct client *client; /* counted */
  rd_kafka_queue_t *queue; /* NULL once closed; owned */
  rd_kafka_message_t *held[HELD_MAX]; /* taken from the queue, not yet packed: [held_from, held_to); owned */
  size_t held_from;
  size_t held_to;
  double generation;      /* of the assignment, as JavaScript said */
  double held_generation; /* the one that the held messages came under */
  struct toppar *toppars;
  size_t toppar_count;
  size_t toppar_capacity;
  int32_t *toppar_slots; /* open addressing: index + 1, 0 = empty */
  size_t toppar_mask;
  struct toppar_hit hits[TOPPAR_HITS];
  uint64_t stamp; /* the current take */
  struct event *events;
  size_t event_count;
  size_t event_capacity;
  atomic_bool signalled;  /* a wake-up was sent and no take has begun since */
  void (*wake)(void *);   /* called from librdkafka's threads under its queue lock; guarded by that lock */
  void *wake_opaque;
};

enum tap_result { TAP_OK, TAP_NO_CLIENT, TAP_NOT_CONSUMER, TAP_TAKEN, TAP_NO_MEMORY, TAP_NO_REPORTS };

/** Opens the only tap of a client. On TAP_OK the caller owns *out and ends it with tap_free. */
enum tap_result tap_open(const char *client_name, struct tap **out);

/** Stops wake-ups and gives every message and the queue back to librdkafka. Any thread; under client->lock. */
void tap_close_locked(struct tap *tap);

/** The same from the reader's thread, and lets another tap attach. May be called again. */
void tap_close(struct tap *tap);

void tap_free(struct tap *tap);

/** Sets, replaces or (NULL) removes the wake-up; after return the former one is not running and will not run. */
void tap_on_readable(struct tap *tap, void (*wake)(void *), void *opaque);

/** Index of a message's partition in the tap's table, added on first sight; -1 when memory is out. */
int32_t tap_toppar(struct tap *tap, const rd_kafka_message_t *message);

/** Appends an error event; false when memory is out. */
bool tap_event(struct tap *tap, uint32_t at, const rd_kafka_message_t *message);
void tap_events_clear(struct tap *tap);

/** A growable part: bytes end to end, and the end of each message in them. `bytes` NULL: not asked for. */
struct part {
  uint8_t *bytes;
  size_t capacity;
  uint32_t *ends;
  size_t used;
};

/** Where a batch goes: JavaScript's own buffers, borrowed for one call. */
struct packed {
  struct part payload, key, headers;
  uint8_t *flags;
  int32_t *toppar;
  double *offset;
  double *timestamp;
  uint32_t max; /* messages */
  uint32_t count;
  size_t payload_needed, key_needed, headers_needed; /* set when a message does not fit what is left */
};

/** Bytes left free behind the payloads, so that kernels may read whole words up to the end (PAYLOAD_SLACK in JS). */
#define PAYLOAD_SLACK 8

#define FLAG_NULL_PAYLOAD 1
#define FLAG_NULL_KEY 2
#define FLAG_HEADERS 4
#define FLAG_LOG_APPEND_TIME 8

/** Takes what is there, never waiting, until `out` is full. Returns the generation of the batch. */
double tap_take(struct tap *tap, struct packed *out);

/** True when the message was written; false when it does not fit (the `needed` sizes say why). */
bool pack_message(struct packed *out, const rd_kafka_message_t *message, int32_t toppar);

#endif
