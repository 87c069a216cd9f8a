/** examples/service: the HTTP side, fed from code, with clients of every pace. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { expect, it, vi } from "vitest";
import { EventStream, type EventStreamOptions } from "../../examples/service/event-stream.ts";
import { startService, type Total } from "../../examples/service/server.ts";
import * as pw from "../../lib/index.ts";

const timeoutMs = 60_000;

interface Running extends AsyncDisposable {
  readonly url: string;
  readonly events: EventStream<Total>;
  readonly totals: pw.Materialized<Total>;
  /** A commit: an order for each of these regions. */
  order(regions: readonly string[], amount?: number): Promise<void>;
}

/** The service over an input in place of a topic. */
async function start(options?: EventStreamOptions): Promise<Running> {
  return pw.graph(async () => {
    const orders = pw.input(pw.schema({ region: "str", amount: "float" }), { appendOnly: true });
    const byRegion = orders.groupBy(orders.region).reduce({
      region: orders.region,
      orders: pw.reducers.count(),
      total: pw.reducers.sum(orders.amount),
    });
    const totals = pw.materialize(byRegion);
    const commits = byRegion.updates();
    const running = pw.run({ monitoring: "none" });
    const events = new EventStream<Total>(options);
    const following = events.follow(commits);
    const service = await startService(totals, events, { port: 0, orElseAny: false });
    return {
      url: service.url,
      events,
      totals,
      async order(regions, amount = 1) {
        const before = totals.time;
        for (const region of regions) orders.insert({ region, amount });
        orders.commit();
        // The engine has the commit, whatever the clients do.
        while (totals.time === before) await nextTurn();
      },
      async [Symbol.asyncDispose]() {
        orders.close();
        await running;
        await following;
        await service[Symbol.asyncDispose]();
      },
    };
  });
}

interface ServerEvent {
  readonly event: string;
  readonly data: {
    readonly time: number;
    readonly rows?: readonly { key: string; row: Total }[];
    readonly changes?: readonly { key: string; row: Total; diff: number }[];
  };
}

