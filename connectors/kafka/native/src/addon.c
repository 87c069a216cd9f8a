/** Node-API glue: JavaScript's view of a tap. Context-aware: no state but the client registry, so it loads in workers. */
#include <stdlib.h>
#include <string.h>

#include <node_api.h>

#include "addon.h"

#define MAX_NAME 512

/** Wakes JavaScript. Owned by its thread-safe function (freed in the finalizer), so it outlives queued calls. */
struct waker {
  napi_threadsafe_function call;
  atomic_bool live; /* false after detach: queued calls do nothing */
};

/** What JavaScript holds, as an external. Freed when it is collected or its environment ends. */
struct reader {
  napi_env env;
  struct tap *tap;
  struct waker *waker;
};

static void wake(void *opaque) {
  struct waker *waker = opaque;
  /* napi_closing means that the environment is ending: the function must not be touched again. */
  if (!atomic_load(&waker->live)) return;
  if (napi_call_threadsafe_function(waker->call, NULL, napi_tsfn_nonblocking) == napi_closing)
    atomic_store(&waker->live, false);
}

static void call_javascript(napi_env env, napi_value callback, void *context, void *data) {
  (void)data;
  struct waker *waker = context;
  if (env == NULL || callback == NULL || !atomic_load(&waker->live)) return;
  napi_value undefined;
  if (napi_get_undefined(env, &undefined) != napi_ok) return;
  /* What the callback throws stays pending, and Node reports it as an uncaught exception. */
  napi_call_function(env, undefined, callback, 0, NULL, NULL);
}

static void free_waker(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  free(data);
}

/** Ends wake-ups: first librdkafka's calls, then the function itself. The hook runs before Node closes the function. */
static void stop_waker(void *data) {
  struct reader *reader = data;
  struct waker *waker = reader->waker;
  if (waker == NULL) return;
  tap_on_readable(reader->tap, NULL, NULL);
  reader->waker = NULL;
  napi_remove_env_cleanup_hook(reader->env, stop_waker, reader);
  if (atomic_exchange(&waker->live, false)) napi_release_threadsafe_function(waker->call, napi_tsfn_abort);
}

static void free_reader(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  struct reader *reader = data;
  stop_waker(reader);
  tap_free(reader->tap);
  free(reader);
}

static napi_value attach(napi_env env, napi_callback_info info) {
  static const char *const reasons[] = {
      [TAP_NO_CLIENT] = "no such client",
      [TAP_NOT_CONSUMER] = "the client is not a consumer of a group",
      [TAP_TAKEN] = "the client already has a reader",
      [TAP_NO_MEMORY] = "out of memory",
  };
  napi_value arguments[1], result;
  char name[MAX_NAME];
  if (!read_arguments(env, info, 1, arguments) || !read_text(env, arguments[0], name, sizeof name)) return NULL;
  struct tap *tap = NULL;
  enum tap_result opened = tap_open(name, &tap);
  if (opened == TAP_NO_CLIENT) {
    napi_get_null(env, &result);
    return result;
  }
  if (opened != TAP_OK) return fail(env, reasons[opened]);
  struct reader *reader = calloc(1, sizeof *reader);
  if (reader == NULL) {
    tap_free(tap);
    return fail(env, reasons[TAP_NO_MEMORY]);
  }
  *reader = (struct reader){.env = env, .tap = tap};
  if (napi_create_external(env, reader, free_reader, NULL, &result) == napi_ok) return result;
  free_reader(env, reader, NULL);
  return fail(env, "no external could be made");
}

static struct reader *reader_of(napi_env env, napi_value value) {
  void *reader = NULL;
  if (napi_get_value_external(env, value, &reader) != napi_ok) fail(env, "not a reader");
  return reader;
}

static napi_value detach(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  struct reader *reader;
  if (!read_arguments(env, info, 1, arguments) || (reader = reader_of(env, arguments[0])) == NULL) return NULL;
  stop_waker(reader);
  tap_close(reader->tap);
  return NULL;
}

static napi_value set_generation(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  struct reader *reader;
  if (!read_arguments(env, info, 2, arguments) || (reader = reader_of(env, arguments[0])) == NULL) return NULL;
  if (napi_get_value_double(env, arguments[1], &reader->tap->generation) != napi_ok) return fail(env, "not a number");
  return NULL;
}

