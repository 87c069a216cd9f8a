import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import type { ClientLibrary } from "../../../connectors/kafka/client/client-library.ts";
import { Consumer } from "../../../connectors/kafka/ingest/consumer.ts";

/** A client that answers a seek when it is told to, and takes no resumption. */
class Stub extends EventEmitter {
  seeking: () => void = () => {};
  resumed = 0;

  isConnected(): boolean {
    return true;
  }

  seek(_start: unknown, _ms: number, done: (error: null) => void): void {
    this.seeking = () => done(null);
  }

  resume(): void {
    this.resumed++;
    throw Object.assign(new Error("Local: Erroneous state"), { code: -172 });
  }

  disconnect(done: () => void): void {
    setImmediate(done);
  }
}

function opened(): { readonly consumer: Consumer; readonly stub: Stub; readonly errors: string[] } {
  const library = { KafkaConsumer: Stub } as unknown as ClientLibrary;
  const options = { partitionEnds: false, plugin: null };
  const consumer = new Consumer(library, { "bootstrap.servers": "127.0.0.1:1" }, options);
  const errors: string[] = [];
  consumer.onError(({ message }) => errors.push(message));
  return { consumer, stub: consumer.raw as unknown as Stub, errors };
}

const start = { topic: "t", partition: 0, offset: 7 };

describe("a consumer that goes on with a paused partition", () => {
  it("lets go of it where it is closed meanwhile", async () => {
    const { consumer, stub, errors } = opened();
    consumer.resumeFrom(start);
    const closed = consumer.close();
    stub.seeking();
    await closed;
    expect(stub.resumed).toBe(0);
    expect(errors).toEqual([]);
  });

  it("tells of a client that refuses, and throws nothing at the event loop", () => {
    const { consumer, stub, errors } = opened();
    consumer.resumeFrom(start);
    expect(() => stub.seeking()).not.toThrow();
    expect(errors).toEqual(["Local: Erroneous state"]);
  });
});
