import { addressOf, type ClientError, clientErrors } from "./client-errors.ts";
import type { KafkaSettings } from "./options.ts";
import { redactText } from "./redact.ts";

/**
 * Tells the user, in one line each, that no broker answers and that one does again. In between librdkafka tries on by
 * itself, with an error for every attempt.
 */
export class ConnectionLog {
  readonly #settings: KafkaSettings;
  readonly #log: (line: string) => void;
  #lost = false;

  constructor(settings: KafkaSettings, log: (line: string) => void) {
    this.#settings = settings;
    this.#log = log;
  }

  note({ code, message }: ClientError): void {
    if (code !== clientErrors.allBrokersDown || this.#lost) return;
    this.#lost = true;
    const reason = redactText(message, this.#settings);
    this.#log(
      `no broker of ${addressOf(this.#settings)} answers (${reason}); reading goes on when one is back`,
    );
  }

  /** Something came from a broker. */
  answered(): void {
    if (!this.#lost) return;
    this.#lost = false;
    this.#log(`a broker of ${addressOf(this.#settings)} answers again`);
  }
}
