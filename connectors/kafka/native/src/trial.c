/** See trial.h. */
#include "trial.h"

bool trial_client(rd_kafka_type_t type, const char *const *settings, size_t count, char *error, size_t error_size) {
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  rd_kafka_conf_set_log_cb(conf, NULL);
  for (size_t i = 0; i < count; i++) rd_kafka_conf_set(conf, settings[2 * i], settings[2 * i + 1], NULL, 0);
  rd_kafka_t *client = rd_kafka_new(type, conf, error, error_size);
  if (client == NULL) {
    rd_kafka_conf_destroy(conf);
    return false;
  }
  rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  return true;
}
