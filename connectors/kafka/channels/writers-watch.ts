import { TowpathError } from "../../../lib/errors.ts";
import { schemasDiffer } from "./channel-schema.ts";
import type { Peer, Peers } from "./peers.ts";
import type { WriterStatus } from "./status-record.ts";

export interface WatchOptions {
  readonly channel: string;
  /** For people. */
  readonly reader: string;
  readonly group: string;
  readonly index: number;
  readonly schema: string;
  /** How many writers are to come. */
  readonly writers: number;
  readonly deadAfterMs: number;
  /** By writer, sessions that are over for this reader: it had read them to their ends when it closed. */
  readonly done: Readonly<Record<string, string>>;
}

/**
 * What a reader makes of its writers.
 *
 * A writer counts once it has said anything, be it before this reader was there: a writer that has closed is done when all
 * of its records are read, so that a reader that comes back after a crash gets the rest and ends. A reader that had read a
 * writer's session to its end, and closed, is done with that session for good: opened again, it waits for the next one.
 */
export class WritersWatch {
  readonly #peers: Peers;
  readonly #options: WatchOptions;
  /** By writer, the records of it that others here had heard before this reader: history to it. */
  readonly #before: ReadonlyMap<string, number>;

  constructor(peers: Peers, options: WatchOptions) {
    this.#peers = peers;
    this.#options = options;
    this.#before = new Map(peers.writers(options.group).map(({ status, heard }) => [status.name, heard]));
  }

  /** Throws TP_CHANNEL_SCHEMA, and TP_CHANNEL_PEER for a writer that is known to be alive no more. */
  check(position: number): void {
    for (const peer of this.#counted) {
      if (this.#disagrees(peer, position)) throw this.#otherSchema(peer.status);
      if (!this.#isHeard(peer)) continue;
      const { state } = peer.status;
      const isDead = !["stopped", "closed"].includes(state) && this.#isSilent(peer);
      if (state === "error" || isDead) throw this.#lost(peer);
    }
  }

  /** Whether nothing more will come behind `position`. */
  isOver(position: number): boolean {
    const counted = this.#counted;
    return (
      counted.length >= this.#options.writers && counted.every(({ status }) => this.#isDone(status, position))
    );
  }

  /** The sessions that are over when `isOver` is. */
  get sessions(): Record<string, string> {
    const ended = this.#counted.map(({ status }) => [status.name, status.session] as const);
    return { ...this.#options.done, ...Object.fromEntries(ended) };
  }

  /** Writers that wait for readers and have only just come, as far as `greeted` does not have their sessions. */
  newcomers(greeted: ReadonlySet<string>): string[] {
    return this.#counted
      .filter(({ status, heard }) => heard > 0 && status.state === "opened" && !greeted.has(status.session))
      .map(({ status }) => status.session);
  }

  get #counted(): Peer<WriterStatus>[] {
    const { group, done } = this.#options;
    return this.#peers.writers(group).filter(({ status }) => done[status.name] !== status.session);
  }

  #isDone({ state, ends }: WriterStatus, position: number): boolean {
    if (state !== "stopped" && state !== "closed") return false;
    return position >= (ends?.[this.#options.group]?.[this.#options.index] ?? 0);
  }

  /** What was said before counts only where records of it are still to be read. */
  #disagrees(peer: Peer<WriterStatus>, position: number): boolean {
    const { status } = peer;
    if (status.schema === this.#options.schema) return false;
    if (this.#isHeard(peer)) return true;
    const known = status.ends ?? status.offsets;
    return status.acked > 0 && (known[this.#options.group]?.[this.#options.index] ?? 0) > position;
  }

  #isHeard({ status, heard }: Peer<WriterStatus>): boolean {
    return heard > (this.#before.get(status.name) ?? 0);
  }

  #isSilent(peer: Peer): boolean {
    return this.#peers.silentMs(peer) > this.#options.deadAfterMs;
  }

  #otherSchema({ name, schema }: WriterStatus): TowpathError {
    const { channel, reader } = this.#options;
    return schemasDiffer(channel, [reader, this.#options.schema], [`writer ${name}`, schema]);
  }

  #lost(peer: Peer<WriterStatus>): TowpathError {
    const { channel, group, index, reader } = this.#options;
    const { name, error, acked, offsets } = peer.status;
    const silentS = Math.round(this.#peers.silentMs(peer) / 1_000);
    const detail =
      error === null
        ? `writer ${name} is not heard of any more: its last sign came ${silentS} s ago`
        : `writer ${name} failed: ${error}`;
    const offset = offsets[group]?.[index];
    const known = offset === undefined ? "" : `, up to offset ${offset} here`;
    return new TowpathError("TP_CHANNEL_PEER", detail, {
      where: `channel ${channel}, ${reader}; it had written ${acked} records${known}`,
      hint: "Start it again, and then this reader: both go on where they were.",
    });
  }
}
