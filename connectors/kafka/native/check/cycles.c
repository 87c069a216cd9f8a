/**
 * Cycles of the native writer, and take/detach cycles of the native reader, against librdkafka's mock cluster, without
 * Node, for valgrind and the sanitizers (scripts/native-check.mjs). Exits 0 when every message was sent and read once, in
 * order, whatever the buffers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../src/press.h"
#include "../src/towpath-kafka.h"
#include "../src/trial.h"
#include "rdkafka_mock.h"

#define MESSAGES 3000
#define PARTITIONS 3
#define TOPIC "cycles"
#define SPARE_TOPIC "spare"
/** Messages of one partition that follow each other. */
#define RUN 10
/** The producer's message.max.bytes, as main() sets it. */
#define BYTES_MAX 2000

rd_kafka_resp_err_t conf_init(rd_kafka_conf_t *conf, void **opaque, char *errstr, size_t errstr_size);

static void require(bool holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "failed: %s\n", what);
  exit(1);
}

static rd_kafka_t *make_client(rd_kafka_type_t type, const char *const *settings) {
  char error[512];
  void *opaque;
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  require(conf_init(conf, &opaque, error, sizeof error) == RD_KAFKA_RESP_ERR_NO_ERROR, "conf_init");
  for (; *settings != NULL; settings += 2)
    require(rd_kafka_conf_set(conf, settings[0], settings[1], error, sizeof error) == RD_KAFKA_CONF_OK, settings[0]);
  /* As node-rdkafka does: the client is made from a copy. */
  rd_kafka_conf_t *copy = rd_kafka_conf_dup(conf);
  rd_kafka_conf_destroy(conf);
  rd_kafka_t *client = rd_kafka_new(type, copy, error, sizeof error);
  require(client != NULL, error);
  return client;
}

/** name, its value "\0\xff"; null, its value null: as pack.c writes headers. */
static const char headers[] = "\4\0\0\0name\2\0\0\0\0\xff\4\0\0\0null\xff\xff\xff\xff";

/** The message that comes at a place of a partition. */
static int number_at(int partition, int place) {
  return (place / RUN * PARTITIONS + partition) * RUN + place % RUN;
}

/**
 * Messages [from, to) for a press: number i, some dots, "key", and for every second run the headers, which all share.
 */
static void describe_messages(char *bytes, int32_t (*fields)[FIELD_COUNT], int from, int to) {
  const int shared = (int)sizeof headers - 1;
  memcpy(bytes, headers, (size_t)shared);
  memcpy(bytes + shared, "key", 3);
  int used = shared + 3;
  for (int i = from; i < to; i++) {
    int size = snprintf(bytes + used, 64, "%d:%.*s", i, i % 40, "........................................");
    const int32_t message[FIELD_COUNT] = {[FIELD_PARTITION] = i / RUN % PARTITIONS, [FIELD_VALUE] = used,
                                          [FIELD_VALUE_END] = used + size, [FIELD_KEY] = shared,
                                          [FIELD_KEY_END] = shared + 3,
                                          [FIELD_HEADERS_END] = i / RUN % 2 == 0 ? shared : 0,
                                          [FIELD_TICKET] = i / 100};
    memcpy(fields[i - from], message, sizeof message);
    used += size;
  }
}

