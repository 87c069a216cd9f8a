/** Handing messages to a client, and counting what becomes of them. */
#include <stdlib.h>
#include <string.h>

#include "press.h"

/** A message's opaque: its ticket, its topic, and one bit so that it is never NULL. */
#define TOPIC_BITS 24
#define TOPICS_MAX ((1u << TOPIC_BITS) - 1)

static void *mark(int32_t ticket, int32_t topic) {
  return (void *)(uintptr_t)(((uint64_t)(uint32_t)ticket << (TOPIC_BITS + 1)) | ((uint64_t)(uint32_t)topic << 1) | 1);
}

/** The client's message.max.bytes; 0 where it cannot be known. */
static size_t message_bytes_max(rd_kafka_t *handle) {
  char text[32];
  size_t size = sizeof text;
  if (rd_kafka_conf_get(rd_kafka_conf(handle), "message.max.bytes", text, &size) != RD_KAFKA_CONF_OK) return 0;
  return strtoul(text, NULL, 10);
}

enum tap_result press_open(const char *client_name, struct press **out) {
  struct client *client = client_find(client_name);
  if (client == NULL) return TAP_NO_CLIENT;
  enum tap_result result = TAP_OK;
  struct press *press = calloc(1, sizeof *press);
  if (press == NULL) {
    client_release(client);
    return TAP_NO_MEMORY;
  }
  pthread_mutex_lock(&client->lock);
  if (client->handle == NULL) result = TAP_NO_CLIENT;
  else if (!client->reports) result = TAP_NO_REPORTS;
  else press->bytes_max = message_bytes_max(client->handle);
  pthread_mutex_unlock(&client->lock);
  pthread_mutex_lock(&client->report_lock);
  if (result == TAP_OK && client->press != NULL) result = TAP_TAKEN;
  if (result == TAP_OK) client->press = press;
  pthread_mutex_unlock(&client->report_lock);
  if (result != TAP_OK) {
    free(press);
    client_release(client);
    return result;
  }
  press->client = client;
  *out = press;
  return TAP_OK;
}

void press_close(struct press *press) {
  struct client *client = press->client;
  if (client == NULL) return;
  pthread_mutex_lock(&client->report_lock);
  client->press = NULL;
  pthread_mutex_unlock(&client->report_lock);
  pthread_mutex_lock(&client->lock);
  client_drop_topics_locked(client);
  pthread_mutex_unlock(&client->lock);
  press->client = NULL;
  client_release(client);
}

void press_free(struct press *press) {
  press_close(press);
  for (uint32_t i = 0; i < press->topic_count; i++) {
    free(press->topics[i].name);
    free(press->topics[i].offsets);
  }
  free(press->topics);
  free(press->reports);
  free(press);
}

void press_lock(struct press *press) {
  if (press->client != NULL) pthread_mutex_lock(&press->client->report_lock);
}

void press_unlock(struct press *press) {
  if (press->client != NULL) pthread_mutex_unlock(&press->client->report_lock);
}

int32_t press_topic(struct press *press, const char *name) {
  char *copy = strdup(name);
  int32_t index = -1;
  press_lock(press);
  if (press->topic_count == press->topic_capacity && press->topic_capacity < TOPICS_MAX) {
    uint32_t capacity = press->topic_capacity == 0 ? 4 : press->topic_capacity * 2;
    struct pressed_topic *topics = realloc(press->topics, capacity * sizeof *topics);
    if (topics != NULL) {
      press->topics = topics;
      press->topic_capacity = capacity;
    }
  }
  if (copy != NULL && press->topic_count < press->topic_capacity) {
    index = (int32_t)press->topic_count++;
    press->topics[index] = (struct pressed_topic){.name = copy};
  } else free(copy);
  press_unlock(press);
  return index;
}

void press_single(struct press *press, uint32_t topic, bool is_single) {
  if (topic < press->topic_count) press->topics[topic].is_single = is_single;
}

