/** What a victim computes, and how it is fed. The verifier (verifier.mjs) says the same in its own words. */
export interface Workload {
  readonly name: "grouped" | "aligned" | "keyed" | "spread" | "dealtRows" | "dealtTotals";
  /** Partitions of the topic that it reads, at first. */
  readonly partitions: number;
}

export const workloads = {
  /** Count and balance of each account. */
  grouped: { name: "grouped", partitions: 1 },
  /** The same over three partitions, whose commits are told by their markers alone. */
  aligned: { name: "aligned", partitions: 3 },
  /** Each account's last amount, summed by region. */
  keyed: { name: "keyed", partitions: 1 },
  /** Count and balance again, each partition with commits of its own: what is seen when depends on arrival. */
  spread: { name: "spread", partitions: 2 },
  /** Every transfer, doubled, by a consumer group. */
  dealtRows: { name: "dealtRows", partitions: 4 },
  /** Each account's last amount, summed by partition and region, by a consumer group. */
  dealtTotals: { name: "dealtTotals", partitions: 4 },
} as const satisfies Record<string, Workload>;

/** Whether the victim is a member of a consumer group, of which others may run beside it. */
export function isDealt(name: Workload["name"]): boolean {
  return name === "dealtRows" || name === "dealtTotals";
}

/** All that a victim is told, as JSON in its first argument. */
export interface VictimOrders {
  readonly workload: Workload["name"];
  readonly bootstrap: string;
  readonly input: string;
  readonly output: string;
  readonly state: string;
  readonly snapshotEveryMs: number;
}
