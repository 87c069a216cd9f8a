import { ChannelSource, type ChannelSourcePlan } from "../../../lib/channels/channel-source.ts";
import { TowpathError } from "../../../lib/errors.ts";
import { tableFromSource } from "../../../lib/table/source.ts";
import type { Table } from "../../../lib/table/table.ts";
import { columnsOfAvro } from "../../formats/avro/avro-columns.ts";
import type { AvroSchemaInput } from "../../formats/avro/avro-schema.ts";
import { parseAvroSchema } from "../../formats/avro/avro-schema.ts";
import type { AvroColumns } from "../../formats/avro/avro-types.ts";
import { parseUri } from "../client/uri.ts";
import type { ChannelReaderOptions } from "./channel-options.ts";
import { KafkaChannelReader } from "./channel-reader.ts";
import { recordRows } from "./record-rows.ts";

export interface ChannelReadOptions<S extends AvroSchemaInput = AvroSchemaInput>
  extends ChannelReaderOptions<S> {
  /**
   * Default "beginning", because a table begins empty in each run. "stored": behind what earlier runs have delivered,
   * for tables whose rows are only passed on.
   */
  readonly startFrom?: "stored" | "beginning" | undefined;
  /** How long records wait to be committed with others. Default: what comes together is a commit. */
  readonly commit?: { readonly everyMs: number } | undefined;
}

/**
 * A table of a channel's records: a column for each field of the schema, as `pw.kafka.read` has them for Avro. Rows only
 * come; a row's key is made of the channel, group, member and the number of its record in this run.
 *
 * The channel's writers wait until the run has begun. The table ends when the writers are done. What has been delivered
 * of it is committed for the reader's group, once a second and at the end. A run with `persistence` refuses it: read the
 * channel anew, from the beginning.
 *
 * @throws TowpathError TP_KAFKA_URI and TP_KAFKA_URI_…, TP_BAD_SCHEMA, TP_BAD_ARGUMENT. `pw.run` rejects with
 *   TP_CHANNEL_PARTITIONS, TP_CHANNEL_SCHEMA, TP_CHANNEL_TAKEN, TP_CHANNEL_PEER where a writer fails, TP_INT_RANGE for a
 *   long beyond the safe integers, and what the broker says.
 * @example
 * const schema = { type: "record", name: "Sample", fields: [{ name: "value", type: "double" }] } as const;
 * const samples = pw.channels.read({ uri: "kafka://localhost:9092/signal", schema, group: "table" });
 * const summary = samples.reduce((c) => ({ mean: pw.reducers.avg(c.value) }));
 */
export function read<const S extends AvroSchemaInput>(options: ChannelReadOptions<S>): Table<AvroColumns<S>> {
  const { commit, startFrom = "beginning", ...others } = options;
  const everyMs = commit?.everyMs ?? null;
  if (everyMs !== null && !(Number.isFinite(everyMs) && everyMs > 0)) {
    throw new TowpathError(
      "TP_BAD_ARGUMENT",
      `the option commit.everyMs of pw.channels.read cannot be ${everyMs}`,
      {
        hint: "Give milliseconds above 0, or leave it out.",
      },
    );
  }
  const createReader = (): KafkaChannelReader<unknown> => new KafkaChannelReader({ ...others, startFrom });
  // A reader checks its own options: better now than when the run starts.
  const { name } = createReader();
  const type = parseAvroSchema(options.schema);
  const columns = columnsOfAvro(type);
  const plan: ChannelSourcePlan = { name, columns, everyMs, createReader, rowOf: recordRows(type, columns) };
  return tableFromSource(columns, {
    connector: "channel",
    name,
    describe: {
      channel: parseUri(options.uri).topic,
      startFrom,
      ...(commit === undefined ? {} : { commit }),
    },
    appendOnly: true,
    create: () => new ChannelSource(plan),
  });
}
