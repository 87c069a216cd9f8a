import {
  type PeerStatus,
  peerKey,
  type ReaderStatus,
  readerKey,
  type WriterStatus,
} from "./status-record.ts";

/** What is known of an end of the channel. */
export interface Peer<Status extends PeerStatus = PeerStatus> {
  /** Its last status; an error stays until it opens again. */
  readonly status: Status;
  /** Records of it that came since the link listens; 0: all that is known of it is history. */
  readonly heard: number;
  /** When the last record came, by the link's clock. */
  readonly heardAt: number;
}

/**
 * The ends of a channel, as their records tell of them.
 *
 * What stood in the topic before the link listened is history: it tells last states and schemas, and says nothing of
 * life. A peer is alive once a record of it has come since, and dead when none has come for a while. Only the times count
 * at which records came: nobody's clock is believed.
 */
export class Peers {
  readonly #now: () => number;
  readonly #readers = new Map<string, Peer<ReaderStatus>>();
  readonly #writers = new Map<string, Peer<WriterStatus>>();

  /** `now` in milliseconds, never going back. */
  constructor(now: () => number) {
    this.#now = now;
  }

  heed(status: PeerStatus, isHistory: boolean): void {
    if (status.role === "reader") this.#note(this.#readers, status, isHistory);
    else this.#note(this.#writers, status, isHistory);
  }

  reader(group: string, index: number): Peer<ReaderStatus> | undefined {
    return this.#readers.get(readerKey(group, index));
  }

  readers(group: string): Peer<ReaderStatus>[] {
    return [...this.#readers.values()].filter(({ status }) => status.group === group);
  }

  /** Those that write to a group. */
  writers(group: string): Peer<WriterStatus>[] {
    return [...this.#writers.values()].filter(({ status }) => status.readers.includes(group));
  }

  /** Who was last in the place of this end. */
  inPlaceOf(status: PeerStatus): Peer | undefined {
    return (status.role === "reader" ? this.#readers : this.#writers).get(peerKey(status));
  }

  /** How long nothing has come of it; Infinity where nothing ever did. */
  silentMs({ heard, heardAt }: Peer): number {
    return heard === 0 ? Number.POSITIVE_INFINITY : this.#now() - heardAt;
  }

  #note<Status extends PeerStatus>(
    peers: Map<string, Peer<Status>>,
    status: Status,
    isHistory: boolean,
  ): void {
    const key = peerKey(status);
    const before = peers.get(key);
    const sticks = before?.status.state === "error" && !["opened", "started"].includes(status.state);
    peers.set(key, {
      status: sticks ? { ...status, state: "error", error: before.status.error } : status,
      heard: (before?.heard ?? 0) + (isHistory ? 0 : 1),
      heardAt: isHistory ? (before?.heardAt ?? 0) : this.#now(),
    });
  }
}
