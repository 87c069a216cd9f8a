/** Node-API glue: JavaScript's view of a press. */
#include <stdlib.h>

#include "addon.h"
#include "press.h"

#define MAX_NAME 512

static void free_press(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  press_free(data);
}

static struct press *press_of(napi_env env, napi_value value) {
  void *press = NULL;
  if (napi_get_value_external(env, value, &press) != napi_ok) fail(env, "not a press");
  return press;
}

/** (client name) → handle, or null where no client of that name was made with the plugin. */
napi_value press_attach(napi_env env, napi_callback_info info) {
  napi_value arguments[1], result;
  char name[MAX_NAME];
  if (!read_arguments(env, info, 1, arguments) || !read_text(env, arguments[0], name, sizeof name)) return NULL;
  struct press *press = NULL;
  switch (press_open(name, &press)) {
    case TAP_OK:
      if (napi_create_external(env, press, free_press, NULL, &result) == napi_ok) return result;
      press_free(press);
      return fail(env, "no external could be made");
    case TAP_NO_CLIENT:
      napi_get_null(env, &result);
      return result;
    case TAP_TAKEN:
      return fail(env, "the client already has a writer");
    case TAP_NO_MEMORY:
      return fail(env, "out of memory");
    default:
      return fail(env, "the client is no producer that reports");
  }
}

/** (handle) */
napi_value press_detach(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  struct press *press;
  if (!read_arguments(env, info, 1, arguments) || (press = press_of(env, arguments[0])) == NULL) return NULL;
  press_close(press);
  return NULL;
}

/** (handle, name) → the topic's index. */
napi_value press_add_topic(napi_env env, napi_callback_info info) {
  napi_value arguments[2], result;
  char name[MAX_NAME];
  struct press *press;
  if (!read_arguments(env, info, 2, arguments) || (press = press_of(env, arguments[0])) == NULL ||
      !read_text(env, arguments[1], name, sizeof name))
    return NULL;
  int32_t index = press_topic(press, name);
  if (index < 0) return fail(env, "out of memory");
  return napi_create_int32(env, index, &result) == napi_ok ? result : NULL;
}

/** (handle, topic's index, whether it has but one partition) */
napi_value press_set_single(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  struct press *press;
  uint32_t topic;
  bool is_single;
  if (!read_arguments(env, info, 3, arguments) || (press = press_of(env, arguments[0])) == NULL) return NULL;
  if (napi_get_value_uint32(env, arguments[1], &topic) != napi_ok ||
      napi_get_value_bool(env, arguments[2], &is_single) != napi_ok)
    return fail(env, "not a topic, and whether it has one partition");
  press_single(press, topic, is_single);
  return NULL;
}

/** (handle, bytes, fields, from, to, error: Int32Array) → how many were taken; error[0] says why not more. */
napi_value press_send(napi_env env, napi_callback_info info) {
  napi_value arguments[6], result;
  struct press *press;
  uint8_t *bytes;
  int32_t *fields, *error;
  size_t size, field_count, error_count;
  uint32_t from, to;
  if (!read_arguments(env, info, 6, arguments) || (press = press_of(env, arguments[0])) == NULL) return NULL;
  if (!read_array(env, arguments[1], napi_uint8_array, (void **)&bytes, &size) ||
      !read_array(env, arguments[2], napi_int32_array, (void **)&fields, &field_count) ||
      napi_get_value_uint32(env, arguments[3], &from) != napi_ok ||
      napi_get_value_uint32(env, arguments[4], &to) != napi_ok ||
      !read_array(env, arguments[5], napi_int32_array, (void **)&error, &error_count) || error_count < 1 ||
      (size_t)to * FIELD_COUNT > field_count || from > to)
    return fail(env, "send() was given buffers of the wrong kind");
  rd_kafka_resp_err_t code;
  uint32_t taken = press_produce(press, bytes, size, fields, from, to, &code);
  error[0] = code;
  return napi_create_uint32(env, taken, &result) == napi_ok ? result : NULL;
}

/** (handle, out: Float64Array) → the number of reports, each [ticket, messages, bytes]; what does not fit waits. */
napi_value press_reports(napi_env env, napi_callback_info info) {
  napi_value arguments[2], result;
  struct press *press;
  double *out;
  size_t room;
  if (!read_arguments(env, info, 2, arguments) || (press = press_of(env, arguments[0])) == NULL) return NULL;
  if (!read_array(env, arguments[1], napi_float64_array, (void **)&out, &room))
    return fail(env, "reports() was given a buffer of the wrong kind");
  press_lock(press);
  size_t count = press->report_count < room / 3 ? press->report_count : room / 3;
  for (size_t i = 0; i < count; i++) {
    out[3 * i] = press->reports[i].ticket;
    out[3 * i + 1] = press->reports[i].count;
    out[3 * i + 2] = (double)press->reports[i].bytes;
  }
  press->report_count -= count;
  for (size_t i = 0; i < press->report_count; i++) press->reports[i] = press->reports[count + i];
  press_unlock(press);
  return napi_create_uint32(env, (uint32_t)count, &result) == napi_ok ? result : NULL;
}

/** (handle) → [code, text, topic index, partition, bytes] of the first failure, or null. */
napi_value press_failure(napi_env env, napi_callback_info info) {
  napi_value arguments[1], list, value;
  struct press *press;
  if (!read_arguments(env, info, 1, arguments) || (press = press_of(env, arguments[0])) == NULL) return NULL;
  press_lock(press);
  const bool failed = press->failed;
  const struct failure failure = press->failure;
  press_unlock(press);
  if (!failed) {
    napi_get_null(env, &list);
    return list;
  }
  const double numbers[] = {failure.code, 0, failure.topic, failure.partition, (double)failure.bytes};
  if (napi_create_array_with_length(env, 5, &list) != napi_ok) return NULL;
  for (uint32_t i = 0; i < 5; i++) {
    napi_status status = i == 1 ? napi_create_string_utf8(env, rd_kafka_err2str((rd_kafka_resp_err_t)failure.code),
                                                          NAPI_AUTO_LENGTH, &value)
                                : napi_create_double(env, numbers[i], &value);
    if (status != napi_ok || napi_set_element(env, list, i, value) != napi_ok) return NULL;
  }
  return list;
}
