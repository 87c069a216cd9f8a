/** One request to a registry and its answer, over `fetch`, or over node:https where certificates are given. */
import { request as httpsRequest } from "node:https";
import type { RegistryTls } from "./settings.ts";

export interface Request {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** The header `retry-after`. */
  readonly retryAfter: string | null;
  /** The header `location`, of a redirection. */
  readonly location: string | null;
}

/** Rejects where there is no whole answer. Redirections are answers. */
export type Transport = (url: string, request: Request) => Promise<Answer>;

/** What no registry answers: a bound for what is kept in memory. */
const ANSWER_BYTES_MAX = 64 << 20;

/** `fetch` takes no certificates before Node's own undici can be imported, so these go another way. */
export function transportFor(tls: RegistryTls | null): Transport {
  return tls === null ? fetchAnswer : (url, request) => certifiedAnswer(tls, url, request);
}

async function fetchAnswer(url: string, { method, headers, body, signal }: Request): Promise<Answer> {
  const response = await fetch(url, { method, headers, body: body ?? null, signal, redirect: "manual" });
  return {
    status: response.status,
    text: response.body === null ? "" : await textOf(response.body),
    retryAfter: response.headers.get("retry-after"),
    location: response.headers.get("location"),
  };
}

function certifiedAnswer(
  tls: RegistryTls,
  url: string,
  { method, headers, body, signal }: Request,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(url, { ...tls, method, headers, signal }, (response) => {
      textOf(response).then(
        (text) =>
          resolve({
            status: response.statusCode ?? 0,
            text,
            retryAfter: response.headers["retry-after"] ?? null,
            location: response.headers.location ?? null,
          }),
        reject,
      );
    });
    request.on("error", reject);
    request.end(body);
  });
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const kept: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > ANSWER_BYTES_MAX) throw new Error(`the answer is longer than ${ANSWER_BYTES_MAX} bytes`);
    kept.push(chunk);
  }
  return Buffer.concat(kept).toString("utf8");
}
