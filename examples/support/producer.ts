/** A plain node-rdkafka producer, as any other program beside Towpath would use one. */
import rdkafka from "node-rdkafka";

export class Producer implements AsyncDisposable {
  readonly #client: rdkafka.Producer;

  /** Connects; rejects with librdkafka's reason. */
  static connect(settings: Readonly<Record<string, string>>): Promise<Producer> {
    const client = new rdkafka.Producer({ ...settings, dr_cb: true, "linger.ms": 5 });
    let reason = "";
    client.on("event.error", ({ message }) => {
      reason = ` (${message})`;
    });
    return new Promise((resolve, reject) => {
      client.connect({ timeout: 10_000 }, (error) => {
        if (error) reject(new Error(`the producer could not connect: ${error.message}${reason}`));
        else resolve(new Producer(client));
      });
    });
  }

  private constructor(client: rdkafka.Producer) {
    this.#client = client;
    client.setPollInterval(10);
    // The opaque of a message is what its sender waits with.
    client.on("delivery-report", (error, { opaque }) => opaque(error));
  }

  /** Sends one message to partition 0; resolves when the broker has it. */
  send(topic: string, value: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error: rdkafka.LibrdKafkaError | null): void =>
        error ? reject(new Error(`not delivered to ${topic}: ${error.message}`)) : resolve();
      this.#client.produce(topic, 0, Buffer.from(value), null, null, settle);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#client.disconnect(() => resolve());
    });
  }
}