/** Sends through presses, one after the other, and counts what was delivered by ticket. */
static void produce(rd_kafka_t *producer) {
  enum { AT_ONCE = 500 };
  static char bytes[64 * (AT_ONCE + 2)];
  static int32_t fields[AT_ONCE][FIELD_COUNT];
  struct press *press = NULL;
  rd_kafka_resp_err_t error;
  require(press_open("nobody", &press) == TAP_NO_CLIENT, "no such client to press");
  for (int from = 0; from < MESSAGES; from += AT_ONCE) {
    require(press_open(rd_kafka_name(producer), &press) == TAP_OK, "press");
    require(press_topic(press, TOPIC) == 0, "the first topic");
    describe_messages(bytes, fields, from, from + AT_ONCE);
    uint32_t taken = 0;
    while (taken < AT_ONCE) {
      taken += press_produce(press, (const uint8_t *)bytes, sizeof bytes, fields[0], taken, AT_ONCE, &error);
      require(error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR__QUEUE_FULL, rd_kafka_err2str(error));
    }
    require(rd_kafka_flush(producer, 60000) == RD_KAFKA_RESP_ERR_NO_ERROR, "flush");
    uint32_t counts[AT_ONCE / 100] = {0};
    for (size_t i = 0; i < press->report_count; i++)
      counts[press->reports[i].ticket - (uint32_t)from / 100] += press->reports[i].count;
    for (int i = 0; i < AT_ONCE / 100; i++) require(counts[i] == 100, "each ticket's messages");
    require(!press->failed, "no failure");
    press_free(press);
  }
  fields[0][FIELD_VALUE_END] = sizeof bytes + 1;
  require(press_open(rd_kafka_name(producer), &press) == TAP_OK && press_topic(press, TOPIC) == 0, "press again");
  require(press_produce(press, (const uint8_t *)bytes, sizeof bytes, fields[0], 0, 1, &error) == 0, "outside the buffer");
  fields[0][FIELD_VALUE_END] = fields[0][FIELD_VALUE];
  fields[0][FIELD_HEADERS_END] -= 1;
  require(press_produce(press, (const uint8_t *)bytes, sizeof bytes, fields[0], 0, 1, &error) == 0, "cut headers");
  press_free(press);
}

/** A message that is too large is refused, and none behind it is taken. */
static void refuse_in_a_run(rd_kafka_t *producer) {
  static const char bytes[BYTES_MAX + 1];
  static int32_t fields[3][FIELD_COUNT];
  struct press *press = NULL;
  rd_kafka_resp_err_t error;
  require(press_open(rd_kafka_name(producer), &press) == TAP_OK && press_topic(press, SPARE_TOPIC) == 0, "spare press");
  press_single(press, 0, true);
  for (int i = 0; i < 3; i++) {
    fields[i][FIELD_PARTITION] = RD_KAFKA_PARTITION_UA;
    fields[i][FIELD_KEY_END] = -1;
    fields[i][FIELD_VALUE_END] = i == 1 ? BYTES_MAX + 1 : 10;
  }
  require(press_produce(press, (const uint8_t *)bytes, sizeof bytes, fields[0], 0, 3, &error) == 1 &&
              error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
          "the one before");
  require(rd_kafka_flush(producer, 60000) == RD_KAFKA_RESP_ERR_NO_ERROR, "flush of one");
  require(press->report_count == 1 && press->reports[0].count == 1 && !press->failed, "one delivered");
  press_free(press);
}

/** The wrong order on purpose: the client is destroyed under an open press, with messages on their way. */
static void destroy_under_press(rd_kafka_t *producer) {
  static char bytes[8192];
  static int32_t fields[100][FIELD_COUNT];
  struct press *press = NULL;
  rd_kafka_resp_err_t error;
  require(press_open(rd_kafka_name(producer), &press) == TAP_OK && press_topic(press, TOPIC) == 0, "press at the end");
  describe_messages(bytes, fields, 0, 100);
  require(press_produce(press, (const uint8_t *)bytes, sizeof bytes, fields[0], 0, 100, &error) == 100, "the last");
  rd_kafka_destroy(producer);
  require(press_produce(press, (const uint8_t *)bytes, sizeof bytes, fields[0], 0, 1, &error) == 0 &&
              error == RD_KAFKA_RESP_ERR__DESTROY,
          "nothing after the destruction");
  press_free(press);
}

static rd_kafka_topic_partition_list_t *from_start(void) {
  rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(PARTITIONS);
  for (int p = 0; p < PARTITIONS; p++) rd_kafka_topic_partition_list_add(list, TOPIC, p)->offset = 0;
  return list;
}

static void assign(rd_kafka_t *consumer) {
  rd_kafka_topic_partition_list_t *list = from_start();
  require(rd_kafka_assign(consumer, list) == RD_KAFKA_RESP_ERR_NO_ERROR, "assign");
  rd_kafka_topic_partition_list_destroy(list);
}

/** Back to the start. Not by assigning again: librdkafka 2.12 aborts when that overtakes itself (its issue 5573). */
static void rewind_all(rd_kafka_t *consumer) {
  rd_kafka_topic_partition_list_t *list = from_start();
  rd_kafka_error_t *error = rd_kafka_seek_partitions(consumer, list, 10000);
  require(error == NULL, "seek");
  rd_kafka_topic_partition_list_destroy(list);
}

