/** Tickets are whole numbers of 31 bits, one after the other, and begin again at 0. */
const TICKET_MASK = 0x7fffffff;

interface Entry {
  readonly time: number;
  /** Messages not yet delivered. */
  messages: number;
  /** When something last happened to one of them (ms of performance.now()). */
  at: number;
}

/**
 * What is on its way, commit by commit: reports of several partitions come in any order, and a commit is delivered
 * when all of its messages and those of all commits before are.
 *
 *   ticket (of a commit) → expect (its messages) → handed → delivered
 */
export class InFlight {
  /** Oldest first; those before `#head` are done. */
  #entries: Entry[] = [];
  #head = 0;
  /** The ticket of `#entries[0]`. */
  #first = 0;
  /** Messages not yet delivered, handed over or not. */
  messages = 0;
  /** Those of them that were handed over. */
  held = 0;
  /** Bytes of those. */
  bytes = 0;
  /** The last commit that is delivered with all before it; -Infinity before the first. */
  deliveredTime = Number.NEGATIVE_INFINITY;

  /** The ticket that messages of a commit carry, whose time is not below that of the one before. */
  ticket(time: number): number {
    const isLast = this.#head < this.#entries.length && this.#entries[this.#entries.length - 1].time === time;
    return (this.#first + this.#entries.length - (isLast ? 1 : 0)) & TICKET_MASK;
  }

  /** The commit of this time has so many more messages. */
  expect(time: number, messages: number, now: number): void {
    if (messages === 0) return;
    const index = (this.ticket(time) - this.#first) & TICKET_MASK;
    if (index === this.#entries.length) this.#entries.push({ time, messages: 0, at: now });
    this.#entries[index].messages += messages;
    this.messages += messages;
  }

  /** A message of this ticket has become so many more. */
  multiply(ticket: number, more: number): void {
    this.#entry(ticket).messages += more;
    this.messages += more;
  }

  /** The client has taken messages, the last of this ticket. */
  handed(ticket: number, messages: number, bytes: number, now: number): void {
    this.held += messages;
    this.bytes += bytes;
    this.#entry(ticket).at = now;
  }

  delivered(ticket: number, messages: number, bytes: number, now: number): void {
    const entry = this.#entry(ticket);
    entry.messages -= messages;
    entry.at = now;
    this.messages -= messages;
    this.held -= messages;
    this.bytes -= bytes;
    while (this.#head < this.#entries.length && this.#entries[this.#head].messages === 0) {
      this.deliveredTime = this.#entries[this.#head++].time;
    }
    if (this.#head > 1_024 || this.#head === this.#entries.length) this.#forget();
  }

  /** When something last happened to the oldest commit that is not delivered; null where there is none. */
  get oldestAt(): number | null {
    return this.#head === this.#entries.length ? null : this.#entries[this.#head].at;
  }

  #entry(ticket: number): Entry {
    return this.#entries[(ticket - this.#first) & TICKET_MASK];
  }

  #forget(): void {
    this.#first = (this.#first + this.#head) & TICKET_MASK;
    this.#entries = this.#entries.slice(this.#head);
    this.#head = 0;
  }
}
