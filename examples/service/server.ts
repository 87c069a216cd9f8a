/** The HTTP side of the service: answers from the materialized table, and the stream of its commits. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type * as pw from "towpath";
import type { EventStream } from "./event-stream.ts";

/** A row of the table that the service is about. */
export interface Total {
  readonly region: string;
  readonly orders: number;
  readonly total: number;
}

export interface Service extends AsyncDisposable {
  readonly url: string;
}

/** How long the requests that are being answered get when the service stops. */
const GOODBYE_MS = 2_000;

const page = readFileSync(new URL("page.html", import.meta.url));

/**
 * Serves
 *
 *     GET /                the table, live, in a browser
 *     GET /totals          { time, rows }, by region
 *     GET /totals/:region  one row; 404 where there is none
 *     GET /events          commits as server-sent events (event-stream.ts)
 *     GET /health          { time, regions, clients }
 *
 * on `port` of this machine, on any free one where it is taken and `orElseAny` is set.
 */
export async function startService(
  totals: pw.Materialized<Total>,
  events: EventStream<Total>,
  { port, orElseAny }: { port: number; orElseAny: boolean },
): Promise<Service> {
  const server = createServer((request, response) => answer(request, response, totals, events));
  try {
    await listen(server, port);
  } catch (error) {
    if (!orElseAny || (error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    await listen(server, 0);
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      events.end();
      const closed = once(server, "close");
      server.close();
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), GOODBYE_MS);
      await closed;
      clearTimeout(timer);
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
}

function answer(
  { method, url = "/" }: IncomingMessage,
  response: ServerResponse,
  totals: pw.Materialized<Total>,
  events: EventStream<Total>,
): void {
  if (method !== "GET") {
    json(response, 405, { error: "only GET" });
    return;
  }
  const { pathname } = new URL(url, "http://localhost");
  // Taken once: whatever is answered below is of one commit.
  const { current, time } = totals;
  if (pathname === "/") {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page);
  } else if (pathname === "/events") {
    events.serve(response);
  } else if (pathname === "/totals") {
    json(response, 200, { time, rows: [...byRegion(current).values()] });
  } else if (pathname.startsWith("/totals/")) {
    const row = byRegion(current).get(textOf(pathname.slice("/totals/".length)));
    json(response, row === undefined ? 404 : 200, row ?? { error: "no such region" });
  } else if (pathname === "/health") {
    json(response, 200, { time, regions: current.size, clients: events.clients });
  } else json(response, 404, { error: "there are /, /totals, /totals/:region, /events and /health" });
}

type Version = pw.Materialized<Total>["current"];
const indexes = new WeakMap<Version, ReadonlyMap<string, Total>>();

/** A version's rows by region, in its order: made when a version is first asked for. */
function byRegion(version: Version): ReadonlyMap<string, Total> {
  let index = indexes.get(version);
  if (index === undefined) {
    const rows = [...version.values()].sort((a, b) => (a.region < b.region ? -1 : 1));
    index = new Map(rows.map((row) => [row.region, row]));
    indexes.set(version, index);
  }
  return index;
}

function textOf(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(`${JSON.stringify(value)}\n`);
}
