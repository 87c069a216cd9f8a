/** Commits of a table as server-sent events, for any number of clients, none of which can hold up the others. */
import type { ServerResponse } from "node:http";

/** A change of a table, as `table.updates()` has it. */
export interface Change<R> {
  readonly key: string;
  readonly row: R;
  readonly diff: number;
}

export interface Commit<R> {
  readonly time: number;
  readonly changes: readonly Change<R>[];
}

export interface EventStreamOptions {
  /** A client that has taken nothing for this long is cut off; default 30,000. */
  readonly patienceMs?: number;
  /** What may wait for one client in this process, in bytes; default 1 MiB. */
  readonly bufferBytes?: number;
  /** Silence after which a comment keeps proxies from closing a connection; default 15,000. */
  readonly heartbeatMs?: number;
  /** More clients are refused with 503; default 1,000. */
  readonly clientsMax?: number;
}

interface Client {
  readonly response: ServerResponse;
  /** Since when more waits for it than `bufferBytes`; null: it keeps up. */
  blockedAt: number | null;
  /** Whether commits passed it by while it was blocked. */
  behind: boolean;
}

/**
 * The events of each client:
 *
 *     event: snapshot   the whole table: { time, rows: [{ key, row }] }. The first event; and again, in place of the
 *                       commits between, for a client that was too slow for them.
 *     event: commit     one commit, whole: { time, changes: [{ key, row, diff }] }, deletions first.
 *     event: end        there will be no more.
 *
 * Times grow from event to event. Once more than `bufferBytes` wait for a client, commits pass it by until all of that
 * has gone out; then it gets a snapshot. So a slow client costs that much memory and one event, however slow it is; one
 * that does not read at all is cut off.
 */
export class EventStream<R> {
  readonly #rows = new Map<string, R>();
  readonly #clients = new Set<Client>();
  readonly #patienceMs: number;
  readonly #clientsMax: number;
  readonly #bufferBytes: number;
  readonly #timers: NodeJS.Timeout[];
  #time = 0;
  #snapshot: string | null = null;
  #ended = false;

  constructor(options: EventStreamOptions = {}) {
    const { patienceMs = 30_000, heartbeatMs = 15_000, clientsMax = 1_000, bufferBytes = 1 << 20 } = options;
    this.#bufferBytes = bufferBytes;
    this.#patienceMs = patienceMs;
    this.#clientsMax = clientsMax;
    this.#timers = [
      setInterval(() => this.#cutOff(), Math.max(10, patienceMs / 4)),
      setInterval(() => this.#keepAlive(), heartbeatMs),
    ];
    for (const timer of this.#timers) timer.unref();
  }

  get clients(): number {
    return this.#clients.size;
  }

  /** Bytes that wait for clients in this process. */
  get waitingBytes(): number {
    let bytes = 0;
    for (const { response } of this.#clients) bytes += response.writableLength;
    return bytes;
  }

  /** Takes the commits of a table, from the first on, and hands each to the clients. Resolves with the last. */
  async follow(commits: AsyncIterable<Commit<R>>): Promise<void> {
    try {
      for await (const commit of commits) this.#publish(commit);
    } finally {
      this.end();
    }
  }

  /** Answers a request with the stream. */
  serve(response: ServerResponse): void {
    if (this.#ended || this.#clients.size >= this.#clientsMax) {
      response.writeHead(503, { "retry-after": "5" }).end();
      return;
    }
    const client: Client = { response, blockedAt: null, behind: false };
    response.on("close", () => this.#clients.delete(client));
    response.on("error", () => this.#clients.delete(client));
    response.on("drain", () => this.#drained(client));
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    this.#clients.add(client);
    this.#write(client, this.#snapshotText());
  }

  /** Says goodbye to all clients. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const timer of this.#timers) clearInterval(timer);
    for (const { response, blockedAt } of this.#clients) {
      if (blockedAt === null) response.end("event: end\ndata: {}\n\n");
      else response.destroy();
    }
  }

  #publish(commit: Commit<R>): void {
    for (const { key, row, diff } of commit.changes) {
      if (diff < 0) this.#rows.delete(key);
      else this.#rows.set(key, row);
    }
    this.#time = commit.time;
    this.#snapshot = null;
    const text = eventText("commit", commit.time, commit);
    for (const client of this.#clients) {
      if (client.blockedAt === null) this.#write(client, text);
      else client.behind = true;
    }
  }

  #snapshotText(): string {
    const rows = (): { key: string; row: R }[] => [...this.#rows].map(([key, row]) => ({ key, row }));
    this.#snapshot ??= eventText("snapshot", this.#time, { time: this.#time, rows: rows() });
    return this.#snapshot;
  }

  #write(client: Client, text: string): void {
    const { response } = client;
    if (!response.write(text) && response.writableLength > this.#bufferBytes)
      client.blockedAt = performance.now();
  }

  #drained(client: Client): void {
    client.blockedAt = null;
    if (!client.behind) return;
    client.behind = false;
    this.#write(client, this.#snapshotText());
  }

  #cutOff(): void {
    const since = performance.now() - this.#patienceMs;
    for (const { response, blockedAt } of this.#clients) {
      if (blockedAt !== null && blockedAt < since) response.destroy();
    }
  }

  #keepAlive(): void {
    for (const client of this.#clients) {
      if (client.blockedAt === null) this.#write(client, ": alive\n\n");
    }
  }
}

function eventText(event: string, time: number, data: unknown): string {
  return `event: ${event}\nid: ${time}\ndata: ${JSON.stringify(data)}\n\n`;
}
