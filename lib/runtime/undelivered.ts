import type { Sink } from "../io/sink.ts";

/** What outputs have been given and have not delivered, for people: "nothing" where all is. */
export function undelivered(sinks: readonly Sink[]): string {
  const parts = sinks.flatMap((sink) => {
    const { lastTime } = sink.stats();
    const { deliveredUpTo = Number.POSITIVE_INFINITY } = sink;
    if (lastTime === null || deliveredUpTo >= lastTime) return [];
    const held = sink.held?.() ?? "changes";
    const since = Number.isFinite(deliveredUpTo) ? `after time ${deliveredUpTo}` : "all";
    return [`output ${sink.name}: ${held} not delivered, ${since} up to time ${lastTime}`];
  });
  return parts.length === 0 ? "all that was written had been delivered" : parts.join("; ");
}
