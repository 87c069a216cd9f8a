import { formatSite, userSite } from "../../../lib/base/source-site.ts";
import type { TypeText } from "../../../lib/data/js-type.ts";
import type { Columns as PlanColumns } from "../../../lib/data/schema.ts";
import { TowpathError } from "../../../lib/errors.ts";
import { apply } from "../../../lib/expressions/apply.ts";
import { applyTrusted } from "../../../lib/expressions/apply-trusted.ts";
import { coalesce, literal } from "../../../lib/expressions/conditionals.ts";
import type { Expression } from "../../../lib/expressions/expression.ts";
import {
  type DeserializeFunction,
  type Deserializer,
  deserializeOf,
  type SerializeFunction,
  type Serializer,
  serializeOf,
} from "../../../lib/io/serde.ts";
import { nodeOf, type Table, type TableMethods } from "../../../lib/table/table.ts";
import { type Convert, conversion, failureIn, hasFailed, isConverted, type Stage } from "./conversion.ts";
import type { MessageError } from "./message-columns.ts";

/** Of what is asked for a deserializer. */
export type DeserializerGiven<T> = Deserializer<T> | DeserializeFunction<T>;
export type SerializerGiven = Serializer<never> | SerializeFunction<never>;

/** The rows that could be converted, and the others as they were, with the reason. */
export interface Converted<C, K, V> {
  readonly oks: Table<{
    [N in keyof (C & Parts)]: N extends "key" ? K : N extends "value" ? V : (C & Parts)[N];
  }>;
  /** Where nothing uses it, the first error ends the run. */
  readonly errs: Table<MessageError & { key: PartOf<C, "key">; value: PartOf<C, "value">; headers: unknown }>;
}

interface Parts {
  key: unknown;
  value: unknown;
}

type PartOf<C, N extends string> = N extends keyof C ? C[N] : null;

export interface ConvertOptions {
  /** Hands the message's headers to the function (`context.headers`); default false, and then they are not fetched for it. */
  readonly headers?: boolean | undefined;
}

interface DeserializeBoth<K, V> extends ConvertOptions {
  readonly key?: DeserializerGiven<K> | undefined;
  readonly value?: DeserializerGiven<V> | undefined;
}

interface SerializeBoth extends ConvertOptions {
  readonly key?: SerializerGiven | undefined;
  readonly value?: SerializerGiven | undefined;
  /** The topic of rows that name none: subjects of a registry are named by it. */
  readonly topic?: string | undefined;
}

interface Step {
  readonly stage: Stage;
  readonly part: "key" | "value";
  readonly serde: object;
  readonly convert: Convert;
}

/**
 * A table of messages with keys deserialized: by an object with `deserialize(bytes, context)` (those of `pw.serde`), or by
 * such a function; either may give a promise. null is given to it like any key. The other columns are as they were.
 *
 * `errs` has the messages that it threw at: `code`, `reason`, `stage`, `topic`, `partition`, `offset`, `timestamp`, and
 * `key`, `value` and `headers` as they came. An `errs` that nothing uses ends the run with the first of them.
 *
 * The result's column is of type `any`: `.castTypes({ key: "str?" })` says more where a later step wants to know.
 *
 * @throws TowpathError TP_BAD_ARGUMENT for what is no deserializer.
 * @example const { oks, errs } = pw.kafka.deserializeKey(messages, (bytes) => bytes && Buffer.from(bytes).toString());
 */
export function deserializeKey<C, T>(
  table: TableMethods<C>,
  deserializer: DeserializerGiven<T>,
  options: ConvertOptions = {},
): Converted<C, T | null, PartOf<C, "value">> {
  return converted(table, [deserializing("deserializeKey", deserializer)], options) as never;
}

/**
 * As `pw.kafka.deserializeKey`, of values. A tombstone's value is null, and given to the deserializer like any other.
 *
 * @throws TowpathError TP_BAD_ARGUMENT for what is no deserializer.
 * @example const orders = pw.kafka.deserializeValue(messages, (bytes) => bytes && JSON.parse(Buffer.from(bytes).toString()));
 */
export function deserializeValue<C, T>(
  table: TableMethods<C>,
  deserializer: DeserializerGiven<T>,
  options: ConvertOptions = {},
): Converted<C, PartOf<C, "key">, T | null> {
  return converted(table, [deserializing("deserializeValue", deserializer)], options) as never;
}

