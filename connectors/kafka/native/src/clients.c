/**
 * The registry of clients, kept by librdkafka itself: as a plugin we are called for each configuration that names us
 * (`conf_init`), for each copy of it, and for each client made from it.
 */
#include <stdlib.h>
#include <string.h>

#include "press.h"
#include "towpath-kafka.h"

#define PLUGIN_NAME "towpath"

static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static struct client *registry;

struct client *client_find(const char *name) {
  pthread_mutex_lock(&registry_lock);
  struct client *client = registry;
  /* Asked each time: at on_new librdkafka has not named the client yet. A listed client is not destroyed (on_destroy
     unlists it first), so its handle is good here. */
  while (client != NULL && strcmp(rd_kafka_name(client->handle), name) != 0) client = client->next;
  if (client != NULL) atomic_fetch_add(&client->references, 1);
  pthread_mutex_unlock(&registry_lock);
  return client;
}

void client_release(struct client *client) {
  if (atomic_fetch_sub(&client->references, 1) > 1) return;
  pthread_mutex_destroy(&client->lock);
  pthread_mutex_destroy(&client->report_lock);
  free(client);
}

void client_drop_topics_locked(struct client *client) {
  for (uint32_t i = 0; i < client->topic_count; i++)
    if (client->topics[i] != NULL) rd_kafka_topic_destroy(client->topics[i]);
  free(client->topics);
  client->topics = NULL;
  client->topic_count = 0;
}

static void registry_remove(struct client *client) {
  pthread_mutex_lock(&registry_lock);
  struct client **at = &registry;
  while (*at != NULL && *at != client) at = &(*at)->next;
  if (*at != NULL) *at = client->next;
  pthread_mutex_unlock(&registry_lock);
}

/**
 * librdkafka destroys the client: its group is left and its threads are about to end. A tap that is still open must
 * let go of messages and queue now, because both point into the client.
 */
static rd_kafka_resp_err_t on_destroy(rd_kafka_t *handle, void *opaque) {
  (void)handle;
  struct client *client = opaque;
  registry_remove(client);
  pthread_mutex_lock(&client->lock);
  if (client->tap != NULL) tap_close_locked(client->tap);
  client_drop_topics_locked(client);
  client->handle = NULL;
  pthread_mutex_unlock(&client->lock);
  client_release(client);
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_resp_err_t on_new(rd_kafka_t *handle, const rd_kafka_conf_t *conf, void *opaque, char *errstr,
                                  size_t errstr_size) {
  (void)conf;
  (void)opaque;
  (void)errstr;
  (void)errstr_size;
  struct client *client = calloc(1, sizeof *client);
  if (client == NULL) return RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE;
  client->handle = handle;
  atomic_init(&client->references, 1);
  if (pthread_mutex_init(&client->lock, NULL) != 0) {
    free(client);
    return RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE;
  }
  if (pthread_mutex_init(&client->report_lock, NULL) != 0) {
    pthread_mutex_destroy(&client->lock);
    free(client);
    return RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE;
  }
  rd_kafka_resp_err_t error = rd_kafka_interceptor_add_on_destroy(handle, PLUGIN_NAME, on_destroy, client);
  /* Without it the client is none that a press can be attached to; what it lives for goes on. */
  client->reports = error == RD_KAFKA_RESP_ERR_NO_ERROR && rd_kafka_type(handle) == RD_KAFKA_PRODUCER &&
                    rd_kafka_interceptor_add_on_acknowledgement(handle, PLUGIN_NAME, press_acknowledged, client) ==
                        RD_KAFKA_RESP_ERR_NO_ERROR;
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    client_release(client);
    return error;
  }
  pthread_mutex_lock(&registry_lock);
  client->next = registry;
  registry = client;
  pthread_mutex_unlock(&registry_lock);
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_resp_err_t on_conf_dup(rd_kafka_conf_t *copy, const rd_kafka_conf_t *from, size_t filter_count,
                                       const char **filter, void *opaque) {
  (void)from;
  (void)filter_count;
  (void)filter;
  (void)opaque;
  /* Copying `plugin.library.paths` may have run conf_init for the copy already: a conflict then means "is there". */
  rd_kafka_resp_err_t error = rd_kafka_conf_interceptor_add_on_new(copy, PLUGIN_NAME, on_new, NULL);
  return error == RD_KAFKA_RESP_ERR__CONFLICT ? RD_KAFKA_RESP_ERR_NO_ERROR : error;
}

/** librdkafka's entry into a plugin; its name is fixed by librdkafka. */
__attribute__((visibility("default"))) rd_kafka_resp_err_t conf_init(rd_kafka_conf_t *conf, void **opaque,
                                                                     char *errstr, size_t errstr_size);

rd_kafka_resp_err_t conf_init(rd_kafka_conf_t *conf, void **opaque, char *errstr, size_t errstr_size) {
  (void)errstr;
  (void)errstr_size;
  *opaque = NULL;
  rd_kafka_resp_err_t error = rd_kafka_conf_interceptor_add_on_conf_dup(conf, PLUGIN_NAME, on_conf_dup, NULL);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR && error != RD_KAFKA_RESP_ERR__CONFLICT) return error;
  error = rd_kafka_conf_interceptor_add_on_new(conf, PLUGIN_NAME, on_new, NULL);
  return error == RD_KAFKA_RESP_ERR__CONFLICT ? RD_KAFKA_RESP_ERR_NO_ERROR : error;
}