static uint32_t read_u32(const uint8_t *at) {
  return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/** Headers as pack.c writes them; NULL where memory is out or the bytes are not that. */
static rd_kafka_headers_t *read_headers(const uint8_t *at, const uint8_t *end) {
  rd_kafka_headers_t *headers = rd_kafka_headers_new(8);
  while (headers != NULL && at < end) {
    bool fits = end - at >= 8;
    const uint32_t name_size = fits ? read_u32(at) : 0;
    const uint8_t *name = at + 4;
    fits = fits && (size_t)(end - name) >= (size_t)name_size + 4;
    const uint32_t size = fits ? read_u32(name + name_size) : 0;
    const uint8_t *value = name + name_size + 4;
    const bool is_null = size == UINT32_MAX;
    fits = fits && (is_null || (size_t)(end - value) >= size);
    if (!fits || rd_kafka_header_add(headers, (const char *)name, (ssize_t)name_size, is_null ? NULL : value,
                                     is_null ? 0 : (ssize_t)size) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      rd_kafka_headers_destroy(headers);
      return NULL;
    }
    at = is_null ? value : value + size;
  }
  return headers;
}

/** Whether [start, end) lies in `size` bytes, or is absent. */
static bool within(int32_t start, int32_t end, size_t size) {
  return end == -1 || (start >= 0 && end >= start && (size_t)end <= size);
}

/**
 * The partition that librdkafka is told. Where there is but one, and no key that might belong elsewhere when there are
 * more, its partitioner is not asked: that is two readings of the clock and three locks a message.
 */
static int32_t partition_of(const struct press *press, const int32_t *message) {
  const bool is_free = message[FIELD_PARTITION] == RD_KAFKA_PARTITION_UA && message[FIELD_KEY_END] < 0;
  return is_free && press->topics[message[FIELD_TOPIC]].is_single ? 0 : message[FIELD_PARTITION];
}

/** What librdkafka is given of a message, beside its topic, partition, headers and time; under client->lock. */
static rd_kafka_message_t parts_of(const uint8_t *bytes, const int32_t *message) {
  rd_kafka_message_t parts = {._private = mark(message[FIELD_TICKET], message[FIELD_TOPIC])};
  if (message[FIELD_VALUE_END] >= 0) {
    parts.payload = (void *)(uintptr_t)(bytes + message[FIELD_VALUE]);
    parts.len = (size_t)(message[FIELD_VALUE_END] - message[FIELD_VALUE]);
  }
  if (message[FIELD_KEY_END] >= 0) {
    parts.key = (void *)(uintptr_t)(bytes + message[FIELD_KEY]);
    parts.key_len = (size_t)(message[FIELD_KEY_END] - message[FIELD_KEY]);
  }
  return parts;
}

/** A message with headers or a time of its own. */
static rd_kafka_resp_err_t produce_one(rd_kafka_t *handle, rd_kafka_topic_t *topic, const uint8_t *bytes,
                                       const int32_t *message) {
  rd_kafka_headers_t *headers = NULL;
  if (message[FIELD_HEADERS_END] > message[FIELD_HEADERS] &&
      (headers = read_headers(bytes + message[FIELD_HEADERS], bytes + message[FIELD_HEADERS_END])) == NULL)
    return RD_KAFKA_RESP_ERR__INVALID_ARG;
  const rd_kafka_message_t given = parts_of(bytes, message);
  const int64_t time = (int64_t)message[FIELD_TIME] * (INT64_C(1) << 31) + message[FIELD_TIME_REST];
  rd_kafka_vu_t parts[] = {
      {.vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = topic},
      {.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = message[FIELD_PARTITION]},
      {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
      {.vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = given._private},
      {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {.ptr = given.payload, .size = given.len}},
      {.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {.ptr = given.key, .size = given.key_len}},
      {.vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 = time},
      {.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers},
  };
  const size_t count = sizeof parts / sizeof *parts - (headers == NULL ? 1 : 0);
  rd_kafka_error_t *error = rd_kafka_produceva(handle, parts, count);
  if (error == NULL) return RD_KAFKA_RESP_ERR_NO_ERROR;
  /* Headers become librdkafka's with success only. */
  if (headers != NULL) rd_kafka_headers_destroy(headers);
  rd_kafka_resp_err_t code = rd_kafka_error_code(error);
  rd_kafka_error_destroy(error);
  return code;
}

/** More than librdkafka counts for a record beside its key and value (RD_KAFKAP_MESSAGE_V2_MAX_OVERHEAD). */
#define RECORD_OVERHEAD 64

/**
 * Whether a message may be one of a run: it has neither headers nor a time, which rd_kafka_produce_batch() does not take,
 * and will not be refused for its size, because that function goes on behind a message that is.
 */
static bool is_plain(const struct press *press, const int32_t *message) {
  const int64_t value = message[FIELD_VALUE_END] < 0 ? 0 : message[FIELD_VALUE_END] - message[FIELD_VALUE];
  const int64_t key = message[FIELD_KEY_END] < 0 ? 0 : message[FIELD_KEY_END] - message[FIELD_KEY];
  return message[FIELD_HEADERS_END] <= message[FIELD_HEADERS] && message[FIELD_TIME] == 0 &&
         message[FIELD_TIME_REST] == 0 && (size_t)(value + key + RECORD_OVERHEAD) <= press->bytes_max;
}

static bool is_whole(const struct press *press, const int32_t *message, size_t size) {
  return (uint32_t)message[FIELD_TOPIC] < press->topic_count &&
         within(message[FIELD_VALUE], message[FIELD_VALUE_END], size) &&
         within(message[FIELD_KEY], message[FIELD_KEY_END], size) &&
         within(message[FIELD_HEADERS], message[FIELD_HEADERS_END], size);
}

/**
 * Hands over the messages from `from` on that go where it goes, as far as they are plain; returns how many were taken.
 * What librdkafka refuses here it refuses to the end of the run: a full queue, a fatal error, a topic that is gone.
 */
static uint32_t produce_run(struct press *press, rd_kafka_topic_t *topic, const uint8_t *bytes, size_t size,
                            const int32_t *from, uint32_t most, rd_kafka_resp_err_t *error) {
  const int32_t partition = partition_of(press, from);
  uint32_t count = 0;
  for (const int32_t *message = from; count < most && count < RUN_MAX; message += FIELD_COUNT) {
    if (!is_whole(press, message, size) || !is_plain(press, message) || message[FIELD_TOPIC] != from[FIELD_TOPIC] ||
        partition_of(press, message) != partition)
      break;
    press->run[count++] = parts_of(bytes, message);
  }
  const int taken = rd_kafka_produce_batch(topic, partition, RD_KAFKA_MSG_F_COPY, press->run, (int)count);
  for (int i = 0; i < taken; i++)
    /* Never seen; the messages behind it must not count as sent. */
    if (press->run[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) *error = RD_KAFKA_RESP_ERR__INCONSISTENT;
  if (*error == RD_KAFKA_RESP_ERR_NO_ERROR && (uint32_t)taken < count) *error = press->run[taken].err;
  return (uint32_t)taken;
}

/** librdkafka's handle of a topic, made when it is first written to; NULL where librdkafka makes none. Under client->lock. */
static rd_kafka_topic_t *topic_handle(struct press *press, uint32_t index, rd_kafka_resp_err_t *error) {
  struct client *client = press->client;
  if (index >= client->topic_count) {
    rd_kafka_topic_t **topics = realloc(client->topics, press->topic_capacity * sizeof(rd_kafka_topic_t *));
    if (topics == NULL) {
      *error = RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE;
      return NULL;
    }
    for (uint32_t i = client->topic_count; i < press->topic_capacity; i++) topics[i] = NULL;
    client->topics = topics;
    client->topic_count = press->topic_capacity;
  }
  /* Names are added on this thread only, so reading one needs no lock. */
  if (client->topics[index] == NULL &&
      (client->topics[index] = rd_kafka_topic_new(client->handle, press->topics[index].name, NULL)) == NULL)
    *error = rd_kafka_last_error();
  return client->topics[index];
}

/** Hands over messages from `from` on, at least one; returns how many were taken. Under client->lock. */
static uint32_t produce_some(struct press *press, const uint8_t *bytes, size_t size, const int32_t *from, uint32_t most,
                             rd_kafka_resp_err_t *error) {
  rd_kafka_t *handle = press->client->handle;
  if (handle == NULL) *error = RD_KAFKA_RESP_ERR__DESTROY;
  else if (!is_whole(press, from, size)) *error = RD_KAFKA_RESP_ERR__INVALID_ARG;
  if (*error != RD_KAFKA_RESP_ERR_NO_ERROR) return 0;
  rd_kafka_topic_t *topic = topic_handle(press, (uint32_t)from[FIELD_TOPIC], error);
  if (topic == NULL) return 0;
  if (is_plain(press, from)) return produce_run(press, topic, bytes, size, from, most, error);
  *error = produce_one(handle, topic, bytes, from);
  return *error == RD_KAFKA_RESP_ERR_NO_ERROR ? 1 : 0;
}

uint32_t press_produce(struct press *press, const uint8_t *bytes, size_t size, const int32_t *fields, uint32_t from,
                       uint32_t to, rd_kafka_resp_err_t *error) {
  struct client *client = press->client;
  *error = RD_KAFKA_RESP_ERR_NO_ERROR;
  if (client == NULL) {
    *error = RD_KAFKA_RESP_ERR__DESTROY;
    return 0;
  }
  pthread_mutex_lock(&client->lock);
  uint32_t at = from;
  while (at < to && *error == RD_KAFKA_RESP_ERR_NO_ERROR)
    at += produce_some(press, bytes, size, fields + (size_t)at * FIELD_COUNT, to - at, error);
  pthread_mutex_unlock(&client->lock);
  return at - from;
}

/** Whether an offset is behind the last one of its partition; notes it. */
static bool offset_advances(struct pressed_topic *topic, int32_t partition, int64_t offset) {
  if (partition < 0 || offset < 0) return true;
  if (partition >= topic->partitions) {
    int32_t partitions = partition + 16;
    int64_t *offsets = realloc(topic->offsets, (size_t)partitions * sizeof *offsets);
    if (offsets == NULL) return true;
    for (int32_t i = topic->partitions; i < partitions; i++) offsets[i] = -1;
    topic->offsets = offsets;
    topic->partitions = partitions;
  }
  const bool advances = offset > topic->offsets[partition];
  topic->offsets[partition] = offset;
  return advances;
}

/** Counts a delivered message; false when memory is out. */
static bool count_delivered(struct press *press, uint32_t ticket, size_t bytes) {
  struct report *last = press->report_count > 0 ? &press->reports[press->report_count - 1] : NULL;
  if (last == NULL || last->ticket != ticket) {
    if (press->report_count == press->report_capacity) {
      size_t capacity = press->report_capacity == 0 ? 256 : press->report_capacity * 2;
      struct report *reports = realloc(press->reports, capacity * sizeof *reports);
      if (reports == NULL) return false;
      press->reports = reports;
      press->report_capacity = capacity;
    }
    last = &press->reports[press->report_count++];
    *last = (struct report){.ticket = ticket};
  }
  last->count++;
  last->bytes += bytes;
  return true;
}

rd_kafka_resp_err_t press_acknowledged(rd_kafka_t *handle, rd_kafka_message_t *message, void *opaque) {
  (void)handle;
  struct client *client = opaque;
  const uint64_t marked = (uint64_t)(uintptr_t)message->_private;
  if ((marked & 1) == 0) return RD_KAFKA_RESP_ERR_NO_ERROR;
  const uint32_t index = (uint32_t)(marked >> 1) & TOPICS_MAX;
  pthread_mutex_lock(&client->report_lock);
  struct press *press = client->press;
  if (press != NULL) {
    int32_t code = message->err;
    bool delivered = code == RD_KAFKA_RESP_ERR_NO_ERROR && index < press->topic_count &&
                     offset_advances(&press->topics[index], message->partition, message->offset);
    if (delivered && !count_delivered(press, (uint32_t)(marked >> (TOPIC_BITS + 1)), message->len + message->key_len)) {
      delivered = false;
      code = RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE;
    }
    if (!delivered && !press->failed) {
      press->failed = true;
      press->failure = (struct failure){
          .code = code, .topic = (int32_t)index, .partition = message->partition, .bytes = message->len};
    }
  }
  pthread_mutex_unlock(&client->report_lock);
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}
