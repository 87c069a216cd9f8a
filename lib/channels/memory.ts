import { MemoryChannel } from "./memory-channel.ts";
import { MemoryReader, type MemoryReaderOptions } from "./memory-reader.ts";
import { MemoryWriter, type MemoryWriterOptions } from "./memory-writer.ts";

/** Channels inside the process, by name. They keep what was written, as topics do. */
export interface MemoryChannels {
  /** Makes a reader; to be given to a port as it is. Throws TP_BAD_ARGUMENT. */
  readonly reader: <Item>(options: MemoryReaderOptions) => MemoryReader<Item>;
  /** Makes a writer; to be given to a port as it is. Throws TP_BAD_ARGUMENT. */
  readonly writer: <Item>(options: MemoryWriterOptions) => MemoryWriter<Item>;
}

/**
 * Channels that live in this process: for tests of operators, and for operators that are all in one. They behave as
 * those of Kafka do, but records are handed over as they are, without being checked against the schema.
 *
 * @example
 * const memory = pw.channels.memory();
 * const input = pw.inputPort({ schema, uri: "signal", reader: memory.reader });
 * const output = pw.outputPort({ schema, uri: "signal", writer: memory.writer });
 */
export function memory(): MemoryChannels {
  const channels = new Map<string, MemoryChannel>();
  const channel = (name: string): MemoryChannel => {
    const known = channels.get(name) ?? new MemoryChannel(name);
    channels.set(name, known);
    return known;
  };
  return {
    reader: (options) => new MemoryReader(channel(options.uri), options),
    writer: (options) => new MemoryWriter(channel(options.uri), options),
  };
}