/** A client that reads: its events, and the table that they come to. */
class Client {
  readonly events: ServerEvent[] = [];
  readonly table = new Map<string, Total>();
  readonly socket: Socket;
  #text = "";

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.socket = connect(Number(port), hostname);
    this.socket.write(`GET /events HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
    this.socket.on("error", () => {});
    this.socket.setEncoding("utf8").on("data", (text) => this.#take(String(text)));
  }

  get last(): ServerEvent | undefined {
    return this.events.at(-1);
  }

  /** The body is chunked: lines with sizes stand between its pieces, in the middle of lines of ours too. */
  #take(text: string): void {
    this.#text += text;
    const plain = this.#text.replace(/\r\n[0-9a-f]+\r\n/g, "\n");
    const pieces = plain.split("\n\n");
    this.#text = pieces.pop() ?? "";
    for (const piece of pieces) this.#event(piece);
  }

  #event(text: string): void {
    const found = /event: (\w+)\n(?:id: \d+\n)?data: (.*)$/s.exec(text);
    if (found === null) return;
    const event: ServerEvent = { event: found[1], data: JSON.parse(found[2]) };
    this.events.push(event);
    const { rows, changes } = event.data;
    if (rows !== undefined) this.table.clear();
    for (const { key, row } of rows ?? []) this.table.set(key, row);
    for (const { key, row, diff } of changes ?? []) {
      if (diff < 0) {
        expect(this.table.get(key)).toEqual(row);
        this.table.delete(key);
      } else {
        expect(this.table.has(key)).toBe(false);
        this.table.set(key, row);
      }
    }
  }
}

const sorted = (rows: Iterable<Total>) => [...rows].sort((a, b) => (a.region < b.region ? -1 : 1));

const answer = async (url: string) => {
  const response = await fetch(url);
  return { status: response.status, body: await response.json() };
};

it(
  "answers from one commit: all totals, one, and none",
  async () => {
    await using service = await start();
    expect(await answer(`${service.url}/totals`)).toEqual({ status: 200, body: { time: null, rows: [] } });
    await service.order(["south", "a/b é", "south"], 2.5);
    const rows = [
      { region: "a/b é", orders: 1, total: 2.5 },
      { region: "south", orders: 2, total: 5 },
    ];
    const { time } = service.totals;
    expect(await answer(`${service.url}/totals`)).toEqual({ status: 200, body: { time, rows } });
    expect(await answer(`${service.url}/totals/${encodeURIComponent("a/b é")}`)).toEqual({
      status: 200,
      body: rows[0],
    });
    expect(await answer(`${service.url}/totals/north`)).toMatchObject({ status: 404 });
    expect(await answer(`${service.url}/totals/%zz`)).toMatchObject({ status: 404 });
    expect(await answer(`${service.url}/health`)).toEqual({
      status: 200,
      body: { time, regions: 2, clients: 0 },
    });
    const posted = await fetch(`${service.url}/totals`, { method: "POST" });
    expect(posted.status).toBe(405);
    const page = await fetch(service.url);
    expect(page.headers.get("content-type")).toContain("text/html");
    expect(await page.text()).not.toMatch(/(?:src|href)=|https?:/);
  },
  timeoutMs,
);

it(
  "streams a snapshot, then every commit whole and in order, to each client from where it came in",
  async () => {
    await using service = await start();
    const first = new Client(service.url);
    await vi.waitFor(() => expect(first.events.length).toBe(1));
    for (let i = 0; i < 20; i++) await service.order(["x", `r${i % 7}`]);
    const second = new Client(service.url);
    await vi.waitFor(() => expect(second.events.length).toBe(1));
    for (let i = 0; i < 20; i++) await service.order(["x", `r${i % 7}`]);
    for (const client of [first, second]) {
      await vi.waitFor(() => expect(client.last?.data.time).toBe(service.totals.time));
      expect(sorted(client.table.values())).toEqual(sorted(service.totals.current.values()));
      const times = client.events.map(({ data }) => data.time);
      expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    }
    expect(first.events.map(({ event }) => event)).toEqual(["snapshot", ...Array(40).fill("commit")]);
    expect(second.events.map(({ event }) => event)).toEqual(["snapshot", ...Array(20).fill("commit")]);
    for (const { data } of first.events.slice(2)) {
      const regions = data.changes?.filter(({ diff }) => diff > 0).map(({ row }) => row.region) ?? [];
      expect([regions.length, regions.includes("x")]).toEqual([2, true]);
    }
  },
  timeoutMs,
);

/** Commits of about 100 kB, which no connection buffers all of. */
const MANY = 120;
const wide = Array.from({ length: 200 }, (_, i) => `${i}-${"x".repeat(200)}`);

it(
  "a client that reads late gets a snapshot in place of what it missed; others miss nothing",
  async () => {
    await using service = await start();
    const [fast, slow] = [new Client(service.url), new Client(service.url)];
    await vi.waitFor(() => expect([fast.events.length, slow.events.length]).toEqual([1, 1]));
    slow.socket.pause();
    for (let i = 0; i < MANY; i++) {
      await service.order(wide);
      while (fast.last?.data.time !== service.totals.time) await nextTurn();
    }
    expect(fast.events.filter(({ event }) => event === "commit").length).toBe(MANY);
    expect(service.events.waitingBytes).toBeLessThan(2_000_000);
    slow.socket.resume();
    await vi.waitFor(() => expect(slow.last?.data.time).toBe(service.totals.time), 10_000);
    expect(slow.events.length).toBeLessThan(MANY);
    expect(slow.events.filter(({ event }) => event === "snapshot").length).toBeGreaterThanOrEqual(2);
    expect(sorted(slow.table.values())).toEqual(sorted(service.totals.current.values()));
  },
  timeoutMs,
);

it(
  "a client that never reads costs bounded memory, holds up nobody, and is cut off",
  async () => {
    await using service = await start({ patienceMs: 1_500 });
    const [fast, dead] = [new Client(service.url), new Client(service.url)];
    await vi.waitFor(() => expect(dead.events.length).toBe(1));
    dead.socket.pause();
    let most = 0;
    for (let i = 0; i < MANY; i++) {
      await service.order(wide);
      most = Math.max(most, service.events.waitingBytes);
    }
    expect(most).toBeLessThan(2_000_000);
    await vi.waitFor(() => expect(fast.last?.data.time).toBe(service.totals.time), 10_000);
    expect(sorted(fast.table.values())).toEqual(sorted(service.totals.current.values()));
    await vi.waitFor(() => expect(service.events.clients).toBe(1), 10_000);
    expect(service.events.waitingBytes).toBeLessThan(100_000);
  },
  timeoutMs,
);

it(
  "stops in order: clients are told, those that do not read are left behind, and later ones refused",
  async () => {
    const service = await start({ clientsMax: 2 });
    const [reader, dead] = [new Client(service.url), new Client(service.url)];
    await vi.waitFor(() => expect([reader.events.length, dead.events.length]).toEqual([1, 1]));
    expect((await fetch(`${service.url}/events`)).status).toBe(503);
    dead.socket.pause();
    for (let i = 0; i < MANY; i++) await service.order(wide);
    const closed = once(reader.socket, "close");
    await Promise.race([
      service[Symbol.asyncDispose](),
      sleep(5_000).then(() => expect.fail("it does not stop")),
    ]);
    await closed;
    expect(reader.last?.event).toBe("end");
    expect(sorted(reader.table.values())).toEqual(sorted(service.totals.current.values()));
  },
  timeoutMs,
);
