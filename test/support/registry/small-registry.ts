/**
 * A schema registry of our own, for what the real one cannot be told to do: to fail, to be slow, to ask for a password,
 * to speak TLS. It keeps schemas as texts and compares none of them; subjects may be told to refuse.
 */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createSecureServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Asked before each request: what to answer instead of the truth. */
export type Fault =
  | { readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> }
  | { readonly delayMs: number }
  | "hang up"
  | null;

interface Version {
  readonly id: number;
  readonly schema: string;
  readonly schemaType: string;
  readonly references: readonly unknown[];
}

export class SmallRegistry implements AsyncDisposable {
  /** "GET /schemas/ids/1", in order. */
  readonly requests: string[] = [];
  /** The header `authorization` of each request. */
  readonly authorizations: (string | undefined)[] = [];
  fault: (request: IncomingMessage, count: number) => Fault = () => null;
  /** When given, what `authorization` must be. */
  authorization: string | null = null;
  readonly #subjects = new Map<string, Version[]>();
  readonly #ids: string[] = [];
  readonly #server;
  readonly #scheme: string;

  private constructor(tls: ServerOptions | undefined) {
    const listener: RequestListener = (request, response) => {
      this.#answer(request, response).catch((error) => response.destroy(error));
    };
    this.#scheme = tls === undefined ? "http" : "https";
    this.#server = tls === undefined ? createServer(listener) : createSecureServer(tls, listener);
  }

  /** `port`: default a free one. */
  static async start(options: { tls?: ServerOptions; port?: number } = {}): Promise<SmallRegistry> {
    const registry = new SmallRegistry(options.tls);
    await new Promise<void>((resolve, reject) => {
      registry.#server.once("error", reject);
      registry.#server.listen(options.port ?? 0, "127.0.0.1", resolve);
    });
    return registry;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.port}`;
  }

  /** Registers without a request; returns the id. */
  add(subject: string, schema: string, schemaType = "AVRO", references: readonly unknown[] = []): number {
    const text = JSON.stringify([schemaType, schema, references]);
    let id = this.#ids.indexOf(text) + 1;
    if (id === 0) id = this.#ids.push(text);
    const versions = this.#subjects.get(subject) ?? [];
    this.#subjects.set(subject, versions);
    if (!versions.some((version) => version.id === id)) versions.push({ id, schema, schemaType, references });
    return id;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests.push(`${request.method} ${request.url}`);
    this.authorizations.push(request.headers.authorization);
    const fault = this.fault(request, this.requests.length);
    let text = "";
    for await (const chunk of request) text += chunk;
    if (fault === "hang up") {
      response.destroy();
      return;
    }
    if (fault !== null && "delayMs" in fault) await sleep(fault.delayMs);
    if (fault !== null && "status" in fault) {
      response.writeHead(fault.status, fault.headers).end(fault.body);
      return;
    }
    if (this.authorization !== null && request.headers.authorization !== this.authorization) {
      send(response, 401, { error_code: 401, message: "Unauthorized" });
      return;
    }
    const path = (request.url ?? "").split("?")[0].split("/").slice(1).map(decodeURIComponent);
    const body = text === "" ? null : JSON.parse(text);
    const { status, content } = this.#route(request.method ?? "GET", path, body);
    send(response, status, content);
  }

  #route(method: string, path: string[], body: Version | null): { status: number; content: unknown } {
    const [first, second, third, fourth] = path;
    if (first === "schemas" && second === "ids") return this.#byId(Number(third));
    if (first === "subjects" && path.length === 1)
      return { status: 200, content: [...this.#subjects.keys()] };
    if (first !== "subjects")
      return { status: 404, content: { error_code: 404, message: "HTTP 404 Not Found" } };
    if (method === "POST" && third === "versions" && body !== null) {
      return {
        status: 200,
        content: { id: this.add(second, body.schema, body.schemaType ?? "AVRO", body.references ?? []) },
      };
    }
    const versions = this.#subjects.get(second);
    if (versions === undefined) return absent(40401, `Subject '${second}' not found.`);
    if (method === "POST") {
      const found = versions.find(({ schema }) => schema === body?.schema);
      return found === undefined ? absent(40403, "Schema not found") : version(second, versions, found);
    }
    if (fourth === undefined) return { status: 200, content: versions.map((_, i) => i + 1) };
    const found = fourth === "latest" ? versions.at(-1) : versions[Number(fourth) - 1];
    return found === undefined
      ? absent(40402, `Version ${fourth} not found.`)
      : version(second, versions, found);
  }

  #byId(id: number): { status: number; content: unknown } {
    const known = this.#ids[id - 1];
    if (known === undefined) return absent(40403, `Schema ${id} not found`);
    const [schemaType, schema, references] = JSON.parse(known);
    // As Confluent's does: the type is left out where it is Avro, and so is an empty list.
    return {
      status: 200,
      content: {
        schema,
        ...(schemaType === "AVRO" ? {} : { schemaType }),
        ...(references.length === 0 ? {} : { references }),
      },
    };
  }
}

function version(subject: string, versions: Version[], found: Version): { status: number; content: unknown } {
  return { status: 200, content: { subject, version: versions.indexOf(found) + 1, ...found } };
}

function absent(error_code: number, message: string): { status: number; content: unknown } {
  return { status: 404, content: { error_code, message } };
}

function send(response: ServerResponse, status: number, content: unknown): void {
  response
    .writeHead(status, { "content-type": "application/vnd.schemaregistry.v1+json" })
    .end(JSON.stringify(content));
}
