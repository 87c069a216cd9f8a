import type { PackedMessages } from "../../../lib/io/parser.ts";
import type { Session } from "../../../lib/io/session.ts";

/** Messages that wait until what their parser needs is there: a schema that they name, out of a registry. */
export class Preparation {
  readonly #session: Session;
  readonly #wake: () => void;
  readonly #fail: (error: Error) => void;
  #messages: PackedMessages | null = null;
  #isDone = false;

  /** `wake` is called when messages can go on, `fail` when they never will. */
  constructor(session: Session, wake: () => void, fail: (error: Error) => void) {
    this.#session = session;
    this.#wake = wake;
    this.#fail = fail;
  }

  /** Whether messages are here: waiting, or ready to be taken. Until they are, no more may be taken of the ingest. */
  get holds(): boolean {
    return this.#messages !== null;
  }

  /** Whether they still wait. */
  get isWaiting(): boolean {
    return this.#messages !== null && !this.#isDone;
  }

  /** Whether these can be fed at once; if not, they are kept here. */
  admits(messages: PackedMessages): boolean {
    const wait = this.#session.prepare?.(messages) ?? null;
    if (wait === null) return true;
    this.#messages = messages;
    this.#isDone = false;
    wait.then(() => {
      this.#isDone = true;
      this.#wake();
    }, this.#fail);
    return false;
  }

  /** What has waited. */
  take(): PackedMessages | null {
    const messages = this.#messages;
    this.#messages = null;
    return messages;
  }
}
