/** Node-API glue: a trial client as a promise, made on a thread of libuv's pool. */
#include <stdlib.h>
#include <string.h>

#include "addon.h"
#include "trial.h"

/** Owned by its work, from `try_client` to `settle`. */
struct trial {
  napi_async_work work;
  napi_deferred deferred;
  rd_kafka_type_t type;
  char **texts; /* name, value, name, value, … */
  size_t text_count;
  bool made;
  char error[512];
};

/** The texts hold secrets. */
static void free_trial(struct trial *trial) {
  for (size_t i = 0; i < trial->text_count; i++) {
    if (trial->texts[i] == NULL) continue;
    explicit_bzero(trial->texts[i], strlen(trial->texts[i]));
    free(trial->texts[i]);
  }
  free(trial->texts);
  free(trial);
}

static void run_trial(napi_env env, void *data) {
  (void)env;
  struct trial *trial = data;
  trial->made = trial_client(trial->type, (const char *const *)trial->texts, trial->text_count / 2, trial->error,
                             sizeof trial->error);
}

static void settle(napi_env env, napi_status status, void *data) {
  struct trial *trial = data;
  napi_value result;
  /* Cancelled: the environment is ending, and nobody waits. */
  if (status == napi_ok && (trial->made ? napi_get_null(env, &result)
                                        : napi_create_string_utf8(env, trial->error, NAPI_AUTO_LENGTH, &result)) == napi_ok)
    napi_resolve_deferred(env, trial->deferred, result);
  napi_delete_async_work(env, trial->work);
  free_trial(trial);
}

static char *copy_text(napi_env env, napi_value value) {
  size_t length;
  if (napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok) return NULL;
  char *text = malloc(length + 1);
  if (text != NULL && napi_get_value_string_utf8(env, value, text, length + 1, &length) == napi_ok) return text;
  free(text);
  return NULL;
}

static bool read_texts(napi_env env, napi_value list, struct trial *trial) {
  uint32_t length;
  napi_value value;
  if (napi_get_array_length(env, list, &length) != napi_ok || length % 2 != 0) return false;
  trial->texts = calloc(length + 1, sizeof *trial->texts);
  if (trial->texts == NULL) return false;
  trial->text_count = length;
  for (uint32_t i = 0; i < length; i++)
    if (napi_get_element(env, list, i, &value) != napi_ok || (trial->texts[i] = copy_text(env, value)) == NULL)
      return false;
  return true;
}

/** (whether a producer, [name, value, …]) → a promise of null, or of the reason why librdkafka makes no such client. */
napi_value try_client(napi_env env, napi_callback_info info) {
  napi_value arguments[2], name, promise;
  bool is_producer;
  if (!read_arguments(env, info, 2, arguments)) return NULL;
  struct trial *trial = calloc(1, sizeof *trial);
  if (trial == NULL) return fail(env, "out of memory");
  if (napi_get_value_bool(env, arguments[0], &is_producer) != napi_ok || !read_texts(env, arguments[1], trial)) {
    free_trial(trial);
    return fail(env, "not names and values of settings");
  }
  trial->type = is_producer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER;
  if (napi_create_string_utf8(env, "towpath.trial", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_async_work(env, NULL, name, run_trial, settle, trial, &trial->work) != napi_ok) {
    free_trial(trial);
    return fail(env, "no work could be made");
  }
  if (napi_create_promise(env, &trial->deferred, &promise) == napi_ok &&
      napi_queue_async_work(env, trial->work) == napi_ok)
    return promise;
  napi_delete_async_work(env, trial->work);
  free_trial(trial);
  return fail(env, "no work could be queued");
}
