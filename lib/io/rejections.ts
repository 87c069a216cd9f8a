import { type ErrorCode, TowpathError } from "../errors.ts";
import type { PackedMessages } from "./parser.ts";
import type { Rejection } from "./source.ts";

/** Where rejected messages go. The source waits until they have arrived before it lets the next commit out. */
export interface DeadLetters {
  readonly topic: string;
  /** Takes a copy of message i, and why it was rejected. */
  send(messages: PackedMessages, i: number, code: ErrorCode, detail: string): void;
}

export interface RejectionOptions {
  /** The first rejected message ends the run, or they are left out, or left out and sent away. */
  readonly onError: "fail" | "skip" | DeadLetters;
  /** "topic orders, partition 0, offset 17". */
  position(partition: number, offset: number): string;
  log(line: string): void;
  /** Lists a message that is left out for the readers of `pw.errorLog()`. */
  list(rejection: Rejection): void;
}

/** Where a message stood, and the message itself for the case that it is to be sent away. */
export interface Rejected {
  readonly partition: number;
  readonly offset: number;
  original(): readonly [messages: PackedMessages, i: number];
}

/** Rejected messages beyond this many are counted, but no longer logged one by one. */
const REJECTIONS_LOGGED = 10;
const REMEDY = "Mend the producer";

/** What becomes of messages that cannot be read; the message is the unit, none of its rows is in the table. */
export class Rejections {
  readonly #options: RejectionOptions;
  count = 0;
  /** Set while commits are made again: what they left out has been sent away, and told, when they were made first. */
  areRepeated = false;

  constructor(options: RejectionOptions) {
    this.#options = options;
  }

  /** Message i is bad. `remedy` says what to do: a sentence's beginning. */
  add(messages: PackedMessages, i: number, code: ErrorCode, detail: string, remedy = REMEDY): void {
    const { partitions, offsets } = messages;
    const rejected = {
      partition: partitions[i],
      offset: offsets[i],
      original: () => [messages, i] as const,
    };
    this.addUsed(rejected, code, detail, remedy);
  }

  /** The same for a message that has been used up. */
  addUsed({ partition, offset, original }: Rejected, code: ErrorCode, detail: string, remedy = REMEDY): void {
    const { onError, position, log, list } = this.#options;
    if (onError === "fail") {
      const hint = `${remedy}, or set onError: "skip" to leave such messages out.`;
      throw new TowpathError(code, detail, { where: position(partition, offset), hint });
    }
    this.count++;
    if (onError !== "skip" && !this.areRepeated) onError.send(...original(), code, detail);
    list({ code, detail, origin: position(partition, offset) });
    if (this.areRepeated || this.count > REJECTIONS_LOGGED) return;
    const done = onError === "skip" ? "skipped a message" : `sent a message to ${onError.topic}`;
    log(`${done}: ${code}: ${detail} (${position(partition, offset)})`);
    if (this.count === REJECTIONS_LOGGED) log("further such messages are counted, not logged");
  }
}
