import type { Batch } from "../../../lib/data/batch.ts";
import { pointerText } from "../../../lib/data/cell.ts";
import type { Columns } from "../../../lib/data/schema.ts";
import { TowpathError } from "../../../lib/errors.ts";
import { ByteWriter } from "../../../lib/io/byte-writer.ts";
import { JsonFormatter } from "../../formats/json-formatter.ts";
import type { Outbox } from "./outbox.ts";

/** Where an envelope's messages go (`Producer`). */
export interface MessageOutput {
  readonly outbox: Outbox;
  topic(name: string): number;
  ticket(time: number): number;
  commit(time: number, messages: number): void;
}

/** Commits to messages. */
export interface Envelope {
  /** Takes one commit, rows in the order given; returns the changes written. Throws without having sent any of it. */
  write(batch: Batch, order: Uint32Array): number;
  /** Sends what waits for others to share a message with. */
  flush(): void;
  /** Commits that wait. */
  readonly pendingCommits: number;
  /** The last commit that was sent. */
  readonly sentTime: number;
}

/** What an error shows of a row. */
const EXCERPT_BYTES = 80;

/** A row, for errors: its key and the beginning of its columns as JSON. */
export function placeOfRow(batch: Batch, row: number, columns: Columns): string {
  const out = new ByteWriter();
  new JsonFormatter(columns, { changes: false }).formatInto(batch, row, 1, out);
  return excerptOfRow(batch, row, out.view());
}

/** The same for a row that has been formatted already. */
export function excerptOfRow(batch: Batch, row: number, record: Uint8Array): string {
  const words = batch.keys.words();
  const key = pointerText(new Uint8Array(words.buffer, words.byteOffset + 16 * row, 16));
  const cut = record.length > EXCERPT_BYTES ? "…" : "";
  return `row ${key}, ${Buffer.from(record.subarray(0, EXCERPT_BYTES)).toString()}${cut}`;
}

export function rowTooLarge(place: string, bytes: number, room: number): TowpathError {
  return new TowpathError(
    "TP_KAFKA_MESSAGE_TOO_LARGE",
    `a row takes ${bytes} bytes, and a message has room for ${room}`,
    {
      where: place,
      hint: 'Raise "message.max.bytes" in the settings, and max.message.bytes of the topic with it.',
    },
  );
}
