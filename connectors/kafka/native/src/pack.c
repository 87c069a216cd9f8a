/** One message into JavaScript's buffers: payload, and key and headers where asked for, end to end. */
#include <string.h>

#include "towpath-kafka.h"

static bool fits(const struct part *part, size_t size) { return part->capacity - part->used >= size; }

static void append(struct part *part, const void *from, size_t size) {
  if (size > 0) memcpy(part->bytes + part->used, from, size);
  part->used += size;
}

static void append_u32(struct part *part, uint32_t value) {
  const uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16), (uint8_t)(value >> 24)};
  append(part, bytes, sizeof bytes);
}

/**
 * Headers as a message has them: u32 name length, name, u32 value length (0xffffffff: null), value, and the next;
 * numbers little-endian. With `out` NULL only the size is counted.
 */
static size_t write_headers(struct part *out, const rd_kafka_headers_t *headers) {
  size_t total = 0;
  const char *name;
  const void *value;
  size_t size;
  for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; i++) {
    size_t name_size = strlen(name);
    if (value == NULL) size = 0;
    total += 8 + name_size + size;
    if (out == NULL) continue;
    append_u32(out, (uint32_t)name_size);
    append(out, name, name_size);
    append_u32(out, value == NULL ? UINT32_MAX : (uint32_t)size);
    append(out, value, size);
  }
  return total;
}

bool pack_message(struct packed *out, const rd_kafka_message_t *message, int32_t toppar) {
  const uint32_t row = out->count;
  rd_kafka_headers_t *headers = NULL;
  size_t headers_size = 0;
  if (out->headers.bytes != NULL &&
      rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR)
    headers_size = write_headers(NULL, headers);
  size_t key_size = out->key.bytes != NULL && message->key != NULL ? message->key_len : 0;
  size_t size = message->payload != NULL ? message->len : 0;
  if (!fits(&out->payload, size) || !fits(&out->key, key_size) || !fits(&out->headers, headers_size)) {
    out->payload_needed = size;
    out->key_needed = key_size;
    out->headers_needed = headers_size;
    return false;
  }
  uint8_t flags = message->payload == NULL ? FLAG_NULL_PAYLOAD : 0;
  append(&out->payload, message->payload, size);
  out->payload.ends[row] = (uint32_t)out->payload.used;
  if (out->key.bytes != NULL) {
    if (message->key == NULL) flags |= FLAG_NULL_KEY;
    append(&out->key, message->key, key_size);
    out->key.ends[row] = (uint32_t)out->key.used;
  }
  if (out->headers.bytes != NULL) {
    if (headers != NULL) {
      flags |= FLAG_HEADERS;
      write_headers(&out->headers, headers);
    }
    out->headers.ends[row] = (uint32_t)out->headers.used;
  }
  rd_kafka_timestamp_type_t type;
  out->timestamp[row] = (double)rd_kafka_message_timestamp(message, &type);
  if (type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME) flags |= FLAG_LOG_APPEND_TIME;
  out->flags[row] = flags;
  out->toppar[row] = toppar;
  out->offset[row] = (double)message->offset;
  out->count++;
  return true;
}
