/** Functions that a client calls: they travel with its settings, where only code that asks for them sees them. */
import { TowpathError } from "../../../lib/errors.ts";
import type { KafkaSettings } from "./options.ts";

/** A token for SASL/OAUTHBEARER. */
export interface OAuthBearerToken {
  /** As it goes to the broker: its principal is what it says itself. */
  readonly token: string;
  /** When it ends, in milliseconds since 1970. The next one is asked for when four fifths of the time are over. */
  readonly expiresMs: number;
}

/** Gives a token: when a client connects, and before the last one ends. */
export type OAuthBearerProvider = () => OAuthBearerToken | Promise<OAuthBearerToken>;

/** librdkafka's statistics, by its own names (STATISTICS.md): `brokers`, `topics`, `rxmsgs`, … */
export type ClientStatistics = Readonly<Record<string, unknown>>;

export interface ClientHooks {
  /** Tokens for `sasl.mechanism` OAUTHBEARER, which it sets where the settings do not. */
  readonly oauthBearer?: OAuthBearerProvider | undefined;
  /** Told of each client's statistics each `statistics.interval.ms` (default then: 1,000). */
  readonly onStatistics?: ((statistics: ClientStatistics) => void) | undefined;
}

const HOOKS = Symbol("hooks");

/** A wait before a token that could not be had is asked for again. */
const RETRY_MS = 5_000;
/** A timer waits no longer; then it looks again. */
const TIMER_MS_MAX = 2 ** 31 - 1;
const REFRESH_AT = 0.8;

/** The settings with hooks; copies of them keep these. */
export function withHooks(
  settings: KafkaSettings,
  { oauthBearer, onStatistics }: ClientHooks,
): KafkaSettings {
  if (oauthBearer === undefined && onStatistics === undefined) return settings;
  checkFunction("oauthBearer", oauthBearer);
  checkFunction("onStatistics", onStatistics);
  return {
    ...(oauthBearer === undefined ? {} : { "sasl.mechanism": "OAUTHBEARER" }),
    ...(onStatistics === undefined ? {} : { "statistics.interval.ms": 1_000 }),
    ...settings,
    [HOOKS]: { oauthBearer, onStatistics },
  };
}

function hooksOf(settings: KafkaSettings): ClientHooks {
  return (settings as { readonly [HOOKS]?: ClientHooks })[HOOKS] ?? {};
}

function checkFunction(option: string, given: unknown): void {
  if (given === undefined || typeof given === "function") return;
  throw new TowpathError("TP_BAD_ARGUMENT", `the option ${option} is no function`, {
    hint: "Give a function, or leave it out.",
  });
}

/** What of a node-rdkafka client the hooks need. */
export interface HookedClient {
  setOauthBearerToken(token: string): unknown;
  on(event: "event.stats", listener: (statistics: { readonly message: string }) => void): unknown;
}

/** The hooks of one client. `connecting` comes before its connect, `stop` before its disconnect. */
export class HookedSettings {
  readonly #hooks: ClientHooks;
  readonly #client: HookedClient;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(client: HookedClient, settings: KafkaSettings) {
    this.#hooks = hooksOf(settings);
    this.#client = client;
    const { onStatistics } = this.#hooks;
    if (onStatistics !== undefined) {
      client.on("event.stats", ({ message }) => onStatistics(JSON.parse(message)));
    }
  }

  /** Throws TP_KAFKA_AUTHENTICATION where there is no token to begin with. */
  async connecting(): Promise<void> {
    const { oauthBearer } = this.#hooks;
    if (oauthBearer === undefined) return;
    try {
      this.#use(await oauthBearer());
    } catch (cause) {
      const detail = `oauthBearer gave no token: ${cause instanceof Error ? cause.message : String(cause)}`;
      throw new TowpathError("TP_KAFKA_AUTHENTICATION", detail, {
        hint: "It gives { token, expiresMs }: the token's text, and when it ends in milliseconds since 1970.",
        cause,
      });
    }
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #use({ token, expiresMs }: OAuthBearerToken): void {
    if (typeof token !== "string" || token === "") throw new Error("its token is no text");
    if (!Number.isFinite(expiresMs)) throw new Error("its expiresMs is no time");
    if (expiresMs <= Date.now()) throw new Error(`its token ended at ${new Date(expiresMs).toISOString()}`);
    this.#client.setOauthBearerToken(token);
    this.#refreshIn((expiresMs - Date.now()) * REFRESH_AT);
  }

  #refreshIn(ms: number): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(
      () => (ms > TIMER_MS_MAX ? this.#refreshIn(ms - TIMER_MS_MAX) : void this.#refresh()),
      Math.min(ms, TIMER_MS_MAX),
    );
    this.#timer.unref();
  }

  /** The client goes on with the former token meanwhile: when the broker refuses that, it says so. */
  async #refresh(): Promise<void> {
    try {
      const next = await this.#hooks.oauthBearer?.();
      if (next !== undefined && !this.#isStopped) this.#use(next);
    } catch {
      this.#refreshIn(RETRY_MS);
    }
  }
}
