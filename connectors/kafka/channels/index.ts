/** Channels, as `pw.channels`. */

export { type MemoryChannels, memory } from "../../../lib/channels/memory.ts";
export type { MemoryReader, MemoryReaderOptions } from "../../../lib/channels/memory-reader.ts";
export type { MemoryWriter, MemoryWriterOptions } from "../../../lib/channels/memory-writer.ts";
export {
  type OperatorContext,
  type OperatorOptions,
  type OperatorPorts,
  type OperatorReport,
  run,
} from "../../../lib/channels/run.ts";
export { type ChannelReadOptions, read } from "./read.ts";
export { write } from "./write.ts";
