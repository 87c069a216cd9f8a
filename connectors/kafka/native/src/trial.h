/**
 * A client made for trial, from the settings of one that will be made with this plugin.
 *
 * Where rd_kafka_new() of librdkafka 2.12 (rdkafka.c, its label `fail`) refuses settings after it has called the on_new
 * interceptors, a configuration with interceptors is freed twice: rk_conf is a struct copy of the application's
 * configuration, rd_kafka_interceptors_destroy() (rdkafka_interceptor.c) frees the lists of the copy, and the
 * rd_kafka_conf_destroy() that the caller still owes frees the same lists again, which ends the process. A key that cannot
 * be read is enough, or a missing password. Without a plugin there are no interceptors, and such settings are refused in
 * order: so they are tried without first (connectors/kafka/try-settings.ts).
 */
#ifndef TOWPATH_TRIAL_H
#define TOWPATH_TRIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "rdkafka.h"

/**
 * Makes a client of `count` settings, a name and a value each, and destroys it at once. True when it could be made; else
 * `error` says why not, in librdkafka's words. Settings that rd_kafka_conf_set() does not take are left out: refusing
 * those is safe, and left to the real client. Nothing is logged. Any thread; may take as long as loading certificates.
 */
bool trial_client(rd_kafka_type_t type, const char *const *settings, size_t count, char *error, size_t error_size);

#endif
