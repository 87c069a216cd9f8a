/** Where the parts of a table's messages stand among its columns. */
import type { Columns } from "../../../lib/data/schema.ts";
import { formatType } from "../../../lib/data/type.ts";
import { TowpathError } from "../../../lib/errors.ts";
import { Expression } from "../../../lib/expressions/expression.ts";
import type { ExpressionNode } from "../../../lib/expressions/node.ts";
import { columnsRead } from "../../../lib/expressions/walk.ts";
import type { Formatter, RecordOptions } from "../../../lib/io/formatter.ts";
import { naturalKey } from "../../../lib/plan/natural-key.ts";
import type { PlanNode } from "../../../lib/plan/node.ts";
import { entriesOf } from "../../../lib/table/names.ts";
import { expressionOf, placeExpressions, rekeyed, saidOf } from "../../../lib/table/output.ts";
import { nodeOf } from "../../../lib/table/table.ts";
import { formats } from "../../formats/index.ts";
import { registeredFormatter } from "../read/registered-format.ts";
import { headersOfColumns, headersOfJson, type WriteHeaders } from "./header-writer.ts";
import { columnsKey, formattedKey, identityKey, rowKey, type WriteKey } from "./message-key.ts";
import type { ResolvedWriteOptions } from "./write-options.ts";

/** How rows become messages. */
export interface WritePlan extends ResolvedWriteOptions {
  /** The position of the column that says a row's topic, where `topicName` is null. */
  readonly topicColumn: number | null;
  /** The positions of the columns that identify a row, where only its last state is written. */
  readonly identity: readonly number[] | null;
  createFormatter(): Formatter;
  createKey(columns: Columns): WriteKey;
  createHeaders(columns: Columns): WriteHeaders | null;
}

/** What the options say of the table's columns. */
export interface SaidColumns {
  readonly topicName: unknown;
  readonly key?: unknown;
  readonly headers?: unknown;
}

/**
 * The node to be written and what to make of its rows. Throws TP_BAD_ARGUMENT, TP_BAD_SCHEMA, TP_COLUMN_RESERVED,
 * TP_COLUMN_UNKNOWN, TP_COLUMN_FOREIGN, TP_EXPRESSION_TYPE.
 */
export function planWrite(
  table: object,
  options: ResolvedWriteOptions,
  columns: SaidColumns,
): { readonly input: PlanNode; readonly plan: WritePlan } {
  const topic = options.topicName === null ? [topicOf(table, columns.topicName)] : [];
  const keys = keysOf(table, columns.key);
  const headers = headersOf(table, columns.headers);
  const { node, positions } = placeExpressions(table, [...topic, ...keys, ...headers.expressions]);
  const keyPositions = positions.slice(topic.length, topic.length + keys.length);
  const headerPositions = positions.slice(topic.length + keys.length);
  const upsert = options.envelope === "upsert" ? identify(table, node, keyPositions) : null;
  const read = columnsRead(...topic, ...keys, ...headers.expressions)[0] ?? new Set<number>();
  const value = recordColumns(nodeOf(table).columns, options, read);
  const plan: WritePlan = {
    ...options,
    topicColumn: topic.length === 0 ? null : positions[0],
    identity: upsert?.identity ?? null,
    createFormatter: () => createFormatter(options, value.columns, value.options),
    createKey: (all) => {
      const identity = upsert?.identity;
      const chosen = identity ?? keyPositions;
      const { registered } = options;
      if (chosen.length > 0 && registered !== null && registered.lookup !== null) {
        const names = chosen.map((position) => all[position]);
        const record = { changes: false, positions: chosen };
        const formatter = registeredFormatter(registered, names, record, true);
        return formattedKey(formatter, chosen, identity !== undefined);
      }
      if (identity !== undefined) return identityKey(all, identity);
      return keys.length === 0 ? rowKey : columnsKey(all, keyPositions);
    },
    createHeaders: (all) => headers.create(headerPositions, all),
  };
  // A formatter checks its columns: better now than when the run starts.
  plan.createFormatter();
  return { input: upsert?.input ?? node, plan };
}

function createFormatter(
  { format, registered }: ResolvedWriteOptions,
  columns: Columns,
  record: RecordOptions,
): Formatter {
  if (registered !== null) return registeredFormatter(registered, columns, record);
  return formats[format].formatter.create(columns, record);
}

function topicOf(table: object, given: unknown): ExpressionNode {
  const node = expressionOf(table, saidOf(table, given), "topicName", false);
  if (node.type.name === "str") return node;
  throw typeError("topicName", "a str", node, 'Cast it: c.topic.cast("str").');
}

function keysOf(table: object, given: unknown): ExpressionNode[] {
  if (given === undefined) return [];
  const items: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (items.length === 0) {
    throw new TowpathError("TP_BAD_ARGUMENT", "the option key of pw.kafka.write names no column", {
      hint: 'Give a column or several: key: "id".',
    });
  }
  return items.map((item) => expressionOf(table, saidOf(table, item), "the option key", true));
}

interface SaidHeaders {
  readonly expressions: readonly ExpressionNode[];
  create(positions: readonly number[], columns: Columns): WriteHeaders | null;
}

function headersOf(table: object, given: unknown): SaidHeaders {
  if (given === undefined) return { expressions: [], create: () => null };
  const said = saidOf(table, given);
  if (typeof said === "string" || said instanceof Expression) {
    const node = expressionOf(table, said, "the option headers", true);
    if (node.type.name !== "json" && node.type.name !== "any") {
      throw typeError(
        "headers",
        "json",
        node,
        "Give an object of columns by name: headers: { trace: t.trace }.",
      );
    }
    return { expressions: [node], create: ([position]) => headersOfJson(position) };
  }
  const entries = entriesOf(said, "the option headers");
  return {
    expressions: entries.map(([name, value]) => expressionOf(table, value, `header "${name}"`, false)),
    create: (positions, columns) =>
      headersOfColumns(
        entries.map(([name], i) => ({ name, position: positions[i], type: columns[positions[i]].type })),
      ),
  };
}

/**
 * What identifies a row of the table: the columns given, or those that are known to. Where it is not known that given
 * ones do, the rows get their keys of them, so that two rows of one key end the run instead of overwriting each other.
 */
function identify(
  table: object,
  node: PlanNode,
  given: readonly number[],
): { readonly input: PlanNode; readonly identity: readonly number[] } {
  const natural = naturalKey(nodeOf(table));
  if (given.length > 0) {
    const isKnown = natural?.every((position) => given.includes(position)) ?? false;
    return { input: isKnown ? node : rekeyed(table, node, given), identity: given };
  }
  if (natural !== null) return { input: node, identity: natural };
  throw new TowpathError(
    "TP_BAD_ARGUMENT",
    'the envelope "upsert" needs to know what identifies a row, and the table has neither a primary key nor columns that it is grouped by (or has lost one of them)',
    { hint: 'Say it: key: "id".' },
  );
}

function recordColumns(columns: Columns, options: ResolvedWriteOptions, read: ReadonlySet<number>) {
  const { format, envelope, includeKey } = options;
  const changes = envelope !== "upsert";
  if (format !== "raw" || columns.length === 1) return { columns, options: { changes, includeKey } };
  const positions = columns.flatMap((_, position) => (read.has(position) ? [] : [position]));
  return { columns: positions.map((position) => columns[position]), options: { positions } };
}

function typeError(option: string, needs: string, { type }: ExpressionNode, hint: string): TowpathError {
  const detail = `the option ${option} of pw.kafka.write needs ${needs}, not a ${formatType(type)}`;
  return new TowpathError("TP_EXPRESSION_TYPE", detail, { hint });
}
