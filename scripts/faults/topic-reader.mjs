import rdkafka from "node-rdkafka";

/** Reads a topic on from where it was left, up to its present end. */
export class TopicReader {
  #consumer;
  #name;
  #next;

  constructor(bootstrap, name, partitions) {
    this.#name = name;
    this.#next = new Array(partitions).fill(0);
    this.#consumer = new rdkafka.KafkaConsumer(
      {
        "bootstrap.servers": bootstrap,
        "group.id": `verifier-${process.pid}`,
        "enable.auto.commit": false,
      },
      {},
    );
  }

  connect() {
    return new Promise((resolve, reject) => {
      this.#consumer.connect({ topic: this.#name, timeout: 30_000 }, (error) => {
        if (error) return reject(new Error(error.message));
        this.#consumer.setDefaultConsumeTimeout(200);
        this.#consumer.assign(
          this.#next.map((offset, partition) => ({ topic: this.#name, partition, offset })),
        );
        resolve();
      });
    });
  }

  close() {
    return new Promise((resolve) => this.#consumer.disconnect(() => resolve()));
  }

  async readOn(take) {
    const ends = await Promise.all(this.#next.map((_, partition) => this.#end(partition)));
    while (this.#next.some((next, partition) => next < ends[partition])) {
      for (const message of await this.#consume()) {
        take(message);
        this.#next[message.partition] = message.offset + 1;
      }
    }
  }

  #end(partition) {
    return new Promise((resolve, reject) => {
      this.#consumer.queryWatermarkOffsets(this.#name, partition, 30_000, (error, { highOffset } = {}) =>
        error ? reject(new Error(error.message)) : resolve(highOffset),
      );
    });
  }

  #consume() {
    return new Promise((resolve, reject) => {
      this.#consumer.consume(5_000, (error, messages) =>
        error ? reject(new Error(error.message)) : resolve(messages),
      );
    });
  }
}