/**
 * Keys first and then values; a message whose key cannot be read is in `errs` with its value untouched. What is left out
 * stays as it is. See `pw.kafka.deserializeKey`.
 *
 * @throws TowpathError TP_BAD_ARGUMENT for what is no deserializer, or neither.
 * @example const { oks, errs } = pw.kafka.deserialize(messages, { key: pw.serde.string(), value: pw.serde.json() });
 */
export function deserialize<C, K = PartOf<C, "key">, V = PartOf<C, "value">>(
  table: TableMethods<C>,
  { key, value, ...options }: DeserializeBoth<K, V>,
): Converted<C, K | null, V | null> {
  const steps = [
    ...(key === undefined ? [] : [deserializing("deserializeKey", key)]),
    ...(value === undefined ? [] : [deserializing("deserializeValue", value)]),
  ];
  return converted(table, steps, options) as never;
}

/**
 * A table of messages with keys serialized, by an object with `serialize(value, context)` (those of `pw.serde`), or by such
 * a function; either may give a promise. It gives bytes, or null for a message without a key. Rows that it threw at are
 * in `errs`, as for `pw.kafka.deserializeKey`.
 *
 * @throws TowpathError TP_BAD_ARGUMENT for what is no serializer.
 * @example const { oks } = pw.kafka.serializeKey(orders.select((c) => ({ key: c.id, value: c.text })), pw.serde.json());
 */
export function serializeKey<C>(
  table: TableMethods<C>,
  serializer: SerializerGiven,
  options: ConvertOptions & { readonly topic?: string } = {},
): Converted<C, Buffer | null, PartOf<C, "value">> {
  return converted(table, [serializing("serializeKey", serializer)], options) as never;
}

/**
 * As `pw.kafka.serializeKey`, of values; null asks for a tombstone.
 *
 * @throws TowpathError TP_BAD_ARGUMENT for what is no serializer.
 * @example const { oks } = pw.kafka.serializeValue(orders, pw.serde.json());
 */
export function serializeValue<C>(
  table: TableMethods<C>,
  serializer: SerializerGiven,
  options: ConvertOptions & { readonly topic?: string } = {},
): Converted<C, PartOf<C, "key">, Buffer | null> {
  return converted(table, [serializing("serializeValue", serializer)], options) as never;
}

/**
 * Keys first and then values. See `pw.kafka.serializeKey`.
 *
 * @throws TowpathError TP_BAD_ARGUMENT for what is no serializer, or neither.
 * @example const { oks } = pw.kafka.serialize(orders, { key: pw.serde.string(), value: pw.serde.json(), topic: "out" });
 */
export function serialize<C>(
  table: TableMethods<C>,
  { key, value, ...options }: SerializeBoth,
): Converted<C, Buffer | null, Buffer | null> {
  const steps = [
    ...(key === undefined ? [] : [serializing("serializeKey", key)]),
    ...(value === undefined ? [] : [serializing("serializeValue", value)]),
  ];
  return converted(table, steps, options) as never;
}

function deserializing(stage: Stage, given: DeserializerGiven<unknown>): Step {
  check(stage, given, "deserialize");
  return { stage, part: partOf(stage), serde: given, convert: conversion(stage, deserializeOf(given)) };
}

function serializing(stage: Stage, given: SerializerGiven): Step {
  check(stage, given, "serialize");
  const call = serializeOf<never>(given);
  return { stage, part: partOf(stage), serde: given, convert: conversion(stage, call) };
}

function partOf(stage: Stage): "key" | "value" {
  return stage.endsWith("Key") ? "key" : "value";
}

function check(stage: Stage, given: unknown, method: string): asserts given is object {
  if (typeof given === "function") return;
  if (typeof given === "object" && given !== null && typeof Reflect.get(given, method) === "function") return;
  throw new TowpathError("TP_BAD_ARGUMENT", `pw.kafka.${stage} was given nothing that can ${method}`, {
    where: formatSite(userSite()),
    hint: `Give an object with a method ${method}(part, context), such as pw.serde.json(), or such a function.`,
  });
}

/** What rows carry between the operators; no column of a user's is called so. */
const names = {
  key: "(key's outcome)",
  value: "(value's outcome)",
  failed: "(failed)",
  converted: "(converted)",
};

interface Given extends ConvertOptions {
  readonly topic?: string | undefined;
}

type AnyExpression = Expression<unknown, never>;
type AnyTable = TableMethods<Record<string, unknown>>;

