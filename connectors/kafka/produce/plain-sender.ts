import { isUtf8 } from "node:buffer";
import type { MessageHeader, Producer } from "node-rdkafka";
import { TowpathError } from "../../../lib/errors.ts";
import type { ClientError } from "../client/client-errors.ts";
import type { ChunkSender, Delivered, SendFailure } from "./chunk-sender.ts";
import { readHeaders } from "./message-headers.ts";
import {
  type Chunk,
  FIELDS,
  HEADERS,
  HEADERS_END,
  KEY,
  KEY_END,
  PARTITION,
  TICKET,
  TIME,
  TIME_REST,
  TIME_UNIT,
  TOPIC,
  VALUE,
  VALUE_END,
} from "./outbox.ts";

/** node-rdkafka sends a Buffer without memory of its own as null. */
const EMPTY = Buffer.alloc(1).subarray(0, 0);

interface Report {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly size: number;
  readonly key: Buffer | null;
  readonly opaque: number;
}

interface KnownHeaders {
  chunk: Chunk | null;
  readonly start: number;
  readonly end: number;
  readonly list: MessageHeader[];
}

/**
 * By node-rdkafka's own `produce`, message by message, where the native writer is not there. It makes texts of header
 * values, so one that is no text without NUL (bytes, null) is refused rather than changed.
 */
export class PlainSender implements ChunkSender {
  readonly kind = "plain";
  readonly #raw: Producer;
  readonly #topics: string[] = [];
  #reports: Report[] = [];
  #failure: SendFailure | null = null;
  #refusal: ClientError | null = null;
  /** topic → partition → the last offset. */
  readonly #offsets = new Map<string, number[]>();
  /** The headers read last: a commit's messages share theirs. */
  #headers: KnownHeaders = { chunk: null, start: 0, end: 0, list: [] };

  constructor(raw: Producer) {
    this.#raw = raw;
    raw.on("delivery-report", (error, report) => this.#report(error ?? null, report as unknown as Report));
  }

  addTopic(name: string): number {
    return this.#topics.push(name) - 1;
  }

  setPartitions(): void {}

  get refusal(): ClientError | null {
    return this.#refusal;
  }

  send(chunk: Chunk, from: number, to: number): number {
    this.#refusal = null;
    // The chunk may hold other messages than last time.
    this.#headers.chunk = null;
    const { fields } = chunk;
    for (let i = from; i < to; i++) {
      const at = i * FIELDS;
      const value = part(chunk, fields[at + VALUE], fields[at + VALUE_END]);
      const key = part(chunk, fields[at + KEY], fields[at + KEY_END]);
      const headers = this.#headersOf(chunk, fields[at + HEADERS], fields[at + HEADERS_END]);
      try {
        this.#raw.produce(
          this.#topics[fields[at + TOPIC]],
          fields[at + PARTITION],
          value,
          key,
          timeOf(fields, at),
          fields[at + TICKET],
          headers,
        );
      } catch (error) {
        this.#refusal = error as ClientError;
        return i - from;
      }
    }
    return to - from;
  }

  collect(delivered: Delivered): SendFailure | null {
    const reports = this.#reports;
    this.#reports = [];
    for (const { opaque, size, key } of reports) delivered(opaque, 1, size + (key?.length ?? 0));
    return this.#failure;
  }

  close(): void {
    this.#raw.removeAllListeners("delivery-report");
  }

  #report(error: ClientError | null, report: Report): void {
    const { topic, partition, offset, size } = report;
    if (error !== null) {
      // A delivery report comes without its code.
      this.#failure ??= { code: null, text: error.message, topic, partition, bytes: size };
    } else if (!this.#advances(topic, partition, offset)) {
      this.#failure ??= { code: 0, text: "", topic, partition, bytes: size };
    } else this.#reports.push(report);
  }

  #advances(topic: string, partition: number, offset: number): boolean {
    if (!(offset >= 0)) return true;
    let offsets = this.#offsets.get(topic);
    if (offsets === undefined) {
      offsets = [];
      this.#offsets.set(topic, offsets);
    }
    const advances = offset > (offsets[partition] ?? -1);
    offsets[partition] = offset;
    return advances;
  }

  #headersOf(chunk: Chunk, start: number, end: number): MessageHeader[] {
    const known = this.#headers;
    if (known.chunk === chunk && known.start === start && known.end === end) return known.list;
    const list = readHeaders(chunk.out.bytes, start, end).map(([name, value]) => {
      if (value === null || !isUtf8(value) || value.includes(0)) throw notText(name);
      return { [name]: Buffer.from(value.buffer, value.byteOffset, value.length).toString() };
    });
    this.#headers = { chunk, start, end, list };
    return list;
  }
}

/** Null: the time when the message is handed over. */
function timeOf(fields: Int32Array, at: number): number | null {
  return fields[at + TIME] * TIME_UNIT + fields[at + TIME_REST] || null;
}

function part({ out }: Chunk, start: number, end: number): Buffer | null {
  if (end < 0) return null;
  return end === start ? EMPTY : Buffer.from(out.bytes.buffer, out.bytes.byteOffset + start, end - start);
}

function notText(name: string): TowpathError {
  return new TowpathError(
    "TP_KAFKA_NATIVE_MISSING",
    `the header ${JSON.stringify(name)} is not a text, and only the packed Kafka writer can send it`,
    {
      hint: "Leave TOWPATH_INGEST=plain out; `npx towpath build-native` builds the native part.",
    },
  );
}
