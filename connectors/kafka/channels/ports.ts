import type { ChannelReader, ChannelWriter } from "../../../lib/channels/ends.ts";
import { InputPort } from "../../../lib/channels/input-port.ts";
import { OutputPort } from "../../../lib/channels/output-port.ts";
import { TowpathError } from "../../../lib/errors.ts";
import type { AvroSchemaInput } from "../../formats/avro/avro-schema.ts";
import type { ChannelReaderOptions, ChannelWriterOptions } from "./channel-options.ts";
import { channelReader } from "./channel-reader.ts";
import type { ChannelRecord } from "./channel-record.ts";
import { channelWriter } from "./channel-writer.ts";

/** Makes a reader of a port's options. */
type MakeReader = (options: never) => ChannelReader<unknown>;

/** Makes a writer of a port's options. */
type MakeWriter = (options: never) => ChannelWriter<never>;

/** The options of a port: a schema, who reads or writes, and what that one's options are beside the schema. */
type Options<S, Make, Key extends string> = {
  readonly schema: S;
} & { readonly [K in Key]: Make } & (Make extends (options: infer O extends object) => unknown
    ? Omit<O, "schema">
    : unknown);

/** What the reader gives, where that is known of it; else what the schema says. */
type ItemOf<S extends AvroSchemaInput, Item> = Record<string, unknown> extends Item ? ChannelRecord<S> : Item;

type ReaderItem<Make> = Make extends (options: never) => ChannelReader<infer Item> ? Item : never;
type WriterItem<Make> = Make extends (options: never) => ChannelWriter<infer Item> ? Item : never;

/**
 * Where an operator gets records from: a reader of a channel, opened at first use.
 *
 * The schema is an Avro schema, as text or as an object; of an object that is written out, the records' type is
 * inferred. `reader` makes the reader of the port's other options; default: `pw.channelReader`, for channels of Kafka.
 *
 * Throws what the reader's options throw. Opening and reading reject with what the reader says, such as
 * TP_CHANNEL_SCHEMA, TP_CHANNEL_PARTITIONS, TP_CHANNEL_PEER.
 *
 * @example
 * const schema = { type: "record", name: "Sample", fields: [{ name: "value", type: "double" }] } as const;
 * const input = pw.inputPort({ schema, uri: "kafka://localhost:9092/signal", group: "mean" });
 * for await (const { value } of input) console.log(value);
 */
export function inputPort<const S extends AvroSchemaInput>(
  options: ChannelReaderOptions<S> & { readonly reader?: undefined },
): InputPort<ChannelRecord<S>>;
export function inputPort<const S extends AvroSchemaInput, Make extends MakeReader>(
  options: Options<S, Make, "reader">,
): InputPort<ItemOf<S, ReaderItem<Make>>>;
export function inputPort(options: { readonly reader?: unknown }): InputPort<never> {
  const { reader: make = channelReader, ...others } = checked("pw.inputPort", options);
  return new InputPort(made("reader", "take", make, others) as ChannelReader<never>);
}

/**
 * Where an operator's records go: a writer of a channel, opened at first use, which waits until every reader is ready.
 *
 * The schema is an Avro schema, as text or as an object; of an object that is written out, the records' type is
 * inferred. `writer` makes the writer of the port's other options; default: `pw.channelWriter`, for channels of Kafka.
 *
 * Throws what the writer's options throw. Opening and writing reject with what the writer says, such as
 * TP_CHANNEL_SCHEMA, TP_CHANNEL_TIMEOUT, TP_OUTPUT_VALUE.
 *
 * @example
 * const schema = { type: "record", name: "Sample", fields: [{ name: "value", type: "double" }] } as const;
 * const output = pw.outputPort({ schema, uri: "kafka://localhost:9092/signal", readers: ["mean", "max"] });
 * await output.write({ value: 1 });
 * await output.close();
 */
export function outputPort<const S extends AvroSchemaInput>(
  options: ChannelWriterOptions<S> & { readonly writer?: undefined },
): OutputPort<ChannelRecord<S>>;
export function outputPort<const S extends AvroSchemaInput, Make extends MakeWriter>(
  options: Options<S, Make, "writer">,
): OutputPort<ItemOf<S, WriterItem<Make>>>;
export function outputPort(options: { readonly writer?: unknown }): OutputPort<never> {
  const { writer: make = channelWriter, ...others } = checked("pw.outputPort", options);
  return new OutputPort(made("writer", "write", make, others) as ChannelWriter<never>);
}

function checked<O>(call: string, options: O): O {
  if (typeof options === "object" && options !== null) return options;
  throw new TowpathError("TP_BAD_ARGUMENT", `${call} needs options`, {
    hint: `Such as ${call}({ schema, uri: "kafka://localhost:9092/signal" }).`,
  });
}

/** What the function of an option makes; `method` is what the contract knows it by. */
function made(option: string, method: string, make: unknown, options: object): unknown {
  const end = typeof make === "function" ? make(options) : null;
  if (typeof end?.[method] === "function" && typeof end.close === "function") return end;
  throw new TowpathError("TP_BAD_ARGUMENT", `the option ${option} of a port makes no ${option}`, {
    hint: `Give a function that makes one of the port's options, such as pw.channel${option === "reader" ? "Reader" : "Writer"}.`,
  });
}
