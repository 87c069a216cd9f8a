import type { Sink } from "../io/sink.ts";

/** What an output has been given and has not delivered, for people; null where there is nothing. */
export function undelivered(sink: Sink): string | null {
  const { lastTime } = sink.stats();
  const { deliveredUpTo = Number.POSITIVE_INFINITY } = sink;
  if (lastTime === null || deliveredUpTo >= lastTime) return null;
  const since = Number.isFinite(deliveredUpTo) ? `after time ${deliveredUpTo}` : "all";
  return `output ${sink.name}: ${sink.held?.() ?? "changes"} not delivered, ${since} up to time ${lastTime}`;
}

/** The same of all outputs. */
export function allUndelivered(sinks: readonly Sink[]): string {
  const parts = sinks.flatMap((sink) => undelivered(sink) ?? []);
  return parts.length === 0 ? "all that was written had been delivered" : parts.join("; ");
}
