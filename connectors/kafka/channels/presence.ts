import { TowpathError } from "../../../lib/errors.ts";
import type { Side } from "./channel-topics.ts";
import type { Peer } from "./peers.ts";
import type { LinkUser, StatusLink } from "./status-link.ts";
import { describePeer, isFinal, type PeerStatus, peerKey } from "./status-record.ts";
import { WakeUp } from "./wake-up.ts";

/** Heartbeats of a former holder of our place that have to be missing before it counts as gone. */
const MISSED_HEARTBEATS = 2.5;
/** How long our own record may take to come back. */
const SEEN_MS = 30_000;

export interface PresenceListener {
  /** Something is known of the other side that was not before. */
  changed(): void;
  /** Before each heartbeat. */
  beat(): void;
  failed(error: TowpathError): void;
}

/**
 * One end's own status among its peers: told when it changes, and again with each heartbeat.
 *
 *   claim → tell* → leave
 *
 * Of two ends that take the same place, the one goes on whose first record stands first in the topic; the other one fails.
 */
export class Presence<Status extends PeerStatus> {
  readonly #link: StatusLink;
  readonly #side: Side;
  readonly #channel: string;
  readonly #listener: PresenceListener;
  readonly #user: LinkUser;
  readonly #wake = new WakeUp();
  #status: Status;
  #timer: NodeJS.Timeout | undefined;
  /** Records of others in our place that came while it was claimed. */
  #others = 0;
  #isClaiming = false;
  #isSeen = false;
  #failure: TowpathError | null = null;
  #hasLeft = false;

  constructor(link: StatusLink, channel: string, status: Status, listener: PresenceListener) {
    this.#link = link;
    this.#channel = channel;
    this.#status = status;
    this.#side = status.role === "writer" ? "writers" : "readers";
    this.#listener = listener;
    this.#user = {
      place: peerKey(status),
      changed: (side) => {
        if (side !== this.#side) listener.changed();
      },
      heard: (heard, isHistory) => this.#heed(heard, isHistory),
      failed: (error) => this.#fail(error),
    };
    link.join(this.#user);
  }

  get status(): Status {
    return this.#status;
  }

  /**
   * Takes the place and says that it is there, with what `begin` makes of the last status that anybody told from this
   * place. Where that one did not end in order it may still be at work: then some of its heartbeats are waited for.
   * Throws TP_CHANNEL_TAKEN.
   */
  async claim(begin: (previous: Status | null) => Status): Promise<void> {
    this.#isClaiming = true;
    await this.#link.follow(this.#side);
    try {
      const previous = this.#link.peers.inPlaceOf(this.#status) as Peer<Status> | undefined;
      if (previous !== undefined && !isFinal(previous.status)) await this.#untilGone(previous.status);
      this.#status = begin(previous?.status ?? null);
      this.#others = 0;
      await this.#link.tell(this.#status);
      await this.#untilSeen();
      if (this.#others > 0) throw this.#taken();
      if (!this.#hasLeft) this.#beat();
    } finally {
      this.#isClaiming = false;
      this.#link.unfollow(this.#side);
    }
  }

  /** Resolves when the broker has the changed status. */
  async tell(change: Partial<Status>): Promise<void> {
    this.#status = { ...this.#status, ...change };
    await this.#link.tell(this.#status);
  }

  /** What the next heartbeat says. */
  amend(change: Partial<Status>): void {
    this.#status = { ...this.#status, ...change };
  }

  /** Says the status again, before it is time for it. */
  repeat(): void {
    if (this.#timer === undefined || this.#hasLeft) return;
    this.#link.tell(this.#status).catch((error: TowpathError) => this.#fail(error));
  }

  /** Nothing is said any more. */
  leave(): void {
    this.#hasLeft = true;
    clearInterval(this.#timer);
    this.#link.leave(this.#user);
    this.#wake.ring();
  }

  #beat(): void {
    this.#timer = setInterval(() => {
      this.#listener.beat();
      this.repeat();
    }, this.#status.heartbeatMs);
  }

  /** Throws TP_CHANNEL_TIMEOUT. */
  async #untilSeen(): Promise<void> {
    const until = performance.now() + SEEN_MS;
    while (!this.#isSeen) {
      await this.#wait(SEEN_MS);
      if (this.#isSeen || performance.now() < until) continue;
      throw new TowpathError("TP_CHANNEL_TIMEOUT", "what it wrote to the status topic was not read back", {
        where: `channel ${this.#channel}, ${describePeer(this.#status)}`,
        hint: "May this user read the topic?",
      });
    }
  }

  /** One that has stopped is about to close. */
  async #untilGone({ heartbeatMs }: Status): Promise<void> {
    const until = this.#link.now + heartbeatMs * MISSED_HEARTBEATS;
    this.#others = 0;
    for (let left = until - this.#link.now; left > 0 && !this.#isVacant; left = until - this.#link.now) {
      await this.#wait(left);
      if (this.#others > 0) throw this.#taken();
    }
  }

  get #isVacant(): boolean {
    const last = this.#link.peers.inPlaceOf(this.#status);
    return last !== undefined && isFinal(last.status);
  }

  async #wait(ms?: number): Promise<void> {
    await this.#wake.wait(ms);
    if (this.#failure !== null) throw this.#failure;
    if (this.#hasLeft) throw new TowpathError("TP_CLOSED", `${describePeer(this.#status)} was closed`);
  }

  #heed(status: PeerStatus, isHistory: boolean): void {
    if (!this.#isClaiming || isHistory) return;
    this.#wake.ring();
    if (status.session === this.#status.session) this.#isSeen = true;
    else if (!this.#isSeen && !isFinal(status) && status.state !== "stopped") this.#others++;
  }

  #taken(): TowpathError {
    const who = describePeer(this.#status);
    return new TowpathError(
      "TP_CHANNEL_TAKEN",
      `${who} is there already: another process, or this one twice`,
      {
        where: `channel ${this.#channel}`,
        hint: "Stop the other one, or give this one another place in its group, or another name.",
      },
    );
  }

  #fail(error: TowpathError): void {
    this.#failure ??= error;
    this.#wake.ring();
    this.#listener.failed(error);
  }
}
