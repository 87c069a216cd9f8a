import { ownMessages } from "./own-messages.ts";
import type { PackedMessages } from "./parser.ts";
import type { CommitEnds } from "./replay.ts";

interface Held {
  readonly messages: PackedMessages;
  readonly arrived: number;
  /** The message that is read next. */
  at: number;
}

/**
 * Whose turn it is while commits that messages hold are made again: each partition's messages say in which order its
 * commits come, and the journal in which order the partitions do. Messages wait until their partition's turn comes.
 */
export class ReplayedTurns {
  /** By commit: the partition that it is of. */
  readonly #turns: readonly number[];
  readonly #onAhead: (partition: number, ahead: boolean) => void;
  readonly #held = new Map<number, Held[]>();
  readonly #ahead = new Set<number>();
  #arrived = 0;
  #due = 0;

  constructor(commits: readonly CommitEnds[], onAhead: (partition: number, ahead: boolean) => void) {
    this.#turns = commits.flatMap((ends) => [...ends.keys()]);
    this.#onAhead = onAhead;
  }

  get isDone(): boolean {
    return this.#due >= this.#turns.length;
  }

  get left(): number {
    return this.#turns.length - this.#due;
  }

  /** Keeps messages [from, to), a run of one partition. */
  hold(messages: PackedMessages, from: number, to: number): void {
    const partition = messages.partitions[from];
    const queue = this.#held.get(partition) ?? [];
    queue.push({ messages: ownMessages(messages, from, to), arrived: this.#arrived++, at: 0 });
    this.#held.set(partition, queue);
    this.#tell();
  }

  /** The message to be read next, or null where it has not come. */
  take(): { readonly messages: PackedMessages; readonly i: number } | null {
    const queue = this.#held.get(this.#turns[this.#due]) ?? [];
    while (queue.length > 0 && queue[0].at === queue[0].messages.length) queue.shift();
    if (queue.length === 0) return null;
    return { messages: queue[0].messages, i: queue[0].at++ };
  }

  /** A commit has been made. */
  made(): void {
    this.#due++;
    this.#tell();
  }

  /** What is left over when all have been made, in the order of arrival. */
  finish(): PackedMessages[] {
    for (const partition of this.#ahead) this.#onAhead(partition, false);
    return [...this.#held.values()]
      .flat()
      .filter(({ messages, at }) => at < messages.length)
      .sort((one, other) => one.arrived - other.arrived)
      .map(({ messages, at }) => ownMessages(messages, at, messages.length));
  }

  #tell(): void {
    const turn = this.#turns[this.#due];
    for (const partition of this.#held.keys()) {
      const isAhead = partition !== turn;
      if (isAhead === this.#ahead.has(partition)) continue;
      if (isAhead) this.#ahead.add(partition);
      else this.#ahead.delete(partition);
      this.#onAhead(partition, isAhead);
    }
  }
}
