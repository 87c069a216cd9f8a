import { TowpathError } from "../../../lib/errors.ts";
import type { FailedRow, PipeContext, PipeOutput } from "../../../lib/pipe/ends.ts";
import { jsonText } from "../../../lib/pipe/json-text.ts";
import type { KafkaSettings } from "../client/options.ts";
import { parseUri } from "../client/uri.ts";
import { writeHeader } from "../produce/message-headers.ts";
import { BY_KEY, type Chunk, Outbox } from "../produce/outbox.ts";
import { Producer } from "../produce/producer.ts";
import { type KafkaHeader, KafkaMessage, ReadMessage } from "./kafka-message.ts";
import { messageValue } from "./message-value.ts";

export interface KafkaOutputOptions {
  /** `kafka://host:port[,host:port]/topic?option=value`: see `pw.kafka.parseUri`. */
  readonly uri: string;
  /** Who has to have a message before it counts as written: nobody, the leader, all replicas in sync. Default 1. */
  readonly acks?: 0 | 1 | -1 | "all";
  /** Seconds within which a message has to be delivered. Default 30. */
  readonly timeout?: number;
  /** Further settings by librdkafka's names; those of the address win. */
  readonly settings?: KafkaSettings;
}

interface Encoded {
  /** A text is written as UTF-8. */
  readonly value: Uint8Array | string | null;
  readonly key: Uint8Array | string | null;
  readonly headers: readonly KafkaHeader[];
  readonly partition: number;
}

const NO_HEADERS: readonly KafkaHeader[] = [];

/** Rows as messages of a topic; `flush` resolves when each has been acknowledged. */
export class KafkaOutput implements PipeOutput<unknown> {
  readonly name: string;
  readonly #settings: KafkaSettings;
  readonly #topic: string;
  readonly #outbox = new Outbox();
  #producer: Producer | null = null;
  #index = 0;
  #added: Encoded[] = [];
  #written = 0;
  #failure: TowpathError | null = null;
  #wake: () => void = () => {};

  /** Throws TP_KAFKA_URI…, TP_BAD_ARGUMENT. */
  constructor({ uri, acks = 1, timeout = 30, settings = {} }: KafkaOutputOptions) {
    const address = parseUri(uri);
    if (![0, 1, -1, "all"].includes(acks)) {
      throw badOption("acks", acks, 'Give 0, 1, -1 or "all".');
    }
    if (typeof timeout !== "number" || !(timeout > 0) || !Number.isFinite(timeout)) {
      throw badOption("timeout", timeout, "Give seconds, more than 0.");
    }
    this.name = `kafka topic ${address.topic}`;
    this.#topic = address.topic;
    this.#settings = {
      "request.required.acks": String(acks),
      "message.timeout.ms": Math.ceil(timeout * 1_000),
      ...settings,
      ...address.settings,
    };
  }

  /** Throws TP_KAFKA_UNREACHABLE, TP_KAFKA_AUTHENTICATION, TP_KAFKA_TOPIC_UNKNOWN, TP_KAFKA_FAILED. */
  async open({ log }: PipeContext): Promise<void> {
    const target = { topic: this.#topic, partition: null };
    this.#producer = await Producer.connect(this.#settings, target, this.#outbox, {
      log: (line) => log(`${this.name}: ${line}`),
      wake: () => this.#wake(),
      fail: (error) => {
        this.#failure = error;
        this.#wake();
      },
    });
    this.#index = this.#producer.topic(this.#topic);
  }

  /** A message keeps its key and headers, and its partition unless it was read; any other row is a value. */
  add(row: unknown): void {
    this.#added.push(encoded(row));
  }

  /** A message as it was read, another row as JSON; headers say what is wrong with it and where it stood. */
  addFailed({ reason, position, row }: FailedRow): void {
    const why = [
      ["tp-error-detail", Buffer.from(reason)],
      ["tp-position", Buffer.from(position)],
    ] as const;
    if (row instanceof ReadMessage) {
      const { value, key, headers } = row;
      this.#added.push({ value, key, headers: [...headers, ...why], partition: BY_KEY });
      return;
    }
    const value = typeof row === "string" ? row : jsonText(row);
    this.#added.push({ value, key: null, headers: why, partition: BY_KEY });
  }

  async send(): Promise<void> {
    const producer = this.#opened();
    const rows = this.#added;
    this.#added = [];
    const time = ++this.#written;
    const ticket = producer.ticket(time);
    for (const row of rows) this.#put(row, ticket);
    producer.commit(time, rows.length);
    while (producer.full) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      if (this.#failure !== null) throw this.#failure;
    }
  }

  async flush(): Promise<void> {
    await this.#opened().drained();
  }

  async close(): Promise<void> {
    await this.#producer?.close();
  }

  #put({ value, key, headers, partition }: Encoded, ticket: number): void {
    const chunk = this.#outbox.begin();
    const start = chunk.out.used;
    const valueEnd = append(chunk, value);
    const keyStart = chunk.out.used;
    const keyEnd = append(chunk, key);
    const headersStart = chunk.out.used;
    for (const [name, content] of headers) writeHeader(Buffer.from(name), content, chunk.out);
    const headersEnd = chunk.out.used;
    this.#outbox.add(
      this.#index,
      partition,
      start,
      valueEnd,
      keyStart,
      keyEnd,
      headersStart,
      headersEnd,
      ticket,
    );
  }

  #opened(): Producer {
    if (this.#failure !== null) throw this.#failure;
    if (this.#producer === null) throw new TowpathError("TP_CLOSED", `${this.name} is not open`);
    return this.#producer;
  }
}

function encoded(row: unknown): Encoded {
  if (row instanceof ReadMessage) {
    return { value: row.value, key: row.key, headers: row.headers, partition: BY_KEY };
  }
  if (!(row instanceof KafkaMessage)) {
    return { value: messageValue(row), key: null, headers: NO_HEADERS, partition: BY_KEY };
  }
  const { value, key, headers, partition = BY_KEY } = row;
  if (partition !== BY_KEY && !(Number.isSafeInteger(partition) && partition >= 0)) {
    throw new TowpathError("TP_PIPE_VALUE", `a message cannot go to partition ${partition}`);
  }
  return { value: messageValue(value), key, headers, partition };
}

/** Returns where the part ends, -1 where there is none. */
function append({ out }: Chunk, part: Uint8Array | string | null): number {
  if (part === null) return -1;
  if (typeof part === "string") out.appendText(part);
  else out.append(part);
  return out.used;
}

function badOption(name: string, value: unknown, hint: string): TowpathError {
  return new TowpathError(
    "TP_BAD_ARGUMENT",
    `the option ${name} of pw.kafkaOutput cannot be ${JSON.stringify(value)}`,
    { hint },
  );
}

/**
 * A topic as the output of a pipe: a row is a message, its value a text, a number, a boolean, bytes, null or a plain object
 * (as JSON), or a whole `pw.KafkaMessage`.
 *
 * Throws TP_KAFKA_URI and TP_KAFKA_URI_… for an address that cannot be used, TP_BAD_ARGUMENT; a row that cannot be written
 * fails with TP_PIPE_VALUE.
 *
 * @example
 * const output = pw.kafkaOutput({ uri: "kafka://localhost:9092/orders", acks: "all", timeout: 10 });
 */
export function kafkaOutput(options: KafkaOutputOptions): KafkaOutput {
  return new KafkaOutput(options);
}
