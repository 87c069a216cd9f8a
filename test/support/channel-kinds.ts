/** The kinds of channels whose ends keep the laws of lib/channels/ends.ts. */
import { channelReader } from "../../connectors/kafka/channels/channel-reader.ts";
import { channelWriter } from "../../connectors/kafka/channels/channel-writer.ts";
import { embedded } from "../../connectors/kafka/embedded/embedded.ts";
import type { ChannelReader, ChannelWriter } from "../../lib/channels/ends.ts";
import { memory } from "../../lib/channels/memory.ts";

export interface Signal {
  readonly at: number;
  readonly value: string;
}

const schema = JSON.stringify({
  type: "record",
  name: "Signal",
  fields: [
    { name: "at", type: "long" },
    { name: "value", type: "string" },
  ],
});

export interface ReaderParts {
  readonly group?: string;
  readonly index?: number;
  readonly of?: number;
  readonly writers?: number;
  readonly startFrom?: "stored" | "beginning";
  readonly schema?: string;
}

export interface WriterParts {
  readonly name?: string;
  readonly readers?: readonly string[];
  readonly openTimeoutMs?: number;
  readonly schema?: string;
}

/** A place where channels of one kind are. */
export interface ChannelPlace extends AsyncDisposable {
  reader(channel: string, parts?: ReaderParts): ChannelReader<Signal>;
  writer(channel: string, parts?: WriterParts): ChannelWriter<Signal>;
}

export interface ChannelKind {
  readonly name: string;
  open(): Promise<ChannelPlace>;
}

const inMemory: ChannelKind = {
  name: "memory",
  async open() {
    const { reader, writer } = memory();
    return {
      reader: (uri, parts) => reader<Signal>({ uri, schema, ...parts }),
      writer: (uri, parts) => writer<Signal>({ uri, schema, ...parts }),
      async [Symbol.asyncDispose]() {},
    };
  },
};

/** Heartbeats are so near that a test need not wait for one. */
const heartbeatMs = 200;

const inKafka: ChannelKind = {
  name: "Kafka",
  async open() {
    const broker = await embedded({});
    const address = (channel: string): string => `kafka://${broker.bootstrap}/${channel}`;
    return {
      reader: (channel, parts) =>
        channelReader({
          uri: address(channel),
          schema,
          heartbeatMs,
          ...parts,
        }) as unknown as ChannelReader<Signal>,
      writer: (channel, parts) =>
        channelWriter({
          uri: address(channel),
          schema,
          heartbeatMs,
          ...parts,
        }) as unknown as ChannelWriter<Signal>,
      [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
    };
  },
};

export const channelKinds: readonly ChannelKind[] = [inMemory, inKafka];
