/** Kafka's rule: org.apache.kafka.common.internals.Topic.validate. */
export function isTopicName(name: unknown): name is string {
  return typeof name === "string" && /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/.test(name);
}
