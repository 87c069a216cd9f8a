import { TowpathError } from "../../../lib/errors.ts";
import { type ClientLibrary, loadClientLibrary } from "../client/client-library.ts";
import { clientConf, type KafkaSettings } from "../client/options.ts";
import type { PartitionSlots } from "../client/partition-slots.ts";
import { trySettings } from "../client/try-settings.ts";
import { attach, pluginPath } from "../native/index.ts";
import { Consumer, type RebalanceListener } from "./consumer.ts";
import type { Attributes, Ingest } from "./ingest.ts";
import { type BatchRoom, PackedIngest } from "./packed-ingest.ts";
import { PlainIngest } from "./plain-ingest.ts";

export interface IngestOptions {
  readonly attributes: Attributes;
  readonly partitionEnds: boolean;
  /** What a packed batch holds at most; absent: what is fastest. */
  readonly room?: BatchRoom;
  log(line: string): void;
}

/** A consumer that is not yet connected, and how its messages will be read. */
export interface OpenedConsumer {
  readonly consumer: Consumer;
  /** Call it once the consumer has connected. Throws TP_KAFKA_INGEST where a forced way is not there. */
  ingest(slots: PartitionSlots, options: IngestOptions): Ingest;
}

/**
 * Makes a consumer for the packed reader, or for node-rdkafka's own reading where that is not there.
 * `TOWPATH_INGEST=packed|plain` forces one of them.
 *
 * Throws TP_KAFKA_NATIVE_MISSING without node-rdkafka, TP_KAFKA_INGEST where the forced way cannot be, TP_KAFKA_FAILED for
 * settings that librdkafka refuses.
 */
export async function openConsumer(
  settings: KafkaSettings,
  partitionEnds: boolean,
  onRebalance?: RebalanceListener,
): Promise<OpenedConsumer> {
  const library = await loadClientLibrary();
  const forced = forcedIngest();
  const plugin = forced === "plain" ? null : findPlugin(library);
  if (plugin instanceof TowpathError && forced === "packed") throw notPacked(plugin);
  const path = typeof plugin === "string" ? plugin : null;
  const consumer = new Consumer(library, settings, {
    partitionEnds,
    plugin: path,
    ...(onRebalance === undefined ? {} : { onRebalance }),
  });
  if (path !== null) await trySettings("consumer", clientConf("consumer", settings), settings);
  return {
    consumer,
    ingest: (slots, options) => makeIngest(consumer, slots, options, forced, plugin),
  };
}

function makeIngest(
  { raw }: Consumer,
  slots: PartitionSlots,
  { attributes, partitionEnds, room, log }: IngestOptions,
  forced: "packed" | "plain" | null,
  plugin: string | TowpathError | null,
): Ingest {
  const packed = typeof plugin === "string" ? tryPacked(raw, slots, attributes, room) : plugin;
  if (packed instanceof PackedIngest) return packed;
  if (packed !== null && forced === "packed") throw notPacked(packed);
  if (packed !== null) {
    log(
      `Kafka messages are read one by one, which is several times slower: ${packed.detail}. ${packed.hint}`,
    );
  }
  return new PlainIngest(raw, slots, attributes, partitionEnds);
}

function tryPacked(
  raw: Consumer["raw"],
  slots: PartitionSlots,
  attributes: Attributes,
  room: BatchRoom | undefined,
): PackedIngest | TowpathError {
  try {
    const reader = attach(raw as { name?: string; disconnect(): unknown });
    if (reader !== null) return new PackedIngest(reader, slots, attributes, room);
    return missing("librdkafka did not load the packed reader");
  } catch (error) {
    if (error instanceof TowpathError) return error;
    throw error;
  }
}

/** What TOWPATH_INGEST asks for. Throws TP_KAFKA_INGEST for anything else. */
export function forcedIngest(): "packed" | "plain" | null {
  const value = process.env.TOWPATH_INGEST ?? "";
  if (value === "packed" || value === "plain") return value;
  if (value === "") return null;
  throw new TowpathError("TP_KAFKA_INGEST", `TOWPATH_INGEST cannot be ${JSON.stringify(value)}`, {
    hint: 'Set it to "packed" or "plain", or leave it unset.',
  });
}

/** The native part, or why it is not there. */
export function findPlugin(library: ClientLibrary): string | TowpathError {
  if (!library.features.includes("plugins"))
    return missing("this build of librdkafka cannot load the packed reader");
  try {
    return pluginPath();
  } catch (error) {
    if (error instanceof TowpathError) return error;
    throw error;
  }
}

function missing(detail: string): TowpathError {
  return new TowpathError("TP_KAFKA_NATIVE_MISSING", detail, {
    hint: "TOWPATH_INGEST=plain silences this line.",
  });
}

function notPacked(cause: TowpathError): TowpathError {
  return new TowpathError(
    "TP_KAFKA_INGEST",
    `TOWPATH_INGEST=packed, but packed reading is not there: ${cause.detail}`,
    {
      hint: cause.hint,
      cause,
    },
  );
}