/**
 * The rows with the parts that `steps` make, and the others. Rows pass the functions, then the questions whether they
 * failed (asked first where the errors are read, see conversion.ts), and then one of two filters.
 */
function converted(given: object, steps: readonly Step[], options: Given): { oks: object; errs: object } {
  const table = given as AnyTable;
  const { columns, appendOnly } = nodeOf(table);
  checkSteps(steps, appendOnly);
  const has = (name: string): boolean => columns.some((column) => column.name === name);
  let rows = table;
  for (const { part, serde, convert } of steps) {
    const cell = (name: string): AnyExpression => (has(name) ? columnOf(rows, name) : literal(null));
    const before = part === "value" && steps.length > 1 ? columnOf(rows, names.key) : literal(null);
    const topic = cell("topic");
    const args = [
      cell(part),
      options.topic === undefined ? topic : coalesce(topic, options.topic),
      options.headers === true ? cell("headers") : literal(null),
      before,
      cell("partition"),
      cell("offset"),
    ];
    const outcome = applyTrusted(convert as (...values: unknown[]) => unknown, args, !answersAtOnce(serde));
    rows = rows.withColumns({ [names[part]]: outcome }) as AnyTable;
  }
  const outcomes = (of: AnyTable): AnyExpression[] => steps.map(({ part }) => columnOf(of, names[part]));
  const asked = rows.withColumns({
    [names.failed]: ask(hasFailed, outcomes(rows)),
    [names.converted]: ask(isConverted, outcomes(rows)),
  }) as AnyTable;
  const oks = asked.filter(columnOf(asked, names.converted) as Expression<boolean, never>);
  const errs = asked.filter(columnOf(asked, names.failed) as Expression<boolean, never>);
  return {
    oks: oks.select(okColumns(oks, columns, steps)),
    errs: errs.select(errColumns(errs, has, outcomes(errs))),
  };
}

function checkSteps(steps: readonly Step[], appendOnly: boolean): void {
  if (steps.length === 0) {
    throw new TowpathError("TP_BAD_ARGUMENT", "there is neither key nor value to be converted", {
      hint: "Give { key } or { value }, or both.",
    });
  }
  if (appendOnly) return;
  throw new TowpathError("TP_BAD_ARGUMENT", "rows of this table may be taken back, and messages cannot be", {
    where: `pw.kafka.${steps[0].stage}`,
    hint: "Give its changes as rows that only come: table.toStream(). Or write the table: pw.kafka.write.",
  });
}

function okColumns(
  rows: AnyTable,
  columns: PlanColumns,
  steps: readonly Step[],
): Record<string, AnyExpression> {
  const own = columns.map(({ name }): [string, AnyExpression] => [name, columnOf(rows, name)]);
  const made = steps.map(({ part, stage }): [string, AnyExpression] => {
    const outcome = columnOf(rows, names[part]);
    return [part, stage.startsWith("serialize") ? (outcome.cast("bytes?") as AnyExpression) : outcome];
  });
  return Object.fromEntries([...own, ...made]);
}

function errColumns(
  rows: AnyTable,
  has: (name: string) => boolean,
  outcomes: readonly AnyExpression[],
): Record<string, AnyExpression> {
  const told = (part: "code" | "reason" | "stage"): AnyExpression =>
    apply((...of: readonly unknown[]) => failureIn(of)[part], ...outcomes, { type: "str" }) as AnyExpression;
  const cell = (name: string, type: TypeText): AnyExpression =>
    has(name) ? columnOf(rows, name) : (literal(null).cast(type) as AnyExpression);
  return {
    code: told("code"),
    reason: told("reason"),
    stage: told("stage"),
    topic: cell("topic", "str?"),
    partition: cell("partition", "int?"),
    offset: cell("offset", "int?"),
    timestamp: cell("timestamp", "datetime?"),
    key: cell("key", "bytes?"),
    value: cell("value", "bytes?"),
    headers: cell("headers", "any?"),
  };
}

function columnOf(table: AnyTable, name: string): AnyExpression {
  return table.col(name) as AnyExpression;
}

function ask(
  question: (...outcomes: readonly unknown[]) => boolean,
  outcomes: readonly AnyExpression[],
): AnyExpression {
  return apply(question, ...outcomes, { type: "bool", deterministic: true }) as AnyExpression;
}

/** Whether rows need not wait for it. What may answer later is awaited, though it may answer at once as well. */
function answersAtOnce(serde: object): boolean {
  return Reflect.get(serde, "isSync") === true;
}
