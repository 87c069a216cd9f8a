import type { InputSession } from "../../lib/io/input-session.ts";
import type { StartingAt } from "./consumer.ts";
import type { PartitionSlots } from "./partition-slots.ts";

/**
 * Which offsets each commit reaches, kept until the commit has been delivered: only then may they be committed to the
 * broker. Needed only where the user switched `enable.auto.commit` on.
 */
export class OffsetLedger {
  readonly #slots: PartitionSlots;
  readonly #commits: { readonly time: number; readonly reached: ReadonlyMap<number, number> }[] = [];

  constructor(slots: PartitionSlots) {
    this.#slots = slots;
  }

  /** Notes what the commit that `session` has just sealed reaches. */
  note(time: number, session: InputSession): void {
    this.#commits.push({ time, reached: session.sealedOffsets() });
  }

  /** The offsets to be read next once everything up to `time` is done; forgets them. */
  deliveredUpTo(time: number): StartingAt[] {
    const reached = new Map<number, number>();
    while (this.#commits.length > 0 && this.#commits[0].time <= time) {
      for (const [slot, offset] of this.#commits[0].reached) reached.set(slot, offset);
      this.#commits.shift();
    }
    return [...reached].map(([slot, offset]) => ({ ...this.#slots.at(slot), offset }));
  }
}
