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

enum tap_result press_open(const char *client_name, struct press **out) {
  struct client *client = client_find(client_name);
  if (client == NULL) return TAP_NO_CLIENT;
  enum tap_result result = TAP_OK;
  struct press *press = calloc(1, sizeof *press);
  if (press == NULL || pthread_mutex_init(&press->lock, NULL) != 0) {
    free(press);
    client_release(client);
    return TAP_NO_MEMORY;
  }
  pthread_mutex_lock(&client->lock);
  if (client->handle == NULL) result = TAP_NO_CLIENT;
  else if (!client->reports) result = TAP_NO_REPORTS;
  pthread_mutex_unlock(&client->lock);
  pthread_mutex_lock(&client->report_lock);
  if (result == TAP_OK && client->press != NULL) result = TAP_TAKEN;
  if (result == TAP_OK) client->press = press;
  pthread_mutex_unlock(&client->report_lock);
  if (result != TAP_OK) {
    pthread_mutex_destroy(&press->lock);
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
  pthread_mutex_destroy(&press->lock);
  free(press);
}

int32_t press_topic(struct press *press, const char *name) {
  char *copy = strdup(name);
  int32_t index = -1;
  pthread_mutex_lock(&press->lock);
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
  pthread_mutex_unlock(&press->lock);
  return index;
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

static rd_kafka_resp_err_t produce(rd_kafka_t *handle, const char *topic, const uint8_t *bytes, const int32_t *message) {
  rd_kafka_headers_t *headers = NULL;
  if (message[FIELD_HEADERS_END] > message[FIELD_HEADERS] &&
      (headers = read_headers(bytes + message[FIELD_HEADERS], bytes + message[FIELD_HEADERS_END])) == NULL)
    return RD_KAFKA_RESP_ERR__INVALID_ARG;
  const bool has_value = message[FIELD_VALUE_END] >= 0, has_key = message[FIELD_KEY_END] >= 0;
  const int64_t time = (int64_t)message[FIELD_TIME] * (INT64_C(1) << 31) + message[FIELD_TIME_REST];
  rd_kafka_vu_t parts[] = {
      {.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = topic},
      {.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = message[FIELD_PARTITION]},
      {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
      {.vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = mark(message[FIELD_TICKET], message[FIELD_TOPIC])},
      {.vtype = RD_KAFKA_VTYPE_VALUE,
       .u.mem = {.ptr = has_value ? (void *)(uintptr_t)(bytes + message[FIELD_VALUE]) : NULL,
                 .size = has_value ? (size_t)(message[FIELD_VALUE_END] - message[FIELD_VALUE]) : 0}},
      {.vtype = RD_KAFKA_VTYPE_KEY,
       .u.mem = {.ptr = has_key ? (void *)(uintptr_t)(bytes + message[FIELD_KEY]) : NULL,
                 .size = has_key ? (size_t)(message[FIELD_KEY_END] - message[FIELD_KEY]) : 0}},
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
  for (; at < to && *error == RD_KAFKA_RESP_ERR_NO_ERROR; at++) {
    const int32_t *message = fields + (size_t)at * FIELD_COUNT;
    const bool fits = (uint32_t)message[FIELD_TOPIC] < press->topic_count &&
                      within(message[FIELD_VALUE], message[FIELD_VALUE_END], size) &&
                      within(message[FIELD_KEY], message[FIELD_KEY_END], size) &&
                      within(message[FIELD_HEADERS], message[FIELD_HEADERS_END], size);
    if (client->handle == NULL) *error = RD_KAFKA_RESP_ERR__DESTROY;
    else if (!fits) *error = RD_KAFKA_RESP_ERR__INVALID_ARG;
    /* Names are added on this thread only, so reading one needs no lock. */
    else *error = produce(client->handle, press->topics[message[FIELD_TOPIC]].name, bytes, message);
  }
  pthread_mutex_unlock(&client->lock);
  return at - from - (*error == RD_KAFKA_RESP_ERR_NO_ERROR ? 0 : 1);
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
    pthread_mutex_lock(&press->lock);
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
    pthread_mutex_unlock(&press->lock);
  }
  pthread_mutex_unlock(&client->report_lock);
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}