static void count_wake(void *opaque) { atomic_fetch_add((atomic_int *)opaque, 1); }

/** What has been seen of the topic, and the buffers that take it. */
struct reading {
  int next[PARTITIONS];
  int seen;
  int ends;
  uint8_t bytes[4096], keys[512], headers[1024], flags[100];
  uint32_t ends_of[3][100];
  int32_t toppar[100];
  double offsets[100], times[100];
};

static void check_batch(struct reading *reading, const struct tap *tap, const struct packed *batch) {
  for (uint32_t row = 0; row < batch->count; row++) {
    const struct toppar *toppar = &tap->toppars[batch->toppar[row]];
    int *next = &reading->next[toppar->partition];
    require((int)batch->offset[row] == *next, "the next offset");
    uint32_t start = row == 0 ? 0 : batch->payload.ends[row - 1];
    require(atoi((const char *)batch->payload.bytes + start) == number_at(toppar->partition, *next), "the value");
    (*next)++;
    reading->seen++;
  }
  for (size_t i = 0; i < tap->event_count; i++)
    if (tap->events[i].code == RD_KAFKA_RESP_ERR__PARTITION_EOF) reading->ends++;
}

static void take(struct reading *reading, struct tap *tap, size_t bytes) {
  struct packed batch = {
      .payload = {reading->bytes, bytes, reading->ends_of[0], 0},
      .key = {reading->keys, sizeof reading->keys, reading->ends_of[1], 0},
      .headers = {reading->headers, sizeof reading->headers, reading->ends_of[2], 0},
      .flags = reading->flags,
      .toppar = reading->toppar,
      .offset = reading->offsets,
      .timestamp = reading->times,
      .max = 100,
  };
  tap_take(tap, &batch);
  check_batch(reading, tap, &batch);
}

/** Reads all with small buffers. */
static void read_all(rd_kafka_t *consumer) {
  struct reading *reading = calloc(1, sizeof *reading);
  struct tap *tap = NULL;
  atomic_int wakes;
  atomic_init(&wakes, 0);
  require(tap_open("nobody", &tap) == TAP_NO_CLIENT, "no such client");
  require(tap_open(rd_kafka_name(consumer), &tap) == TAP_OK, "open");
  tap_on_readable(tap, count_wake, &wakes);
  assign(consumer);
  for (int rounds = 0; reading->seen < MESSAGES || reading->ends < PARTITIONS; rounds++) {
    take(reading, tap, rounds % 3 == 0 ? 64 : sizeof reading->bytes);
    tap->generation = rounds;
    if (atomic_exchange(&wakes, 0) == 0) usleep(1000);
  }
  tap_close(tap);
  tap_free(tap);
  free(reading);
}