static napi_value on_readable(napi_env env, napi_callback_info info) {
  napi_value arguments[2], name;
  struct reader *reader;
  if (!read_arguments(env, info, 2, arguments) || (reader = reader_of(env, arguments[0])) == NULL) return NULL;
  stop_waker(reader);
  struct waker *waker = calloc(1, sizeof *waker);
  if (waker == NULL) return fail(env, "out of memory");
  atomic_init(&waker->live, true);
  if (napi_create_string_utf8(env, "towpath.readable", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_threadsafe_function(env, arguments[1], NULL, name, 0, 1, waker, free_waker, waker, call_javascript,
                                      &waker->call) != napi_ok) {
    free(waker);
    return fail(env, "no wake-up could be made; the callback must be a function");
  }
  /* A waiting reader must not keep a process alive that has nothing else to do. */
  napi_unref_threadsafe_function(env, waker->call);
  reader->waker = waker;
  napi_add_env_cleanup_hook(env, stop_waker, reader);
  tap_on_readable(reader->tap, wake, waker);
  return NULL;
}

/** The arguments of take(), in order; keys and headers are undefined where they are not wanted. */
enum { READER, MAX, BYTES, ENDS, FLAGS, TOPPAR, OFFSETS, TIMES, INFO, KEYS, KEY_ENDS, HEADERS, HEADER_ENDS, TAKE_ARGS };

static bool read_packed(napi_env env, napi_value *arguments, struct packed *out) {
  size_t rows;
  size_t limit;
  if (napi_get_value_uint32(env, arguments[MAX], &out->max) != napi_ok) return false;
  if (!read_array(env, arguments[BYTES], napi_uint8_array, (void **)&out->payload.bytes, &out->payload.capacity) ||
      !read_array(env, arguments[ENDS], napi_uint32_array, (void **)&out->payload.ends, &limit) ||
      !read_array(env, arguments[FLAGS], napi_uint8_array, (void **)&out->flags, &rows))
    return false;
  limit = rows < limit ? rows : limit;
  out->payload.capacity = out->payload.capacity > PAYLOAD_SLACK ? out->payload.capacity - PAYLOAD_SLACK : 0;
  if (!read_array(env, arguments[TOPPAR], napi_int32_array, (void **)&out->toppar, &rows)) return false;
  limit = rows < limit ? rows : limit;
  if (!read_array(env, arguments[OFFSETS], napi_float64_array, (void **)&out->offset, &rows)) return false;
  limit = rows < limit ? rows : limit;
  if (!read_array(env, arguments[TIMES], napi_float64_array, (void **)&out->timestamp, &rows)) return false;
  limit = rows < limit ? rows : limit;
  struct part *parts[] = {&out->key, &out->headers};
  for (int i = 0; i < 2; i++) {
    napi_value bytes = arguments[KEYS + 2 * i];
    if (is_undefined(env, bytes)) continue;
    if (!read_array(env, bytes, napi_uint8_array, (void **)&parts[i]->bytes, &parts[i]->capacity) ||
        !read_array(env, arguments[KEY_ENDS + 2 * i], napi_uint32_array, (void **)&parts[i]->ends, &rows))
      return false;
    limit = rows < limit ? rows : limit;
  }
  if (out->max > limit) out->max = (uint32_t)limit;
  return true;
}

/** Fills the caller's buffers; the figures of the batch go to `info` (indices: see index.ts). Returns the messages. */
static napi_value take(napi_env env, napi_callback_info info) {
  napi_value arguments[TAKE_ARGS], result;
  struct reader *reader;
  struct packed out = {0};
  double *figures;
  size_t figure_count;
  if (!read_arguments(env, info, TAKE_ARGS, arguments) || (reader = reader_of(env, arguments[READER])) == NULL)
    return NULL;
  if (!read_packed(env, arguments, &out) ||
      !read_array(env, arguments[INFO], napi_float64_array, (void **)&figures, &figure_count) || figure_count < 10)
    return fail(env, "take() was given buffers of the wrong kind");
  struct tap *tap = reader->tap;
  figures[0] = tap_take(tap, &out);
  figures[1] = (double)out.payload.used;
  figures[2] = (double)out.key.used;
  figures[3] = (double)out.headers.used;
  figures[4] = (double)out.payload_needed;
  figures[5] = (double)out.key_needed;
  figures[6] = (double)out.headers_needed;
  figures[7] = (double)tap->event_count;
  figures[8] = (double)tap->toppar_count;
  figures[9] = tap->held_to > tap->held_from ? 1 : 0;
  return napi_create_uint32(env, out.count, &result) == napi_ok ? result : NULL;
}

/** The events of the last take, as [before message, code, toppar, offset, text]. */
static napi_value events(napi_env env, napi_callback_info info) {
  napi_value arguments[1], list;
  struct reader *reader;
  if (!read_arguments(env, info, 1, arguments) || (reader = reader_of(env, arguments[0])) == NULL) return NULL;
  const struct tap *tap = reader->tap;
  if (napi_create_array_with_length(env, tap->event_count, &list) != napi_ok) return NULL;
  for (size_t i = 0; i < tap->event_count; i++) {
    const struct event *event = &tap->events[i];
    const double numbers[] = {event->at, event->code, event->toppar, event->offset};
    napi_value entry, value;
    if (napi_create_array_with_length(env, 5, &entry) != napi_ok) return NULL;
    for (uint32_t n = 0; n < 4; n++)
      if (napi_create_double(env, numbers[n], &value) != napi_ok || napi_set_element(env, entry, n, value) != napi_ok)
        return NULL;
    if (napi_create_string_utf8(env, event->text, NAPI_AUTO_LENGTH, &value) != napi_ok ||
        napi_set_element(env, entry, 4, value) != napi_ok || napi_set_element(env, list, (uint32_t)i, entry) != napi_ok)
      return NULL;
  }
  return list;
}

/** The partitions met so far from index `from` on, as [topic, partition]. */
static napi_value toppars(napi_env env, napi_callback_info info) {
  napi_value arguments[2], list;
  struct reader *reader;
  uint32_t from;
  if (!read_arguments(env, info, 2, arguments) || (reader = reader_of(env, arguments[0])) == NULL) return NULL;
  if (napi_get_value_uint32(env, arguments[1], &from) != napi_ok) return fail(env, "not an index");
  if (napi_create_array(env, &list) != napi_ok) return NULL;
  for (size_t i = from; i < reader->tap->toppar_count; i++) {
    const struct toppar *toppar = &reader->tap->toppars[i];
    napi_value entry, topic, partition;
    if (napi_create_array_with_length(env, 2, &entry) != napi_ok ||
        napi_create_string_utf8(env, toppar->topic, NAPI_AUTO_LENGTH, &topic) != napi_ok ||
        napi_create_int32(env, toppar->partition, &partition) != napi_ok ||
        napi_set_element(env, entry, 0, topic) != napi_ok || napi_set_element(env, entry, 1, partition) != napi_ok ||
        napi_set_element(env, list, (uint32_t)i - from, entry) != napi_ok)
      return NULL;
  }
  return list;
}

NAPI_MODULE_INIT() {
  const napi_property_descriptor functions[] = {
      {"attach", NULL, attach, NULL, NULL, NULL, napi_enumerable, NULL},
      {"detach", NULL, detach, NULL, NULL, NULL, napi_enumerable, NULL},
      {"setGeneration", NULL, set_generation, NULL, NULL, NULL, napi_enumerable, NULL},
      {"onReadable", NULL, on_readable, NULL, NULL, NULL, napi_enumerable, NULL},
      {"take", NULL, take, NULL, NULL, NULL, napi_enumerable, NULL},
      {"events", NULL, events, NULL, NULL, NULL, napi_enumerable, NULL},
      {"toppars", NULL, toppars, NULL, NULL, NULL, napi_enumerable, NULL},
      {"versions", NULL, versions, NULL, NULL, NULL, napi_enumerable, NULL},
      {"mockTopicCreate", NULL, mock_topic_create, NULL, NULL, NULL, napi_enumerable, NULL},
      {"mockBootstraps", NULL, mock_bootstraps, NULL, NULL, NULL, napi_enumerable, NULL},
      {"pressAttach", NULL, press_attach, NULL, NULL, NULL, napi_enumerable, NULL},
      {"pressDetach", NULL, press_detach, NULL, NULL, NULL, napi_enumerable, NULL},
      {"pressTopic", NULL, press_add_topic, NULL, NULL, NULL, napi_enumerable, NULL},
      {"pressSingle", NULL, press_set_single, NULL, NULL, NULL, napi_enumerable, NULL},
      {"pressSend", NULL, press_send, NULL, NULL, NULL, napi_enumerable, NULL},
      {"pressReports", NULL, press_reports, NULL, NULL, NULL, napi_enumerable, NULL},
      {"pressFailure", NULL, press_failure, NULL, NULL, NULL, napi_enumerable, NULL},
      {"tryClient", NULL, try_client, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  napi_define_properties(env, exports, sizeof functions / sizeof *functions, functions);
  return exports;
}
