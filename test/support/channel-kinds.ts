/** The kinds of channels whose ends keep the laws of lib/channels/ends.ts. */
import type { ChannelReader, ChannelWriter } from "../../lib/channels/ends.ts";
import { memory } from "../../lib/channels/memory.ts";

export interface Signal {
  readonly at: number;
  readonly value: string;
}

export const schema = JSON.stringify({
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

export const channelKinds: readonly ChannelKind[] = [inMemory];
