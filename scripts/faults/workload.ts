/** What a victim computes, and how it is fed. The verifier (verifier.mjs) says the same in its own words. */
export interface Workload {
  readonly name: "grouped" | "aligned" | "keyed";
  /** Partitions of the topic that it reads. */
  readonly partitions: number;
}

export const workloads = {
  /** Count and balance of each account. */
  grouped: { name: "grouped", partitions: 1 },
  /** The same over three partitions, whose commits are told by their markers alone. */
  aligned: { name: "aligned", partitions: 3 },
  /** Each account's last amount, summed by region. */
  keyed: { name: "keyed", partitions: 1 },
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
