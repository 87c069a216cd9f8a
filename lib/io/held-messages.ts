import { TowpathError } from "../errors.ts";
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
      return joinMessages([...before, ownRange(messages, 0, messages.length)]);
    }
    this.#held.push(ownRange(messages, 0, messages.length));
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

/** A copy of messages [from, to), since the original is borrowed. */
function ownRange(messages: PackedMessages, from: number, to: number): PackedMessages {
  const start = from === 0 ? 0 : messages.ends[from - 1];
  const end = to === 0 ? 0 : messages.ends[to - 1];
  const headers = Array.from({ length: to - from }, (_, i) => messages.headers?.(from + i) ?? []);
  return {
    length: to - from,
    bytes: messages.bytes.slice(start, Math.max(start, end)),
    ends: messages.ends.slice(from, to).map((at) => at - start),
    nulls: messages.nulls?.slice(from, to) ?? null,
    partitions: messages.partitions.slice(from, to),
    offsets: messages.offsets.slice(from, to),
    timestamps: messages.timestamps?.slice(from, to) ?? null,
    keys: messages.keys === null ? null : ownKeys(messages.keys, from, to),
    headers: messages.headers === null ? null : (message) => headers[message],
  };
}

function ownKeys(
  keys: NonNullable<PackedMessages["keys"]>,
  from: number,
  to: number,
): PackedMessages["keys"] {
  const start = from === 0 ? 0 : keys.ends[from - 1];
  const end = to === 0 ? start : keys.ends[to - 1];
  return {
    bytes: keys.bytes.slice(start, Math.max(start, end)),
    ends: keys.ends.slice(from, to).map((at) => at - start),
    nulls: keys.nulls?.slice(from, to) ?? null,
  };
}

/** Happens once in the life of a source, so that clarity counts more than speed. */
function joinMessages(parts: readonly PackedMessages[]): PackedMessages {
  const { timestamps, keys, headers } = parts[0];
  return {
    length: parts.reduce((sum, part) => sum + part.length, 0),
    ...joinPacked(parts),
    partitions: Int32Array.from(parts.flatMap((part) => [...part.partitions])),
    offsets: Float64Array.from(parts.flatMap((part) => [...part.offsets])),
    timestamps:
      timestamps === null ? null : Float64Array.from(parts.flatMap((part) => [...(part.timestamps ?? [])])),
    keys: keys === null ? null : joinPacked(parts.map((part) => part.keys as NonNullable<typeof keys>)),
    headers: headers === null ? null : joinHeaders(parts),
  };
}

function joinPacked(parts: readonly { bytes: Uint8Array; ends: Uint32Array; nulls: Uint8Array | null }[]): {
  bytes: Uint8Array;
  ends: Uint32Array;
  nulls: Uint8Array;
} {
  const ends: number[] = [];
  const nulls: number[] = [];
  let base = 0;
  for (const part of parts) {
    for (const end of part.ends) ends.push(base + end);
    for (let i = 0; i < part.ends.length; i++) nulls.push(part.nulls?.[i] ?? 0);
    base += part.bytes.length;
  }
  return {
    bytes: Buffer.concat(parts.map((part) => part.bytes)),
    ends: Uint32Array.from(ends),
    nulls: Uint8Array.from(nulls),
  };
}

function joinHeaders(parts: readonly PackedMessages[]): NonNullable<PackedMessages["headers"]> {
  const all = parts.flatMap((part) => Array.from({ length: part.length }, (_, i) => part.headers?.(i) ?? []));
  return (message) => all[message];
}
