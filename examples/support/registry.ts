/** A schema registry inside the process, for examples whose broker is there too: what Confluent's answers to clients. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface Registry extends AsyncDisposable {
  readonly url: string;
}

/** The registry that SCHEMA_REGISTRY_URL names, else one in this process. */
export async function openRegistry(): Promise<Registry> {
  const given = process.env.SCHEMA_REGISTRY_URL;
  if (given !== undefined && given !== "") return { url: given, async [Symbol.asyncDispose]() {} };
  const registry = new MemoryRegistry();
  await registry.listen();
  return registry;
}

/** Subjects and their schemas, each schema with an id of its own; compatibility is not looked at. */
class MemoryRegistry implements Registry {
  readonly #schemas: string[] = [];
  readonly #subjects = new Map<string, number[]>();
  readonly #server = createServer(async (request, response) => {
    const [status, body] = this.#answer(request, await textOf(request));
    response.writeHead(status, { "content-type": "application/vnd.schemaregistry.v1+json" });
    response.end(JSON.stringify(body));
  });

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  listen(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.listen(0, "127.0.0.1", resolve);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer({ method, url = "" }: IncomingMessage, text: string): [status: number, body: object] {
    const [kind, name = "", , version] = url.split("?")[0].split("/").slice(1).map(decodeURIComponent);
    if (kind === "schemas") return this.#schemaOf(Number(url.split("?")[0].split("/")[3]));
    if (method === "POST") return [200, { id: this.#register(name, JSON.parse(text).schema) }];
    const ids = this.#subjects.get(name) ?? [];
    const at = version === "latest" ? ids.length : Number(version);
    const id = ids[at - 1];
    if (id === undefined) return [404, { error_code: 40401, message: `Subject '${name}' not found.` }];
    return [200, { subject: name, version: at, id, schema: this.#schemas[id - 1] }];
  }

  #schemaOf(id: number): [status: number, body: object] {
    const schema = this.#schemas[id - 1];
    return schema === undefined
      ? [404, { error_code: 40403, message: `Schema ${id} not found` }]
      : [200, { schema }];
  }

  #register(subject: string, schema: string): number {
    const id = this.#schemas.indexOf(schema) + 1 || this.#schemas.push(schema);
    const ids = this.#subjects.get(subject) ?? [];
    this.#subjects.set(subject, ids.includes(id) ? ids : [...ids, id]);
    return id;
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}
