import type { PartitionSlots } from "../client/partition-slots.ts";
import type { Consumer } from "./consumer.ts";

/** How many partitions a line names. */
const NAMED_MAX = 3;

/** Messages of each slot that are there and have not been read; null where the client does not know yet. */
export function partitionLags(consumer: Consumer, slots: PartitionSlots): number[] | null {
  const lags: number[] = [];
  for (const [slot, partition] of slots.all().entries()) {
    const known = consumer.knownWatermarks(partition);
    if (known === null) return null;
    lags.push(Math.max(0, known.high - Math.max(known.low, slots.positions[slot])));
  }
  return lags;
}

/** "topic orders, partition 1, is 120 messages behind": those that are furthest. */
export function furthestBehind(lags: readonly number[], slots: PartitionSlots): string {
  const behind = [...lags.keys()].filter((slot) => lags[slot] > 0).sort((a, b) => lags[b] - lags[a]);
  const named = behind
    .slice(0, NAMED_MAX)
    .map((slot) => `${slots.place(slot)}, is ${lags[slot]} messages behind`);
  const rest = behind.length - named.length;
  return [...named, ...(rest > 0 ? [`${rest} more partitions are behind`] : [])].join(", ");
}
