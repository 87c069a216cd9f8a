import type { Batch } from "../data/batch.ts";
import { compareTexts, type ERROR_VALUE, type Row, stableJson } from "../data/value.ts";
import { failRun } from "../dataflow/errors.ts";
import { TowpathError } from "../errors.ts";
import type { PlanNode } from "../plan/node.ts";
import type { OutputSpec, SourceSpec } from "../plan/specs.ts";
import { Engine } from "../runtime/engine.ts";
import { ERROR_LOG } from "../runtime/error-log-table.ts";
import { Waker } from "../runtime/waker.ts";
import { nodeOf, type TableMethods } from "../table/table.ts";
import { type Change, ChangeList } from "./change-list.ts";
import { GivenRows } from "./given-rows.ts";
import { GIVEN } from "./given-table.ts";

export interface ComputeOptions {
  /** "fail" (default): the first failed cell rejects. "report": failed cells are `pw.ERROR`. */
  readonly onError?: "fail" | "report";
}

/** A row of columns C where failures are reported: any cell may have failed. */
export type Reported<C> = { [K in keyof C]: C[K] | typeof ERROR_VALUE };

type Reporting = ComputeOptions & { readonly onError: "report" };

/** A row of a computed table. */
export interface ComputedRow<R = Row> {
  /** The row's key as a UUID. */
  readonly key: string;
  readonly row: R;
}

/**
 * The rows of a table after all that its given sources say, sorted by key; a row that is there twice is listed twice.
 * Runs that table's graph alone: its sources must be made by `pw.debug`, outputs are not run.
 *
 * @throws TowpathError TP_BAD_ARGUMENT for a table that depends on a connector; the error of the first failed cell.
 * @example
 * const [{ row }] = await pw.debug.compute(t.reduce({ sum: pw.reducers.sum(t.n) }));
 */
export async function compute<C>(
  table: TableMethods<C>,
  options: Reporting,
): Promise<ComputedRow<Reported<C>>[]>;
export async function compute<C>(table: TableMethods<C>, options?: ComputeOptions): Promise<ComputedRow<C>[]>;
export async function compute<C>(
  table: TableMethods<C>,
  options: ComputeOptions = {},
): Promise<ComputedRow<C>[]> {
  const rows = new Map<string, { row: Row; key: string; count: number }>();
  for (const { key, row, diff } of await changesOf(table, options)) {
    const id = `${key} ${identityOf(row)}`;
    const entry = rows.get(id) ?? { row, key, count: 0 };
    rows.set(id, { ...entry, count: entry.count + diff });
  }
  return [...rows.values()]
    .flatMap(({ key, row, count }) => new Array<ComputedRow>(count).fill({ key, row }))
    .sort((a, b) => compareTexts(a.key, b.key)) as ComputedRow<C>[];
}

/**
 * Every change of a table, by time, deletions first. As `compute`.
 *
 * @example
 * await pw.debug.computeUpdates(t); // [{ key, row, time: 2, diff: 1 }, { key, row, time: 4, diff: -1 }, …]
 */
export async function computeUpdates<C>(
  table: TableMethods<C>,
  options: Reporting,
): Promise<Change<Reported<C>>[]>;
export async function computeUpdates<C>(
  table: TableMethods<C>,
  options?: ComputeOptions,
): Promise<Change<C>[]>;
export async function computeUpdates<C>(
  table: TableMethods<C>,
  options: ComputeOptions = {},
): Promise<Change<C>[]> {
  return (await changesOf(table, options)) as Change<C>[];
}

/** The columns of a table by name, for printing. */
export function columnNames<C>(table: TableMethods<C>): string[] {
  return nodeOf(table).columns.map(({ name }) => name);
}

async function changesOf(table: object, { onError = "fail" }: ComputeOptions): Promise<readonly Change[]> {
  const input = nodeOf(table);
  const list = new ChangeList(input.columns);
  const waker = new Waker();
  const engine = new Engine([outputOf(input, list)], onError === "report" ? () => {} : failRun, () =>
    waker.wake(),
  );
  const sources = engine.sources.map(({ node, needed }) => ({
    id: node.id,
    source: givenSource(node, needed),
  }));
  const times = new Set(sources.flatMap(({ source }) => source.times));
  for (const time of [...times].sort((a, b) => a - b)) {
    const deltas = new Map<number, Batch>();
    for (const { id, source } of sources) {
      const delta = source.batchAt(time);
      if (delta !== null) deltas.set(id, delta);
    }
    engine.step(time, deltas);
    while (!engine.complete(time)) await waker.sleep();
    engine.release(time, [list]);
  }
  return list.changes;
}

/** An output of no graph: computing a table leaves its graph as it is. */
function outputOf(input: PlanNode, list: ChangeList): PlanNode {
  const options: OutputSpec = {
    connector: "debug",
    name: "debug",
    describe: {},
    keepsFailures: true,
    create: () => list,
  };
  const { appendOnly, site } = input;
  return {
    // Behind all that it reads, with room for the nodes that are made when filters are pushed down.
    id: input.id + 1,
    operator: "output",
    inputs: [input],
    options,
    columns: [],
    appendOnly,
    site,
  };
}

function givenSource({ options }: PlanNode, needed: readonly boolean[]): GivenRows {
  const spec = options as SourceSpec;
  const source = spec.connector === GIVEN ? spec.create(needed) : null;
  if (source instanceof GivenRows) return source;
  throw new TowpathError(
    "TP_BAD_ARGUMENT",
    `pw.debug cannot compute a table that reads from "${spec.name}"`,
    {
      hint:
        spec.connector === ERROR_LOG
          ? "What failed is known only of a run: use pw.run() with pw.materialize(pw.errorLog())."
          : "Make the sources with pw.debug.tableFromMarkdown or tableFromRows, or run the graph with pw.run().",
    },
  );
}

function identityOf(row: Row): string {
  return Object.values(row).map(textOf).join("|");
}

function textOf(value: unknown): string {
  const isObject = typeof value === "object" && value !== null && !(value instanceof Uint8Array);
  return `${typeof value} ${isObject ? stableJson(value) : value instanceof Uint8Array ? Buffer.from(value).toString("hex") : String(value)}`;
}
