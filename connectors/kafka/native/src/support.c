/** Argument reading, versions, and the mock cluster behind a client (`test.mock.num.brokers`). */
#include <stdio.h>

#include "addon.h"
#include "rdkafka_mock.h"

napi_value fail(napi_env env, const char *message) {
  napi_throw_error(env, NULL, message);
  return NULL;
}

bool read_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *arguments) {
  size_t given = count;
  if (napi_get_cb_info(env, info, &given, arguments, NULL, NULL) == napi_ok) return true;
  fail(env, "the arguments could not be read");
  return false;
}

bool read_text(napi_env env, napi_value value, char *text, size_t size) {
  size_t length;
  if (napi_get_value_string_utf8(env, value, NULL, 0, &length) == napi_ok && length < size &&
      napi_get_value_string_utf8(env, value, text, size, &length) == napi_ok)
    return true;
  fail(env, "not a string, or too long");
  return false;
}

bool read_array(napi_env env, napi_value value, napi_typedarray_type kind, void **data, size_t *length) {
  napi_typedarray_type type;
  bool is_array;
  return napi_is_typedarray(env, value, &is_array) == napi_ok && is_array &&
         napi_get_typedarray_info(env, value, &type, length, data, NULL, NULL) == napi_ok && type == kind;
}

bool is_undefined(napi_env env, napi_value value) {
  napi_valuetype type;
  return napi_typeof(env, value, &type) == napi_ok && type == napi_undefined;
}

/** [the librdkafka that this was built for, the one that is loaded]. */
napi_value versions(napi_env env, napi_callback_info info) {
  (void)info;
  const int32_t numbers[] = {RD_KAFKA_VERSION, rd_kafka_version()};
  napi_value list, value;
  if (napi_create_array_with_length(env, 2, &list) != napi_ok) return NULL;
  for (uint32_t i = 0; i < 2; i++)
    if (napi_create_int32(env, numbers[i], &value) != napi_ok || napi_set_element(env, list, i, value) != napi_ok)
      return NULL;
  return list;
}

/**
 * The mock cluster of a client, which is locked and counted: client_done() gives it back. NULL: an exception is
 * pending and there is nothing to give back.
 */
static rd_kafka_mock_cluster_t *mock_of(napi_env env, napi_value name, struct client **out) {
  char text[512];
  if (!read_text(env, name, text, sizeof text)) return NULL;
  struct client *client = client_find(text);
  if (client == NULL) {
    fail(env, "no such client");
    return NULL;
  }
  pthread_mutex_lock(&client->lock);
  rd_kafka_mock_cluster_t *cluster = client->handle == NULL ? NULL : rd_kafka_handle_mock_cluster(client->handle);
  if (cluster != NULL) {
    *out = client;
    return cluster;
  }
  pthread_mutex_unlock(&client->lock);
  client_release(client);
  fail(env, "the client has no mock cluster");
  return NULL;
}

static void client_done(struct client *client) {
  pthread_mutex_unlock(&client->lock);
  client_release(client);
}

napi_value mock_topic_create(napi_env env, napi_callback_info info) {
  napi_value arguments[4];
  char topic[256];
  int32_t partitions, replication;
  struct client *client;
  if (!read_arguments(env, info, 4, arguments) || !read_text(env, arguments[1], topic, sizeof topic)) return NULL;
  if (napi_get_value_int32(env, arguments[2], &partitions) != napi_ok ||
      napi_get_value_int32(env, arguments[3], &replication) != napi_ok || partitions < 1 || replication < 1)
    return fail(env, "partitions and replication must be positive numbers");
  rd_kafka_mock_cluster_t *cluster = mock_of(env, arguments[0], &client);
  if (cluster == NULL) return NULL;
  rd_kafka_resp_err_t error = rd_kafka_mock_topic_create(cluster, topic, partitions, replication);
  client_done(client);
  return error == RD_KAFKA_RESP_ERR_NO_ERROR ? NULL : fail(env, rd_kafka_err2str(error));
}

napi_value mock_bootstraps(napi_env env, napi_callback_info info) {
  napi_value arguments[1], result;
  struct client *client;
  if (!read_arguments(env, info, 1, arguments)) return NULL;
  rd_kafka_mock_cluster_t *cluster = mock_of(env, arguments[0], &client);
  if (cluster == NULL) return NULL;
  napi_status status =
      napi_create_string_utf8(env, rd_kafka_mock_cluster_bootstraps(cluster), NAPI_AUTO_LENGTH, &result);
  client_done(client);
  return status == napi_ok ? result : NULL;
}
