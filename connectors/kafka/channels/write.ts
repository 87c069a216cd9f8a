import { ChannelSink, type ChannelSinkPlan } from "../../../lib/channels/channel-sink.ts";
import type { Columns } from "../../../lib/data/schema.ts";
import { TowpathError } from "../../../lib/errors.ts";
import { addOutput } from "../../../lib/table/output.ts";
import { nodeOf, type TableMethods } from "../../../lib/table/table.ts";
import { AvroFormatter } from "../../formats/avro/avro-formatter.ts";
import { type AvroSchemaInput, type AvroType, parseAvroSchema } from "../../formats/avro/avro-schema.ts";
import { parseUri } from "../client/uri.ts";
import type { ChannelWriterOptions } from "./channel-options.ts";
import { KafkaChannelWriter } from "./channel-writer.ts";

/**
 * Writes a table to a channel while `pw.run()` runs: each row that comes is a record, its columns by name the schema's
 * fields. Where the schema has fields `diff` and `time` (int or long) that the table has not, a record is a change: 1 for
 * a row that came, -1 for one that went, and the time of the commit, rows that went before those that came. Without them a
 * row must not go.
 *
 * The run waits, with what it has computed, until every reader is ready. When its sources have ended, or a signal ends it,
 * the channel is closed in order; where it fails, the readers are told so.
 *
 * @throws TowpathError TP_KAFKA_URI and TP_KAFKA_URI_…, TP_BAD_ARGUMENT, TP_BAD_SCHEMA where columns and fields differ,
 *   TP_GRAPH_RUNNING. `pw.run` rejects with TP_MESSAGE_RETRACTED for a row that goes, TP_OUTPUT_VALUE for what a field
 *   cannot hold, TP_CHANNEL_TIMEOUT, TP_CHANNEL_SCHEMA, TP_CHANNEL_TAKEN, and what the broker says.
 * @example
 * pw.channels.write(alarms, { uri: "kafka://localhost:9092/alarms", schema, readers: ["pager"] });
 * await pw.run();
 */
export function write<C, const S extends AvroSchemaInput>(
  table: TableMethods<C>,
  options: ChannelWriterOptions<S>,
): void {
  const createWriter = (): KafkaChannelWriter<unknown> => new KafkaChannelWriter(options);
  // A writer checks its own options: better now than when the run starts.
  const { name } = createWriter();
  const { columns } = nodeOf(table);
  const type = parseAvroSchema(options.schema);
  const withChanges = hasChanges(type, columns);
  // Says which column has no field, and which field no column.
  new AvroFormatter(columns, { schema: options.schema, changes: withChanges });
  const plan: ChannelSinkPlan = { name, withChanges, createWriter };
  addOutput(table, {
    connector: "channel",
    name,
    describe: { channel: parseUri(options.uri).topic, readers: options.readers ?? ["reader"], withChanges },
    create: (of) => new ChannelSink(of, plan),
  });
}

function hasChanges(type: AvroType, columns: Columns): boolean {
  if (type.kind !== "record") {
    throw new TowpathError("TP_BAD_SCHEMA", `rows are records, and the schema is of kind ${type.kind}`, {
      hint: 'Give a schema of type "record", with a field for each column.',
    });
  }
  const isWhole = (name: string): boolean =>
    type.fields.some((field) => field.name === name && ["int", "long"].includes(field.type.kind));
  if (!isWhole("diff") || !isWhole("time")) return false;
  const taken = columns.filter(({ name }) => name === "diff" || name === "time");
  // A table may have both as columns: then they are what it says.
  if (taken.length !== 1) return taken.length === 0;
  throw new TowpathError(
    "TP_COLUMN_RESERVED",
    `the schema has fields diff and time, and the table a column ${taken[0].name}`,
    {
      hint: `Rename it: .rename({ ${taken[0].name}_: table.col("${taken[0].name}") }). Or leave diff out of the schema, if rows only come.`,
    },
  );
}
