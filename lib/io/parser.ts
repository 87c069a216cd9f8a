import type { Failed } from "../data/coerce.ts";
import type { RowBuilder } from "../data/row-builder.ts";
import type { Columns } from "../data/schema.ts";
import type { ErrorCode } from "../errors.ts";

/**
 * Messages as they come from a transport: one buffer of payloads end to end, and an array for each attribute.
 * Never an object a message. Borrowed: valid until the next `take` of the ingest that filled it.
 */
export interface PackedMessages {
  readonly length: number;
  /** Payload i is `bytes[ends[i - 1], ends[i])`, with `ends[-1]` read as 0. */
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
  /** 1 where the payload is null (which is not the empty payload); null where none is. */
  readonly nulls: Uint8Array | null;
  /** The source's slot for the message's (topic, partition). */
  readonly partitions: Int32Array;
  readonly offsets: Float64Array;
  /** Where reading goes on behind each message; absent: at the offset after its own. */
  readonly next?: Float64Array | undefined;
  /** Milliseconds since 1970; null where nobody asked. */
  readonly timestamps: Float64Array | null;
  /** Message keys, packed like the payloads; null where nobody asked. */
  readonly keys: PackedBytes | null;
  /** Headers of message i as [name, value] pairs; null where nobody asked. */
  readonly headers: ((message: number) => readonly (readonly [string, Buffer | null])[]) | null;
}

export interface PackedBytes {
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
  readonly nulls: Uint8Array | null;
}

/** Told of each message that could not be read; none of its rows may be in the builder. */
export type Reject = (message: number, code: ErrorCode, detail: string) => void;

/**
 * Bytes to rows. Knows nothing of commits: the input session finds the markers and hands over the runs between.
 *
 * Laws (test/conformance/parsers.test.ts): cutting a run in two changes nothing; a rejected message leaves no row;
 * only columns with a builder are written; no throw on any bytes.
 */
export interface Parser {
  /** Whether surrounding whitespace is ignored when a payload is compared with the commit marker. */
  readonly trimsMarker: boolean;
  /**
   * Absent, or false until `offerHeader` accepted a message: before that the session holds messages back.
   */
  readonly ready?: boolean;
  /**
   * Looks whether message i is the header. Once accepted, `parseInto` of that very message (the same partition and
   * offset, also after `load`) yields the rows that follow the header in it: usually none.
   */
  offerHeader?(messages: PackedMessages, message: number): boolean;
  /**
   * Gets what must be there before messages [from, to) can be parsed (schemas that they name): a promise to wait for,
   * null where nothing is missing, which is nearly always. It rejects where the run cannot go on; what is wrong with a
   * message is told by `parseInto`. The messages are not changed or reused before it settles. Absent: nothing ever is.
   */
  prepare?(messages: PackedMessages, from: number, to: number): Promise<void> | null;
  /** Appends the rows of messages [from, to) to `rows`, ending each with `rows.endRow`. */
  parseInto(messages: PackedMessages, from: number, to: number, rows: RowBuilder, reject: Reject): void;
  /**
   * Writes the primary key's columns of a message without payload from its message key, as the next row without ending
   * it; Failed where the key names no row. Absent: the forms of connectors/formats/message-key.ts.
   */
  readKey?(messages: PackedMessages, message: number, rows: RowBuilder): Failed | null;
  /** What a checkpoint keeps (the csv header), as JSON. */
  save?(): unknown;
  load?(state: unknown): void;
}

/** A format's reading half, as its registry line gives it. */
export interface ParserDefinition<Options = unknown> {
  create(columns: Columns, options: Options): Parser;
}
