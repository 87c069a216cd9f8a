/** A tap on a client's consumer queue: takes messages without waiting, keeps what does not fit, wakes on arrival. */
#include <stdlib.h>
#include <string.h>

#include "towpath-kafka.h"

enum tap_result tap_open(const char *client_name, struct tap **out) {
  struct client *client = client_find(client_name);
  if (client == NULL) return TAP_NO_CLIENT;
  enum tap_result result = TAP_OK;
  struct tap *tap = calloc(1, sizeof *tap);
  pthread_mutex_lock(&client->lock);
  if (tap == NULL) result = TAP_NO_MEMORY;
  else if (client->handle == NULL) result = TAP_NO_CLIENT;
  else if (client->tap != NULL) result = TAP_TAKEN;
  else if (rd_kafka_type(client->handle) != RD_KAFKA_CONSUMER) result = TAP_NOT_CONSUMER;
  else if ((tap->queue = rd_kafka_queue_get_consumer(client->handle)) == NULL) result = TAP_NOT_CONSUMER;
  else client->tap = tap;
  pthread_mutex_unlock(&client->lock);
  if (result != TAP_OK) {
    free(tap);
    client_release(client);
    return result;
  }
  tap->client = client;
  atomic_init(&tap->signalled, false);
  *out = tap;
  return TAP_OK;
}

void tap_close_locked(struct tap *tap) {
  if (tap->queue == NULL) return;
  /* librdkafka calls the wake-up under the queue's lock, and this takes it: afterwards none is running. */
  rd_kafka_queue_cb_event_enable(tap->queue, NULL, NULL);
  for (size_t i = tap->held_from; i < tap->held_to; i++) rd_kafka_message_destroy(tap->held[i]);
  tap->held_from = tap->held_to = 0;
  rd_kafka_queue_destroy(tap->queue);
  tap->queue = NULL;
}

void tap_close(struct tap *tap) {
  struct client *client = tap->client;
  if (client == NULL) return;
  pthread_mutex_lock(&client->lock);
  tap_close_locked(tap);
  client->tap = NULL;
  pthread_mutex_unlock(&client->lock);
  tap->client = NULL;
  client_release(client);
}

void tap_free(struct tap *tap) {
  tap_close(tap);
  tap_events_clear(tap);
  free(tap->events);
  for (size_t i = 0; i < tap->toppar_count; i++) free(tap->toppars[i].topic);
  free(tap->toppars);
  free(tap->toppar_slots);
  free(tap);
}

static void on_queue_event(rd_kafka_t *handle, void *opaque) {
  (void)handle;
  struct tap *tap = opaque;
  if (!atomic_exchange(&tap->signalled, true)) tap->wake(tap->wake_opaque);
}

void tap_on_readable(struct tap *tap, void (*wake)(void *), void *opaque) {
  struct client *client = tap->client;
  if (client == NULL) return;
  pthread_mutex_lock(&client->lock);
  if (tap->queue != NULL) {
    rd_kafka_queue_cb_event_enable(tap->queue, NULL, NULL);
    tap->wake = wake;
    tap->wake_opaque = opaque;
    atomic_store(&tap->signalled, false);
    if (wake != NULL) {
      rd_kafka_queue_cb_event_enable(tap->queue, on_queue_event, tap);
      /* The queue signals the edge only; what is there already must be said once by us. */
      if (rd_kafka_queue_length(tap->queue) > 0 || tap->held_to > tap->held_from) on_queue_event(NULL, tap);
    }
  }
  pthread_mutex_unlock(&client->lock);
}

void tap_events_clear(struct tap *tap) {
  for (size_t i = 0; i < tap->event_count; i++) free(tap->events[i].text);
  tap->event_count = 0;
}

bool tap_event(struct tap *tap, uint32_t at, const rd_kafka_message_t *message) {
  if (tap->event_count == tap->event_capacity) {
    size_t capacity = tap->event_capacity == 0 ? 16 : tap->event_capacity * 2;
    struct event *events = realloc(tap->events, capacity * sizeof *events);
    if (events == NULL) return false;
    tap->events = events;
    tap->event_capacity = capacity;
  }
  int32_t toppar = -1;
  if (message->rkt != NULL && (toppar = tap_toppar(tap, message)) < 0) return false;
  char *text = strdup(rd_kafka_message_errstr(message));
  if (text == NULL) return false;
  tap->events[tap->event_count++] =
      (struct event){.at = at, .code = message->err, .toppar = toppar, .offset = (double)message->offset, .text = text};
  return true;
}

/** Packs one held message, or notes its event; false when it has to wait for more room. */
static bool pack_held(struct tap *tap, struct packed *out, const rd_kafka_message_t *message) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) return tap_event(tap, out->count, message);
  int32_t toppar = tap_toppar(tap, message);
  return toppar >= 0 && pack_message(out, message, toppar);
}

static bool pack_all_held(struct tap *tap, struct packed *out) {
  while (tap->held_from < tap->held_to) {
    if (out->count == out->max || !pack_held(tap, out, tap->held[tap->held_from])) return false;
    rd_kafka_message_destroy(tap->held[tap->held_from++]);
  }
  return true;
}

double tap_take(struct tap *tap, struct packed *out) {
  tap->stamp++;
  tap_events_clear(tap);
  atomic_store(&tap->signalled, false);
  double generation = tap->generation;
  struct client *client = tap->client;
  if (client == NULL) return generation;
  pthread_mutex_lock(&client->lock);
  bool more = tap->queue != NULL;
  if (tap->held_from < tap->held_to) {
    /* What was held from before an assignment changed is a batch of its own, under the generation it came with. */
    if (tap->held_generation != generation) more = false;
    generation = tap->held_generation;
    if (!pack_all_held(tap, out)) more = false;
  }
  while (more && out->count < out->max) {
    size_t want = out->max - out->count < HELD_MAX ? out->max - out->count : HELD_MAX;
    ssize_t got = rd_kafka_consume_batch_queue(tap->queue, 0, tap->held, want);
    if (got <= 0) break;
    tap->held_from = 0;
    tap->held_to = (size_t)got;
    tap->held_generation = generation;
    more = pack_all_held(tap, out);
  }
  pthread_mutex_unlock(&client->lock);
  return generation;
}
