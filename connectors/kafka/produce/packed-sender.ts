import type { Press } from "../native/press.ts";
import type { ChunkSender, Delivered, SendFailure } from "./chunk-sender.ts";
import type { Chunk } from "./outbox.ts";

/** By the native writer: no object a message. */
export class PackedSender implements ChunkSender {
  readonly kind = "packed";
  readonly #press: Press;
  readonly #topics: string[] = [];

  constructor(press: Press) {
    this.#press = press;
  }

  addTopic(name: string): number {
    this.#topics.push(name);
    return this.#press.topic(name);
  }

  setPartitions(topic: number, partitions: number): void {
    this.#press.setSingle(topic, partitions === 1);
  }

  send({ out, fields }: Chunk, from: number, to: number): number {
    return this.#press.send(out.bytes, fields, from, to);
  }

  get refusal(): { readonly code: number; readonly message: string } | null {
    const code = this.#press.error;
    return code === 0 ? null : { code, message: `librdkafka's error ${code}` };
  }

  collect(delivered: Delivered): SendFailure | null {
    this.#press.collect(delivered);
    const failure = this.#press.failure();
    if (failure === null) return null;
    return { ...failure, topic: this.#topics[failure.topic] ?? "" };
  }

  close(): void {
    this.#press.detach();
  }
}