/** Resident memory in KiB. */
static long resident(void) {
  long total = 0, pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  require(file != NULL && fscanf(file, "%ld %ld", &total, &pages) == 2, "/proc/self/statm");
  fclose(file);
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/** One opening: new buffers, a take of a few messages, which may stay held for want of room, and the end of all. */
static uint32_t open_take_close(rd_kafka_t *consumer, uint32_t max, atomic_int *wakes) {
  struct tap *tap = NULL;
  require(tap_open(rd_kafka_name(consumer), &tap) == TAP_OK, "open again");
  tap_on_readable(tap, count_wake, wakes);
  struct reading *buffers = malloc(sizeof *buffers);
  struct packed batch = {.payload = {buffers->bytes, 10, buffers->ends_of[0], 0},
                         .flags = buffers->flags,
                         .toppar = buffers->toppar,
                         .offset = buffers->offsets,
                         .timestamp = buffers->times,
                         .max = max};
  tap_take(tap, &batch);
  uint32_t came = batch.count + (uint32_t)(tap->held_to - tap->held_from);
  free(buffers);
  tap_free(tap);
  return came;
}

/** Opens and closes taps, `openings` times, some of them with messages held; memory stays what it is. */
static void open_and_close(rd_kafka_t *consumer, int openings) {
  enum { GROWTH_MAX = 8 * 1024, PATIENCE = 100 };
  atomic_int wakes;
  atomic_init(&wakes, 0);
  long came = 0, settled = 0;
  for (int cycle = 0, empty = 0; cycle < openings; cycle++) {
    if (empty == PATIENCE || (cycle < 300 && cycle % 10 == 0)) {
      rewind_all(consumer);
      empty = 0;
    }
    uint32_t count = open_take_close(consumer, cycle % 100 == 0 ? 100 : 1 + (uint32_t)cycle % 3, &wakes);
    came += count;
    empty = count > 0 ? 0 : empty + 1;
    if (count == 0) usleep(200);
    if (cycle == openings / 4) settled = resident();
  }
  const long growth = resident() - settled;
  printf("%d openings took %ld messages; memory grew by %ld KiB in the last three quarters\n", openings, came, growth);
  require(openings < 1000 || came > openings / 2, "most openings take messages");
  require(openings < 100000 || growth < GROWTH_MAX, "memory does not grow with the openings");
}

/** Trials of settings that make a client, and of some that make none, each kind of refusal at its own depth. */
static void try_settings(void) {
  static const struct {
    const char *texts[6];
    const char *says; /* NULL: a client is made */
  } trials[] = {
      {{"client.id", "trial", "group.id", "trial", "no.such.setting", "x"}, NULL},
      {{"enable.idempotence", "true", "linger.ms", "5", "client.id", "trial"}, NULL},
      {{"security.protocol", "sasl_plaintext", "sasl.mechanism", "PLAIN", "sasl.username", "me"}, "must be set"},
      {{"security.protocol", "ssl", "ssl.key.pem", "none", "client.id", "trial"}, "ssl.key.pem"},
      {{"partition.assignment.strategy", "fair", "client.id", "trial", "group.id", "trial"}, "fair"},
  };
  for (int round = 0; round < 20; round++)
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
      char error[512] = "";
      const rd_kafka_type_t type = round % 2 == 0 ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER;
      const bool made = trial_client(type, trials[i].texts, 3, error, sizeof error);
      require(made == (trials[i].says == NULL), "which trials are refused");
      require(made || strstr(error, trials[i].says) != NULL, "why they are");
    }
}

/** cycles [OPENINGS] */
int main(int argument_count, char **arguments) {
  rd_kafka_t *producer = make_client(
      RD_KAFKA_PRODUCER, (const char *const[]){"test.mock.num.brokers", "1", "message.max.bytes", "2000", NULL});
  rd_kafka_mock_cluster_t *cluster = rd_kafka_handle_mock_cluster(producer);
  require(rd_kafka_mock_topic_create(cluster, TOPIC, PARTITIONS, 1) == RD_KAFKA_RESP_ERR_NO_ERROR, "topic");
  require(rd_kafka_mock_topic_create(cluster, SPARE_TOPIC, 1, 1) == RD_KAFKA_RESP_ERR_NO_ERROR, "spare topic");
  produce(producer);
  refuse_in_a_run(producer);
  rd_kafka_t *consumer = make_client(
      RD_KAFKA_CONSUMER,
      (const char *const[]){"bootstrap.servers", rd_kafka_mock_cluster_bootstraps(cluster), "group.id", "cycles",
                            "auto.offset.reset", "earliest", "enable.partition.eof", "true", "fetch.wait.max.ms", "10",
                            "enable.auto.commit", "false", NULL});
  rd_kafka_poll_set_consumer(consumer);
  read_all(consumer);
  open_and_close(consumer, argument_count > 1 ? atoi(arguments[1]) : 300);
  /* The wrong order on purpose: the client is destroyed under an open tap that holds messages. */
  struct tap *tap = NULL;
  require(tap_open(rd_kafka_name(consumer), &tap) == TAP_OK, "open at the end");
  rewind_all(consumer);
  uint8_t bytes[4], flags[9];
  uint32_t ends[9];
  int32_t toppar[9];
  double offset[9], time[9];
  while (tap->held_from == tap->held_to) {
    struct packed batch = {.payload = {bytes, sizeof bytes, ends, 0}, .flags = flags, .toppar = toppar,
                           .offset = offset, .timestamp = time, .max = 9};
    tap_take(tap, &batch);
    require(batch.count <= 3, "no more than fit");
  }
  rd_kafka_consumer_close(consumer);
  rd_kafka_destroy(consumer);
  require(tap->queue == NULL, "closed by the destruction");
  tap_free(tap);
  destroy_under_press(producer);
  try_settings();
  puts("ok");
  return 0;
}
