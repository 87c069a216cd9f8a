import type { Columns } from "../../lib/data/schema.ts";
import { TowpathError } from "../../lib/errors.ts";
import { currentPlan } from "../../lib/plan/plan.ts";
import type { SourceSpec } from "../../lib/plan/specs.ts";
import { type RowInput, Schema } from "../../lib/table/schema.ts";
import { tableFromSource } from "../../lib/table/source.ts";
import type { RowOf, Table } from "../../lib/table/table.ts";
import { AppendedRows } from "./appended-rows.ts";
import { Feed } from "./feed.ts";
import type { GivenRows } from "./given-rows.ts";
import { KeyedInput } from "./keyed-input.ts";
import { RowBag } from "./row-bag.ts";

export interface InputOptions {
  /** The source's name in logs, errors and keys; default "input", the next ones "input 2" … */
  readonly name?: string;
  /** Rows only come: nothing is remembered of them, and steps after the input can be cheaper. Default false. */
  readonly appendOnly?: boolean;
}

/** What feeds a table from code, where rows only come. */
interface AppendOnlyFeed<S> {
  /** The table alone, for code that should read it and not feed it. */
  readonly table: Table<RowOf<S>>;
  /**
   * Resolves when `pw.run` has begun: how many commits of this input earlier runs have kept (0 without `persistence`).
   * The first commit that the script gives from then on comes behind these.
   */
  readonly restored: Promise<number>;
  /** Adds a row. Throws TP_ROW_DUPLICATE_KEY where the schema has a primary key and the key is there. */
  insert(row: RowInput<S>): void;
  /** Makes all that was given since the last commit visible, together. Without any it does nothing. */
  commit(): void;
  /** Commits the rest and ends the source: a run ends with its last source. Nothing can be given after it. */
  close(): void;
}

/** What feeds a table from code. */
interface ChangingFeed<S> extends AppendOnlyFeed<S> {
  /** Adds a row, or replaces the one with its primary key. Throws TP_BAD_ARGUMENT where the schema has none. */
  upsert(row: RowInput<S>): void;
  /**
   * Takes a row away: by the columns of the primary key (others may be given, and do not count), or where the schema
   * has none by all of its values, of several equal rows the latest. Throws TP_ROW_ABSENT where it is not there.
   */
  remove(row: Partial<RowOf<S>>): void;
}

/** A table whose rows the script gives and never takes back. */
export type AppendOnlyInput<S> = Table<RowOf<S>> & AppendOnlyFeed<S>;

/** A table whose rows the script gives. */
export type Input<S> = Table<RowOf<S>> & ChangingFeed<S>;

/**
 * A table whose rows the script gives, before or while `pw.run()` runs.
 *
 * Every call checks its row at once; one that throws leaves nothing behind. What is said since the last `commit()` is
 * already seen by `insert`, `upsert` and `remove`, and by nobody else. Commits queue until the run takes them, each as
 * one time; once the run is over, calls have no effect. Without a primary key rows are known by their values; with `appendOnly` by their number.
 *
 * With `persistence` the run's journal holds what each commit was made of (at most 256 MB), so that nothing committed
 * before a crash is lost: the next run has it again. Rows given before it has begun are refused then; `restored` says
 * how many commits are kept, and so where to go on. A commit that the run had not taken before the crash is not kept.
 *
 * @throws TowpathError TP_BAD_ARGUMENT. From the calls: TP_ROW_MISSING_COLUMN, TP_COLUMN_UNKNOWN, TP_ROW_BAD_VALUE and
 *   its kin, TP_ROW_DUPLICATE_KEY, TP_ROW_ABSENT, and TP_CLOSED after `close()`.
 * @example
 * const words = pw.input(pw.schema({ word: "str", n: "int" }));
 * const sums = words.groupBy("word").reduce((c) => ({ word: c.word, n: pw.reducers.sum(c.n) }));
 * pw.subscribe(sums, { onChange: ({ row, diff }) => console.log(diff, row) });
 * words.insert({ word: "lock", n: 2 });
 * words.close();
 * await pw.run();
 * @example
 * const running = pw.run({ persistence: { path: "state" } });
 * for (const line of lines.slice(await words.restored)) {
 *   words.insert(line);
 *   words.commit(); // one commit a line: their number says which lines are kept
 * }
 * words.close();
 * await running;
 */
export function input<S extends Schema<unknown, string>>(
  schema: S,
  options: InputOptions & { readonly appendOnly: true },
): AppendOnlyInput<S>;
export function input<S extends Schema<unknown, string>>(schema: S, options?: InputOptions): Input<S>;
export function input<S extends Schema<unknown, string>>(
  schema: S,
  options: InputOptions = {},
): AppendOnlyInput<S> | Input<S> {
  checkArguments(schema, options);
  const { name = nextName(), appendOnly = false } = options;
  const { columns } = schema;
  const primaryKey = primaryKeyOf(columns);
  const feed = new Feed(name, columns, rowsOf(columns, primaryKey, name, appendOnly));
  const table = tableFromSource<RowOf<S>>(columns, {
    connector: "input",
    name,
    describe: { appendOnly },
    appendOnly,
    primaryKey,
    create: (needed) => feed.source(needed),
  });
  const additions: AppendOnlyFeed<S> = {
    table,
    restored: feed.restored,
    insert: (row) => feed.open.insert(row),
    commit: () => feed.commit(),
    close: () => feed.close(),
  };
  const fed = feedTable(table, additions);
  if (appendOnly) return fed;
  return feedTable(fed, {
    upsert: (row: RowInput<S>) => feed.open.upsert(row),
    remove: (row: Partial<RowOf<S>>) => feed.open.remove(row),
  });
}

/** The same table object with methods of its own. */
function feedTable<T extends object, F extends object>(table: T, methods: F): T & F {
  return Object.assign(table, methods);
}

function primaryKeyOf(columns: Columns): number[] {
  return columns.flatMap((column, position) => (column.primaryKey ? [position] : []));
}

function rowsOf(
  columns: Columns,
  primaryKey: readonly number[],
  name: string,
  appendOnly: boolean,
): GivenRows {
  if (primaryKey.length > 0) return new KeyedInput(columns, primaryKey, name, appendOnly);
  return appendOnly ? new AppendedRows(columns, name) : new RowBag(columns, name);
}

/** Keys hold the name, so the inputs of a graph that were given none must differ, and be the same in every run. */
function nextName(): string {
  const earlier = currentPlan().nodes.filter(
    ({ operator, options }) => operator === "source" && (options as SourceSpec).connector === "input",
  );
  return earlier.length === 0 ? "input" : `input ${earlier.length + 1}`;
}

function checkArguments(schema: unknown, options: unknown): void {
  if (!(schema instanceof Schema)) {
    throw new TowpathError("TP_BAD_ARGUMENT", "pw.input needs a schema as its first argument", {
      hint: 'Give one made by pw.schema, such as pw.schema({ word: "str", n: "int" }).',
    });
  }
  if (typeof options !== "object" || options === null) {
    throw new TowpathError("TP_BAD_ARGUMENT", "the second argument of pw.input is an object of options");
  }
  for (const [option, value] of Object.entries(options)) {
    const fits =
      value === undefined ||
      (option === "name" && typeof value === "string" && value !== "") ||
      (option === "appendOnly" && typeof value === "boolean");
    if (fits) continue;
    throw new TowpathError(
      "TP_BAD_ARGUMENT",
      `pw.input cannot take the option ${JSON.stringify(option)} as given`,
      {
        hint: "The options are name (a text) and appendOnly (true or false).",
      },
    );
  }
}
