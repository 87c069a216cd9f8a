import { schemasDiffer } from "./channel-schema.ts";
import type { Peers } from "./peers.ts";
import { describePeer, isFinal, peerKey } from "./status-record.ts";

/** A group of readers: as many members as its topic has partitions. */
export interface ReaderGroup {
  readonly group: string;
  readonly of: number;
}

export interface ReadersWatchOptions {
  readonly channel: string;
  /** For people. */
  readonly writer: string;
  readonly schema: string;
  readonly deadAfterMs: number;
}

const NAMED_MAX = 8;

/** What a writer makes of its readers. */
export class ReadersWatch {
  readonly #peers: Peers;
  readonly #options: ReadersWatchOptions;
  readonly #reported = new Set<string>();

  constructor(peers: Peers, options: ReadersWatchOptions) {
    this.#peers = peers;
    this.#options = options;
  }

  /** Who is not ready, for people, one text for each group; none where all are. Throws TP_CHANNEL_SCHEMA. */
  missing(groups: readonly ReaderGroup[]): string[] {
    return groups.flatMap(({ group, of }) => {
      const absent = Array.from({ length: of }, (_, index) => index).filter(
        (index) => !this.#isReady(group, index, of),
      );
      if (absent.length === 0) return [];
      const named = absent.slice(0, NAMED_MAX).map((index) => this.#describe(group, index));
      const more = absent.length > NAMED_MAX ? ` and ${absent.length - NAMED_MAX} more` : "";
      return [`group ${group} (member ${named.join(", ")}${more} of ${of})`];
    });
  }

  /** Readers that have failed or are dead, each named once. */
  lost(groups: readonly ReaderGroup[]): string[] {
    const lost: string[] = [];
    for (const peer of groups.flatMap(({ group }) => this.#peers.readers(group))) {
      const { status } = peer;
      if (peer.heard === 0 || ["stopped", "closed"].includes(status.state)) continue;
      const isSilent = this.#peers.silentMs(peer) > this.#options.deadAfterMs;
      const name = `${peerKey(status)} ${status.session}`;
      if ((status.state !== "error" && !isSilent) || this.#reported.has(name)) continue;
      this.#reported.add(name);
      lost.push(
        `${describePeer(status)} ${status.error === null ? "is not heard of any more" : `failed: ${status.error}`}`,
      );
    }
    return lost;
  }

  #isReady(group: string, index: number, of: number): boolean {
    const peer = this.#peers.reader(group, index);
    if (peer === undefined || peer.heard === 0) return false;
    const { status } = peer;
    if (isFinal(status) || this.#peers.silentMs(peer) > this.#options.deadAfterMs) return false;
    const { channel, writer, schema } = this.#options;
    if (status.schema !== schema)
      throw schemasDiffer(channel, [writer, schema], [describePeer(status), status.schema]);
    return status.state === "started" && status.of === of;
  }

  #describe(group: string, index: number): string {
    const peer = this.#peers.reader(group, index);
    if (peer === undefined || peer.heard === 0) return String(index);
    const { state, error } = peer.status;
    return `${index} (${state}${error === null ? "" : `: ${error}`})`;
  }
}
