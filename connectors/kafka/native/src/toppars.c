/**
 * The table of (topic, partition) that a reader has met. Two levels: a small cache on the topic's handle, good for one
 * take (a handle may be freed and its address reused afterwards), and a hash table on the topic's name.
 */
#include <stdlib.h>
#include <string.h>

#include "towpath-kafka.h"

static size_t hash_toppar(const char *topic, int32_t partition) {
  uint64_t hash = 0xcbf29ce484222325u ^ (uint32_t)partition;
  for (; *topic != '\0'; topic++) hash = (hash ^ (uint8_t)*topic) * 0x100000001b3u;
  return (size_t)(hash ^ (hash >> 32));
}

/** Slot of a pair, or the empty slot where it belongs. */
static size_t find_slot(const struct tap *tap, const char *topic, int32_t partition) {
  size_t slot = hash_toppar(topic, partition) & tap->toppar_mask;
  for (; tap->toppar_slots[slot] != 0; slot = (slot + 1) & tap->toppar_mask) {
    const struct toppar *toppar = &tap->toppars[tap->toppar_slots[slot] - 1];
    if (toppar->partition == partition && strcmp(toppar->topic, topic) == 0) break;
  }
  return slot;
}

static bool grow(struct tap *tap) {
  size_t capacity = tap->toppar_capacity == 0 ? 16 : tap->toppar_capacity * 2;
  struct toppar *toppars = realloc(tap->toppars, capacity * sizeof *toppars);
  if (toppars == NULL) return false;
  tap->toppars = toppars;
  int32_t *slots = calloc(capacity * 2, sizeof *slots);
  if (slots == NULL) return false;
  free(tap->toppar_slots);
  tap->toppar_slots = slots;
  tap->toppar_capacity = capacity;
  tap->toppar_mask = capacity * 2 - 1;
  for (size_t i = 0; i < tap->toppar_count; i++)
    slots[find_slot(tap, toppars[i].topic, toppars[i].partition)] = (int32_t)i + 1;
  return true;
}

static int32_t find_or_add(struct tap *tap, const char *topic, int32_t partition) {
  if (tap->toppar_slots != NULL) {
    int32_t found = tap->toppar_slots[find_slot(tap, topic, partition)];
    if (found != 0) return found - 1;
  }
  if (tap->toppar_count == tap->toppar_capacity && !grow(tap)) return -1;
  char *name = strdup(topic);
  if (name == NULL) return -1;
  int32_t index = (int32_t)tap->toppar_count++;
  size_t slot = find_slot(tap, topic, partition);
  tap->toppars[index] = (struct toppar){.topic = name, .partition = partition};
  tap->toppar_slots[slot] = index + 1;
  return index;
}

int32_t tap_toppar(struct tap *tap, const rd_kafka_message_t *message) {
  const uintptr_t address = (uintptr_t)message->rkt;
  struct toppar_hit *hit =
      &tap->hits[((address >> 6) + (uint32_t)message->partition) % TOPPAR_HITS];
  if (hit->stamp == tap->stamp && hit->topic == message->rkt && hit->partition == message->partition)
    return hit->index;
  int32_t index = find_or_add(tap, rd_kafka_topic_name(message->rkt), message->partition);
  *hit = (struct toppar_hit){.topic = message->rkt, .partition = message->partition, .index = index, .stamp = tap->stamp};
  return index;
}
