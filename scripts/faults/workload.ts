/** What a victim computes, and how it is fed. The verifier (verifier.mjs) says the same in its own words. */
export interface Workload {
  readonly name: "grouped" | "aligned" | "keyed" | "spread";
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
} as const satisfies Record<string, Workload>;

/** All that a victim is told, as JSON in its first argument. */
export interface VictimOrders {
  readonly workload: Workload["name"];
  readonly bootstrap: string;
  readonly input: string;
  readonly output: string;
  readonly state: string;
  readonly snapshotEveryMs: number;
}
