import type { CommitPolicy } from "../../../lib/io/commit-policy.ts";

/** Names the partitions whose marker the others have waited for too long; once for each time that they stall. */
export class StallReport {
  readonly #policy: CommitPolicy;
  readonly #place: (slot: number) => string;
  readonly #log: (line: string) => void;
  #since = new Map<number, number>();
  readonly #named = new Set<number>();

  constructor(policy: CommitPolicy, place: (slot: number) => string, log: (line: string) => void) {
    this.#policy = policy;
    this.#place = place;
    this.#log = log;
  }

  /** Call it about once a second with the partitions that are waited for. */
  look(stalled: readonly number[], now: number): void {
    this.#since = new Map(stalled.map((slot) => [slot, this.#since.get(slot) ?? now]));
    for (const slot of this.#named) if (!this.#since.has(slot)) this.#named.delete(slot);
    const { marker, stallAfterMs } = this.#policy;
    for (const [slot, since] of this.#since) {
      if (now - since < stallAfterMs || this.#named.has(slot)) continue;
      this.#named.add(slot);
      this.#log(
        `the other partitions have waited ${Math.round((now - since) / 1000)} s for the ${marker} of ${this.#place(slot)}`,
      );
    }
  }
}
