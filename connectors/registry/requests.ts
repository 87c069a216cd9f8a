import { setTimeout as sleep } from "node:timers/promises";
import { TowpathError } from "../../lib/errors.ts";
import { isAbsent, isPassing, parsed, RegistryRefusal, refusalOf, refused } from "./answers.ts";
import type { ResolvedSettings } from "./settings.ts";
import { type Answer, type Request, type Transport, transportFor } from "./transport.ts";

const FIRST_WAIT_MS = 100;
const WAIT_MS_MAX = 5_000;
const CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
const MASK = "********";

/**
 * Requests that are made again for a while where no registry answers, at the next address each time; the address that
 * answered last is asked first. Secrets stay out of all errors.
 */
export class Requests {
  readonly #settings: ResolvedSettings;
  readonly #transport: Transport;
  #current = 0;
  #secrets: readonly string[];

  constructor(settings: ResolvedSettings) {
    this.#settings = settings;
    this.#transport = transportFor(settings.tls);
    this.#secrets = secretsOf(settings);
  }

  /**
   * The JSON of the answer; null where the registry says that there is no such thing. Rejects with a TowpathError,
   * TP_REGISTRY_… by what was answered, or with the reason of the signal.
   */
  async find(path: string): Promise<unknown> {
    const content = await this.#send("GET", path, undefined);
    return content instanceof RegistryRefusal ? null : content;
  }

  /** As `find`, with a body: a lookup. */
  async findBy(path: string, body: object): Promise<unknown> {
    const content = await this.#send("POST", path, body);
    return content instanceof RegistryRefusal ? null : content;
  }

  /** The JSON of the answer; what is absent is an error too. */
  async send(method: Request["method"], path: string, body?: object): Promise<unknown> {
    const content = await this.#send(method, path, body);
    if (!(content instanceof RegistryRefusal)) return content;
    throw this.#refused(content, method, path);
  }

  /** Resolves to the refusal where what was asked for is absent. */
  async #send(method: Request["method"], path: string, body: object | undefined): Promise<unknown> {
    const { retryForMs, signal, urls } = this.#settings;
    const deadline = performance.now() + retryForMs;
    for (let attempt = 0; ; attempt++) {
      signal?.throwIfAborted();
      let waitMs = Math.min(FIRST_WAIT_MS * 2 ** Math.floor(attempt / urls.length), WAIT_MS_MAX);
      let failure: unknown;
      try {
        const answer = await this.#ask(method, path, body);
        if (answer.status >= 200 && answer.status < 300) return this.#content(answer, method, path);
        const refusal = refusalOf(answer);
        if (isAbsent(refusal)) return refusal;
        if (!isPassing(answer.status)) throw this.#refused(refusal, method, path);
        failure = this.#refused(refusal, method, path);
        waitMs = Math.max(waitMs, secondsOf(answer.retryAfter) * 1000);
      } catch (error) {
        if (error instanceof TowpathError) throw error;
        signal?.throwIfAborted();
        failure = error;
      }
      // Somewhere between half and all of it: many that failed together do not come back together.
      waitMs *= 0.5 + Math.random() / 2;
      if (performance.now() + waitMs > deadline) throw this.#unreachable(failure, method, path, attempt + 1);
      this.#current = (this.#current + 1) % urls.length;
      // Another address is asked at once, the first time round.
      if (attempt + 1 < urls.length) continue;
      await sleep(waitMs, undefined, signal === undefined ? {} : { signal }).catch(() => {});
    }
  }

  async #ask(method: Request["method"], path: string, body: object | undefined): Promise<Answer> {
    const { urls, headers, timeoutMs, signal } = this.#settings;
    const timeout = AbortSignal.timeout(timeoutMs);
    const authorization = await this.#authorization();
    return this.#transport(`${urls[this.#current]}${path}`, {
      method,
      headers: {
        accept: `${CONTENT_TYPE}, application/json`,
        ...(body === undefined ? {} : { "content-type": CONTENT_TYPE }),
        ...headers,
        ...(authorization === null ? {} : { authorization }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    });
  }

  async #authorization(): Promise<string | null> {
    const { auth } = this.#settings;
    if (auth === null) return null;
    if ("username" in auth) {
      return `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString("base64")}`;
    }
    if (typeof auth.token === "string") return `Bearer ${auth.token}`;
    const token = await this.#freshToken(auth.token);
    this.#secrets = [...secretsOf(this.#settings), token];
    return `Bearer ${token}`;
  }

  async #freshToken(given: () => string | Promise<string>): Promise<string> {
    const hint = "Let the function auth.token return a token, or a promise of one.";
    try {
      const token: unknown = await given();
      if (typeof token === "string" && token !== "") return token;
    } catch (cause) {
      throw new TowpathError("TP_REGISTRY_AUTHENTICATION", "the function that gives the token threw", {
        hint,
        cause,
      });
    }
    throw new TowpathError("TP_REGISTRY_AUTHENTICATION", "the function that gives the token gave none", {
      hint,
    });
  }

  #content({ text, status }: Answer, method: string, path: string): unknown {
    const content = parsed(text);
    if (content !== null || text.trim() === "") return content;
    throw this.#refused(new RegistryRefusal(status, null, "the answer is no JSON object"), method, path);
  }

  #refused(refusal: RegistryRefusal, method: string, path: string): TowpathError {
    return refused(refusal, `${method} ${path}`, this.#settings.urls[this.#current], this.#shown);
  }

  #unreachable(failure: unknown, method: string, path: string, attempts: number): TowpathError {
    const { urls, retryForMs } = this.#settings;
    const why =
      failure instanceof TowpathError
        ? failure.detail
        : `${method} ${path}: ${this.#shown(reasonOf(failure))}`;
    const times = attempts === 1 ? "once" : `${attempts} times`;
    return new TowpathError(
      "TP_REGISTRY_UNREACHABLE",
      `no schema registry answered, asked ${times} within ${retryForMs} ms; the last time: ${why}`,
      { where: urls.join(", "), hint: "Check the url of the registry, and that it runs.", cause: failure },
    );
  }

  readonly #shown = (text: string): string =>
    this.#secrets
      .reduce((shown, secret) => shown.replaceAll(secret, MASK), text)
      .replace(/:\/\/[^\s/?#@]+@/g, `://${MASK}@`);
}

/** A registry that asks for more patience than anybody has is asked again by our own clock. */
function secondsOf(retryAfter: string | null): number {
  const seconds = Number(retryAfter ?? 0);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), 60) : 0;
}

/** `fetch` says "fetch failed", and why in causes of its error. */
function reasonOf(failure: unknown): string {
  if (!(failure instanceof Error)) return String(failure);
  if (failure.name === "TimeoutError") return "no answer in time (timeoutMs)";
  if (failure.cause instanceof Error) return reasonOf(failure.cause);
  if (failure instanceof AggregateError && failure.message === "") return reasonOf(failure.errors[0]);
  return failure.message;
}

function secretsOf({ auth, tls, headers }: ResolvedSettings): string[] {
  const secrets = [tls?.passphrase, ...Object.values(headers).filter((value) => value.length >= 8)];
  if (auth !== null && "username" in auth) {
    secrets.push(auth.password, Buffer.from(`${auth.username}:${auth.password}`).toString("base64"));
  } else if (auth !== null && typeof auth.token === "string") secrets.push(auth.token);
  return secrets.filter((secret): secret is string => secret !== undefined && secret.trim() !== "");
}
