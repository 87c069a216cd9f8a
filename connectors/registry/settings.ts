/** What `pw.schemaRegistry` takes, and the checks that name a wrong setting. */
import { nearest } from "../../lib/base/nearest.ts";
import { TowpathError } from "../../lib/errors.ts";

/** A user and a password, or a token; a function is asked for the token before each request. */
export type RegistryAuth =
  | { readonly username: string; readonly password: string }
  | { readonly token: string | (() => string | Promise<string>) };

/** PEM texts. Without `ca` the certificates that Node knows are trusted. */
export interface RegistryTls {
  readonly ca?: string | Buffer;
  /** The client's certificate, and its key: mutual TLS. */
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  /** The same two in one PKCS 12 file. */
  readonly pfx?: Buffer;
  readonly passphrase?: string;
}

/** Where a schema registry is and how it is spoken to. */
export interface RegistrySettings {
  /**
   * The address that `/subjects` follows: "https://host:8081", "http://host:8080/apis/ccompat/v7". Of several, which
   * must have the same schemas, the next is asked where one does not answer.
   */
  readonly url: string | readonly string[];
  /** Default: a user and a password that stand in the url, else none. */
  readonly auth?: RegistryAuth;
  readonly tls?: RegistryTls;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long one request may take, in ms; default 10,000. */
  readonly timeoutMs?: number;
  /**
   * How long a request is tried again where no registry answers, or answers with 429 or 5xx, in ms; default 30,000.
   * The waits between grow from 100 ms to 5 s.
   */
  readonly retryForMs?: number;
  /** How long the newest version of a subject, and the absence of an id, is kept, in ms; default 60,000. Ids keep their schema for ever. */
  readonly latestForMs?: number;
  /** Ends all requests: they reject with its reason. */
  readonly signal?: AbortSignal;
}

const names: readonly (keyof RegistrySettings)[] = [
  "url",
  "auth",
  "tls",
  "headers",
  "timeoutMs",
  "retryForMs",
  "latestForMs",
  "signal",
];

/** The settings, checked, with defaults. */
export interface ResolvedSettings {
  /** Without users and trailing slashes. */
  readonly urls: readonly string[];
  readonly auth: RegistryAuth | null;
  readonly tls: RegistryTls | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly retryForMs: number;
  readonly latestForMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Throws TP_BAD_ARGUMENT naming the setting. */
export function resolveSettings(given: RegistrySettings): ResolvedSettings {
  if (typeof given !== "object" || given === null) {
    throw bad("the settings are not an object", 'Give at least { url: "http://localhost:8081" }.');
  }
  known(given, names, "the settings have");
  const urls = (Array.isArray(given.url) ? given.url : [given.url]).map(parseUrl);
  if (urls.length === 0) throw bad("url names no registry", 'Give url: "http://localhost:8081".');
  const { tls = null, headers = {}, timeoutMs = 10_000, retryForMs = 30_000, latestForMs = 60_000 } = given;
  for (const [name, value] of Object.entries({ timeoutMs, retryForMs, latestForMs })) {
    if (typeof value === "number" && value >= (name === "timeoutMs" ? 1 : 0)) continue;
    throw bad(`${name} cannot be ${String(value)}`, "Give a number of milliseconds.");
  }
  if (tls !== null) known(tls, ["ca", "cert", "key", "pfx", "passphrase"], "tls has");
  return {
    urls: urls.map(({ address }) => address),
    auth: checkedAuth(given.auth) ?? urls.find(({ auth }) => auth !== null)?.auth ?? null,
    tls,
    headers: { ...headers },
    timeoutMs,
    retryForMs,
    latestForMs,
    signal: given.signal,
  };
}

function parseUrl(given: unknown): { address: string; auth: RegistryAuth | null } {
  let url: URL | null = null;
  try {
    url = new URL(String(given));
  } catch {
    // Told below, without the text: it may hold a password.
  }
  if (typeof given !== "string" || url === null || !/^https?:$/.test(url.protocol)) {
    throw bad("url is not the address of a registry", 'Give such as url: "http://localhost:8081".');
  }
  const { username, password } = url;
  const auth =
    username === ""
      ? null
      : { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  return { address: `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, "")}`, auth };
}

function checkedAuth(auth: RegistryAuth | undefined): RegistryAuth | null {
  if (auth === undefined) return null;
  const given = (typeof auth === "object" && auth !== null ? auth : {}) as Record<string, unknown>;
  const { username, password, token } = given;
  const isBasic = typeof username === "string" && typeof password === "string" && token === undefined;
  const isToken = (typeof token === "string" || typeof token === "function") && username === undefined;
  if (isBasic || isToken) return auth;
  throw bad("auth is none of its forms", "Give auth: { username, password }, or auth: { token }.");
}

function known(given: object, all: readonly string[], what: string): void {
  const odd = Object.keys(given).find((name) => !all.includes(name));
  if (odd === undefined) return;
  const meant = nearest(odd, all);
  const question = meant === undefined ? "" : `Did you mean "${meant}"? `;
  throw bad(`${what} no ${JSON.stringify(odd)}`, `${question}There are ${all.join(", ")}.`);
}

/** An error about an argument of `pw.schemaRegistry`. */
export function bad(detail: string, hint: string): TowpathError {
  return new TowpathError("TP_BAD_ARGUMENT", detail, { where: "pw.schemaRegistry", hint });
}
