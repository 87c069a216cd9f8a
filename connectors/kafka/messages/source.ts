import type { Columns } from "../../../lib/data/schema.ts";
import type { SourceSpec } from "../../../lib/plan/specs.ts";
import { tableFromSource } from "../../../lib/table/source.ts";
import type { Table } from "../../../lib/table/table.ts";
import { redactSettings } from "../client/redact.ts";
import { KafkaSource } from "../read/source.ts";
import type { SourcePlan } from "../read/source-plan.ts";
import { ClientErrorRows, ClientErrors } from "./client-error-rows.ts";
import {
  messageColumns,
  type ReceivedMessage,
  type SourceError,
  sourceErrorColumns,
} from "./message-columns.ts";
import { attributesOf, MessageParser } from "./message-parser.ts";
import {
  type InputOptions,
  type ResolvedSource,
  resolveSource,
  type SourceOptions,
} from "./source-options.ts";

/** Messages, and what went wrong with reading them. */
export interface MessageTables {
  readonly oks: Table<ReceivedMessage>;
  /** Where nothing uses it, the first error ends the run. */
  readonly errs: Table<SourceError>;
}

/**
 * The messages of topics as they are, a row each: `key`, `value` (bytes, or null), `headers` ([name, bytes | null] in
 * order), `topic`, `partition`, `offset`, `timestamp` and `latency` (both in ms). Only columns that somebody reads are
 * fetched. The result is the table of the messages; it is also its own `oks`, beside `errs`.
 *
 * A commit holds what has arrived together, up to `batchSize` messages. Rows only come. With `pw.run({ persistence })` a
 * run goes on where the last one ended, with the same commits; `startingOffset` counts for topics that no run has read.
 * Without it a run begins there each time. `config: { "group.id": …, "enable.auto.commit": true }` also commits offsets
 * to a group, of what outputs have delivered: for `startingOffset: "stored"`, and for tools that watch the lag.
 *
 * Errors that the client goes on with (a right that is missing, a partition whose messages are gone) end the run, or with
 * `raiseOnErrors: false` are rows of `errs`; what is wrong at the start, and what a client cannot go on after, always
 * ends it. `latency` is by the clock of the reader: the one column that a run which makes commits again does not repeat.
 *
 * @throws TowpathError TP_BAD_ARGUMENT naming the option, TP_KAFKA_UNKNOWN_SETTING, TP_KAFKA_NO_BROKERS. While it runs,
 *   `pw.run` rejects as for `pw.kafka.read`.
 * @example
 * const messages = pw.kafka.source({ brokers: ["localhost:19092"], topics: ["in-topic"] });
 * pw.kafka.output(messages, { brokers: ["localhost:19092"], topic: "out-topic" });
 */
export function source(options: SourceOptions): Table<ReceivedMessage> & MessageTables {
  const { oks, errs } = messageTables(resolveSource(options, "source"));
  return Object.assign(oks, { oks, errs });
}

/**
 * The messages of topics, and apart from them the errors that reading met: `pw.kafka.source` with `raiseOnErrors: false`.
 * An `errs` that nothing uses ends the run with the first error. It can be logged, written to a topic, or subscribed to.
 *
 * @throws TowpathError as `pw.kafka.source`.
 * @example
 * const { oks, errs } = pw.kafka.input({ brokers: "localhost:19092", topics: "in-topic" });
 * pw.kafka.output(oks, { brokers: "localhost:19092", topic: "out-topic" });
 * pw.kafka.logErrors(errs);
 */
export function input(options: InputOptions): MessageTables {
  return messageTables(resolveSource(options, "input"));
}

function messageTables(resolved: ResolvedSource): MessageTables {
  const { raiseOnErrors, ...facts } = resolved;
  const columns: Columns = messageColumns;
  const planOf = (errors: ClientErrors): SourcePlan => ({
    ...facts,
    columns,
    primaryKey: null,
    session: "upsert",
    onError: "fail",
    withMetadata: false,
    holdsCommits: false,
    errors,
    attributes: attributesOf,
    createParser: (slots) => new MessageParser((slot) => slots?.at(slot) ?? { topic: "", partition: slot }),
  });
  const errors = new ClientErrors(raiseOnErrors);
  const spec = specOf(resolved);
  const oks = tableFromSource<ReceivedMessage>(columns, {
    ...spec,
    ownKeys: true,
    create(needed) {
      errors.hasReader = true;
      return new KafkaSource(planOf(errors), needed);
    },
  });
  const name = `${resolved.name}, errors`;
  const errs = tableFromSource<SourceError>(sourceErrorColumns, {
    ...spec,
    name,
    create: (needed) =>
      new ClientErrorRows(
        name,
        needed,
        errors,
        () =>
          new KafkaSource(
            planOf(errors),
            columns.map(() => false),
          ),
      ),
  });
  return { oks, errs };
}

function specOf({ name, settings, topics, policy, mode, startFrom, partitions }: ResolvedSource) {
  const { scope, marker } = policy;
  return {
    connector: "kafka",
    name,
    describe: {
      topics,
      format: "messages",
      settings: redactSettings(settings),
      commit: policy,
      mode,
      startFrom,
      ...(partitions === undefined ? {} : { partitions }),
    },
    // What decides which rows there are.
    identity: { topics, format: "messages", partitions: partitions ?? null, scope, marker },
    appendOnly: true,
    primaryKey: null,
  } satisfies Omit<SourceSpec, "create">;
}
