/** What the parts of the Node-API side share. */
#ifndef TOWPATH_ADDON_H
#define TOWPATH_ADDON_H

#include <node_api.h>

#include "towpath-kafka.h"

/** Throws an Error and returns NULL, for `return fail(…)`. */
napi_value fail(napi_env env, const char *message);

/** Reads exactly `count` arguments (missing ones are undefined). False: an exception is pending. */
bool read_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *arguments);

/** Reads a string that must fit. False: an exception is pending. */
bool read_text(napi_env env, napi_value value, char *text, size_t size);

/** Reads a typed array of one kind; the memory is JavaScript's and good for this call. Throws nothing. */
bool read_array(napi_env env, napi_value value, napi_typedarray_type kind, void **data, size_t *length);

bool is_undefined(napi_env env, napi_value value);

napi_value versions(napi_env env, napi_callback_info info);
napi_value mock_topic_create(napi_env env, napi_callback_info info);
napi_value mock_bootstraps(napi_env env, napi_callback_info info);

napi_value press_attach(napi_env env, napi_callback_info info);
napi_value press_detach(napi_env env, napi_callback_info info);
napi_value press_add_topic(napi_env env, napi_callback_info info);
napi_value press_set_single(napi_env env, napi_callback_info info);
napi_value press_send(napi_env env, napi_callback_info info);
napi_value press_reports(napi_env env, napi_callback_info info);
napi_value press_failure(napi_env env, napi_callback_info info);

napi_value try_client(napi_env env, napi_callback_info info);

#endif
