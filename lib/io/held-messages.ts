import { TowpathError } from "../errors.ts";
import { joinMessages, ownMessages } from "./own-messages.ts";
import type { PackedMessages, Parser } from "./parser.ts";

/** Messages that may come before a header; more means that there is none. */
const HELD_MAX = 10_000;

/**
 * Holds messages back until a format that needs a header has seen it (csv with several partitions: the header may come
 * after rows of another one). Once it is there the held messages, markers among them, go on in the order of arrival;
 * the message with the header among them, because rows may follow it there: the parser leaves out the header's line.
 */
export class HeldMessages {
  readonly #parser: Parser;
  #held: PackedMessages[] = [];
  #count = 0;

  constructor(parser: Parser) {
    this.#parser = parser;
  }

  /** What may be read now: all of it, or nothing while the header is missing. */
  filter(messages: PackedMessages): PackedMessages | null {
    const parser = this.#parser;
    if (parser.ready !== false || parser.offerHeader === undefined) return messages;
    for (let i = 0; i < messages.length; i++) {
      if (!parser.offerHeader(messages, i)) continue;
      const before = this.#held;
      this.#held = [];
      return joinMessages([...before, ownMessages(messages, 0, messages.length)]);
    }
    this.#held.push(ownMessages(messages, 0, messages.length));
    this.#count += messages.length;
    if (this.#count > HELD_MAX) throw noHeader(`none of the first ${this.#count} messages`);
    return null;
  }

  /** The end of a static source. */
  finish(): void {
    if (this.#count > 0 && this.#parser.ready === false)
      throw noHeader(`none of the ${this.#count} messages`);
  }
}

function noHeader(which: string): TowpathError {
  return new TowpathError("TP_CSV_NO_HEADER", `${which} is a header with every needed column`, {
    hint: "Send the header first, read from the earliest offset, or set csv: { header: false } to take valueColumns in their order.",
  });
}
