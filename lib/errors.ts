/**
 * The closed list of error codes and the one error class.
 *
 * Every error that a user can meet carries a code from this list, so that programs can tell errors apart and the
 * documentation can say what each one means. Broken invariants of our own are `assert`s instead (lib/base/assert.ts).
 */
export const errorCodes = {
  TP_BAD_ARGUMENT: "A call was given an argument that it cannot use.",
  TP_BAD_SCHEMA: "A schema, a column type or a list of columns is not valid.",
  TP_CHANNEL_PARTITIONS: "The two sides of a channel differ in how many members a group of readers has.",
  TP_CHANNEL_PEER: "A writer of a channel failed, or is no longer there.",
  TP_CHANNEL_SCHEMA: "The two sides of a channel have different schemas.",
  TP_CHANNEL_TAKEN: "A channel has a writer or reader of that name already.",
  TP_CHANNEL_TIMEOUT: "A channel's peers were not there in time.",
  TP_CLOSED: "A closed input, run or broker was used again.",
  TP_COLUMN_DUPLICATE: "Two columns of one table would have the same name.",
  TP_COLUMN_FOREIGN: "An expression uses a column of another table.",
  TP_COLUMN_RESERVED: "A column's name is taken by the output format.",
  TP_COLUMN_UNKNOWN: "A column that the table does not have.",
  TP_COMMIT_TOO_LARGE: "More rows wait for a commit marker than `commit.maxPendingRows` allows.",
  TP_CSV_NO_HEADER: "No message of a csv source held the header.",
  TP_DESERIALIZE_KEY: "A message's key could not be deserialized.",
  TP_DESERIALIZE_VALUE: "A message's value could not be deserialized.",
  TP_EMBEDDED_FULL: "The embedded broker would soon lose its oldest messages.",
  TP_EXPRESSION_TYPE: "An expression was built from operands of the wrong type.",
  TP_EXPRESSION_UNGROUPED: "A column of a reduction is neither grouped nor reduced.",
  TP_FAILED_ROW: "A row was left out where a cell that failed was needed.",
  TP_FILE_ABSENT: "A file or directory that was to be read is not there.",
  TP_FILE_CHANGED: "A file was deleted, replaced or made shorter while it was read.",
  TP_FILE_FAILED: "A file could not be read or written.",
  TP_FUNCTION_FAILED: "A function of the script threw.",
  TP_GRAPH_EMPTY: "`pw.run()` found no output to compute.",
  TP_GRAPH_RUNNING: "`pw.run()` was called while, or after, the same graph ran.",
  TP_INTERNAL: "An invariant of Towpath itself does not hold: a bug, please report it.",
  TP_INT_RANGE: "A number of an int column is not a safe integer.",
  TP_JOIN_AMBIGUOUS: "A self-join does not say which side a column is of.",
  TP_JOIN_CONDITION: "A join's condition is not an equality between its two tables.",
  TP_KAFKA_AUTHENTICATION: "The broker refused the credentials.",
  TP_KAFKA_AUTHORIZATION: "The broker does not let this user do that.",
  TP_KAFKA_FAILED: "The Kafka client reported an error that it cannot recover from.",
  TP_KAFKA_HEADERS_INVALID: "A row's headers are not what a message's headers can be.",
  TP_KAFKA_INGEST: "The ingest path asked for by TOWPATH_INGEST is not available.",
  TP_KAFKA_MESSAGE_TOO_LARGE: "A row is larger than one Kafka message can be.",
  TP_KAFKA_NATIVE_MISSING: "A native part was not built.",
  TP_KAFKA_NO_BROKERS: "The settings name no broker.",
  TP_KAFKA_OFFSET_OUT_OF_RANGE: "The broker no longer has the offset that was to be read next.",
  TP_KAFKA_TOPIC_INVALID: "A row is to go to a topic, and says none that can be.",
  TP_KAFKA_TOPIC_UNKNOWN: "The broker has no such topic.",
  TP_KAFKA_UNKNOWN_SETTING: "A setting that librdkafka does not have.",
  TP_KAFKA_UNREACHABLE: "No broker could be reached.",
  TP_KAFKA_UNDELIVERED: "Messages could not be delivered.",
  TP_KAFKA_URI: "An address is not of the form kafka://host:port/topic.",
  TP_KAFKA_URI_HOST: "A kafka:// address names no broker.",
  TP_KAFKA_URI_OPTION: "A kafka:// address has an option that there is not, or that it cannot have.",
  TP_KAFKA_URI_PORT: "A port of a kafka:// address is not one.",
  TP_KAFKA_URI_SCHEME: "An address begins neither with kafka:// nor with kafkas://.",
  TP_KAFKA_URI_TOPIC: "A kafka:// address names no topic, or one that cannot be.",
  TP_KEY_COLLISION: "Two rows of one table would have the same key.",
  TP_KEY_MISSING: "A row refers to a key that no row of the other table has.",
  TP_MARKDOWN: "A markdown table could not be read.",
  TP_MESSAGE_INVALID: "A row is no message that can be sent.",
  TP_MESSAGE_RETRACTED: "A row that was sent as a message was taken back.",
  TP_OUTPUT_VALUE: "A value cannot be written as the output's schema says.",
  TP_PIPE_ROW: "A row of a pipe is not what it should be, and the pipe has no output for such rows.",
  TP_PIPE_VALUE: "A row cannot be written as the output of a pipe writes rows.",
  TP_PLAN_CHANGED: "The state on disk is of another plan.",
  TP_PLAN_NEEDS_ALL_PARTITIONS:
    "The plan's state does not follow the partitions of its source, as a group needs.",
  TP_READER_SLOW: "A reader of updates did not keep up, and asked for an error then.",
  TP_REGISTRY_AUTHENTICATION: "The schema registry refused the credentials.",
  TP_REGISTRY_BAD_SCHEMA: "A schema of the registry does not hold together.",
  TP_REGISTRY_INCOMPATIBLE: "The schema registry does not let the schema follow the subject's others.",
  TP_REGISTRY_NOT_FOUND: "The schema registry has no such schema, subject or version.",
  TP_REGISTRY_REFUSED: "The schema registry refused a request.",
  TP_REGISTRY_UNREACHABLE: "No schema registry answered in time.",
  TP_ROW_ABSENT: "A row that was to be removed is not there.",
  TP_ROW_BAD_AVRO: "A message is not the Avro that its schema says.",
  TP_ROW_BAD_CSV: "A message is not the CSV that the source expects.",
  TP_ROW_BAD_ENCODING: "A message is not valid UTF-8.",
  TP_ROW_BAD_FRAME: "A message does not begin with the id of a schema, as those of a schema registry do.",
  TP_ROW_BAD_JSON: "A message is not the JSON that the source expects.",
  TP_ROW_BAD_KEY: "A message without payload has no message key that names a row.",
  TP_ROW_BAD_PROTOBUF: "A message is not the Protobuf that its schema says.",
  TP_ROW_BAD_UPDATES: "A message is not what the writer's envelope `updates` makes.",
  TP_ROW_BAD_VALUE: "A value of a message does not have the column's type.",
  TP_ROW_DUPLICATE_KEY: "A row with this primary key is already there.",
  TP_ROW_INVALID: "A message is not what its JSON Schema allows.",
  TP_ROW_MISSING_COLUMN: "A row lacks a column that has no default.",
  TP_ROW_NULL: "A message has no payload.",
  TP_ROW_SCHEMA_MISMATCH: "The schema of a message does not fit the columns that the source reads.",
  TP_ROW_SCHEMA_UNKNOWN: "The schema registry has no schema with the id that a message names.",
  TP_ROW_TOO_DEEP: "A JSON value is nested too deeply.",
  TP_SCRIPT_WITHOUT_RUN: "A script that was to be explained ended without a call of `pw.run()`.",
  TP_SERIALIZE_KEY: "A message's key could not be serialized.",
  TP_SERIALIZE_VALUE: "A message's value could not be serialized.",
  TP_SOURCE_CHANGED: "A source does not give again what an earlier run has read of it.",
  TP_STATE_CORRUPT: "Nothing on disk that a run could resume from is whole.",
  TP_STATE_FORMAT: "Saved state does not fit this program.",
  TP_STATE_LOCKED: "Another run uses the directory of this state.",
  TP_STATE_WRITE: "State could not be written to disk.",
  TP_STOP_TIMEOUT: "A run that was told to end did not do so in time.",
  TP_USAGE: "The command line was not understood.",
  TP_VALUE_FAILED: "A cell could not be computed.",
} as const;

export type ErrorCode = keyof typeof errorCodes;

export interface ErrorParts {
  /** Where: topic, partition and offset; `file:line`; the operator. */
  readonly where?: string | undefined;
  /** What to do about it, in a sentence. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/**
 * An error that a user can meet.
 *
 * `message` reads "CODE: what happened (where). What to do." and is complete on its own.
 *
 * @example
 * try { await pw.run(); } catch (error) { if (error instanceof pw.TowpathError) console.error(error.code); }
 */
export class TowpathError extends Error {
  readonly code: ErrorCode;
  /** What happened, without code, place and hint. */
  readonly detail: string;
  readonly where: string | undefined;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, detail: string, parts: ErrorParts = {}) {
    const place = parts.where === undefined ? "" : ` (${parts.where})`;
    const hint = parts.hint === undefined ? "" : ` ${parts.hint}`;
    super(
      `${code}: ${detail}${place}.${hint}`,
      parts.cause === undefined ? undefined : { cause: parts.cause },
    );
    this.name = "TowpathError";
    this.code = code;
    this.detail = detail;
    this.where = parts.where;
    this.hint = parts.hint;
  }
}
