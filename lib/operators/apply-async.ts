/**
 * Columns behind the input's, with what asynchronous functions of the script answer.
 *
 *   applyAsync(Δ) = { ((row, f1(row), …, fk(row)), diff) : (row, diff) ∈ Δ }, at Δ's time, some time later
 *
 * Functions are called when a commit's rows come, and may answer in any order; answers leave in the order of commits
 * (lib/dataflow/async-operator.ts). Calls of later commits do not wait for those of earlier ones.
 *
 * State: the answers of each live row, where rows can be retracted, so that a retraction carries what was inserted.
 * A failed call is a failed cell, reported when its commit's turn comes.
 * Laws 1 to 3, 5, 6; not linear where it remembers.
 */
import type { SourceSite } from "../base/source-site.ts";
import type { Batch } from "../data/batch.ts";
import { readCell } from "../data/cell.ts";
import { Failed } from "../data/coerce.ts";
import { ABSENT, type Column, ERROR } from "../data/column.ts";
import { columnBuilder, writeCell } from "../data/column-builder.ts";
import { consolidate } from "../data/consolidate.ts";
import { keyOfValues } from "../data/row-key.ts";
import { concatBatches, ownBatch } from "../data/rows.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { ColumnType } from "../data/type.ts";
import { ERROR_VALUE } from "../data/value.ts";
import type { AnsweredTime, AsyncOperator } from "../dataflow/async-operator.ts";
import type { StepContext } from "../dataflow/operator.ts";
import { checkedResult } from "../expressions/call-function.ts";
import type { AsyncApply } from "../expressions/node.ts";
import { RowMemo } from "../trace/row-memo.ts";
import { AsyncCalls, type CallOutcome } from "./async-calls.ts";
import { failedRow } from "./failed-row.ts";
import type { OperatorDefinition, OperatorSpec } from "./operator-definition.ts";
import { evaluateWithMemo } from "./select-memo.ts";

export interface ApplyAsyncOptions {
  readonly calls: readonly {
    readonly fn: (...values: unknown[]) => unknown;
    /** Positions of the function's arguments. */
    readonly args: readonly number[];
    readonly type: ColumnType;
    readonly asynchronous: AsyncApply;
    /** Answers are kept as they are. */
    readonly isTrusted?: true;
    readonly site: SourceSite | null;
  }[];
}

export const applyAsync: OperatorDefinition = {
  name: "applyAsync",
  linear: false,
  create: (spec) => new ApplyAsync(spec),
};

/** The rows of one visit, with the answers of each function to those that were inserted. */
interface Part {
  readonly batch: Batch;
  readonly outcomes: readonly (CallOutcome | null)[][];
  /** Calls that have not answered yet. */
  left: number;
}

class ApplyAsync implements AsyncOperator {
  readonly isAsync = true;
  readonly #spec: OperatorSpec;
  readonly #calls: ApplyAsyncOptions["calls"];
  /** By function; null where nobody reads its answers. */
  readonly #callers: readonly (AsyncCalls | null)[];
  readonly #memo: RowMemo | null;
  readonly #reads: readonly number[];
  #open: Part[] = [];
  readonly #closed: { readonly time: number; readonly parts: readonly Part[] }[] = [];
  #answer: () => void = () => {};

  constructor(spec: OperatorSpec) {
    this.#spec = spec;
    this.#calls = (spec.options as ApplyAsyncOptions).calls;
    const [{ columns, appendOnly }] = spec.inputs;
    const needed = spec.needed.slice(columns.length);
    this.#callers = this.#calls.map(({ fn, asynchronous, site }, i) =>
      needed[i] ? new AsyncCalls(fn, asynchronous, site) : null,
    );
    this.#reads = [...new Set(this.#calls.flatMap(({ args }, i) => (needed[i] ? args : [])))];
    this.#memo = appendOnly
      ? null
      : new RowMemo(
          this.#calls.map(({ type }) => type),
          needed,
        );
  }

  get stateSize(): number {
    return this.#memo?.size ?? 0;
  }

  get earliest(): number | undefined {
    return this.#closed[0]?.time;
  }

  step([given]: readonly (Batch | null)[], _: StepContext): null {
    if (given === null) return null;
    const batch = ownBatch(given);
    const rows = insertedRows(batch);
    const part: Part = { batch, outcomes: this.#calls.map(() => rows.map(() => null)), left: 0 };
    this.#open.push(part);
    this.#callers.forEach((caller, number) => {
      if (caller === null) return;
      const { batchRowsMax } = this.#calls[number].asynchronous;
      if (batchRowsMax === null) this.#callEach(caller, number, part, rows);
      else this.#callTogether(caller, number, part, rows, batchRowsMax);
    });
    return null;
  }

  close(time: number): void {
    this.#closed.push({ time, parts: this.#open });
    this.#open = [];
  }

  answered(): AnsweredTime | undefined {
    const [first] = this.#closed;
    if (first === undefined || first.parts.some(({ left }) => left > 0)) return undefined;
    this.#closed.shift();
    const batches = first.parts.map((part) => this.#result(part)).filter((batch) => batch !== null);
    if (batches.length < 2) return { time: first.time, batch: batches[0]?.at(first.time) ?? null };
    const [{ uniqueKeys }] = this.#spec.inputs;
    const together = concatBatches(batches).at(first.time);
    return { time: first.time, batch: consolidate(together, uniqueKeys) };
  }

  listen(answer: () => void): void {
    this.#answer = answer;
  }

  save(writer: StateWriter): void {
    this.#memo?.save(writer);
  }

  load(reader: StateReader): void {
    this.#memo?.load(reader);
  }

  /** The arguments of a row; null where one has failed. */
  #valuesOf(number: number, { columns }: Batch, row: number): unknown[] | null {
    const inputs = this.#spec.inputs[0].columns;
    const values = this.#calls[number].args.map((position) =>
      readCell(columns[position], inputs[position].type, row),
    );
    return values.includes(ERROR_VALUE) ? null : values;
  }

  #callEach(caller: AsyncCalls, number: number, part: Part, rows: readonly number[]): void {
    rows.forEach((row, i) => {
      const values = this.#valuesOf(number, part.batch, row);
      if (values === null) return;
      const key = caller.remembers ? keyOfValues(values).join() : "";
      this.#take(caller.call(values, key), part, (outcome) => {
        part.outcomes[number][i] = outcome;
      });
    });
  }

  /** Rows in lists of at most so many, and an answer for each row of a list. */
  #callTogether(
    caller: AsyncCalls,
    number: number,
    part: Part,
    rows: readonly number[],
    rowsMax: number,
  ): void {
    const all = rows.map((row) => this.#valuesOf(number, part.batch, row));
    const valid = [...all.keys()].filter((i) => all[i] !== null);
    for (let from = 0; from < valid.length; from += rowsMax) {
      const places = valid.slice(from, from + rowsMax);
      const given = places.map((i) => all[i]);
      this.#take(caller.call([given], ""), part, (outcome) => {
        places.forEach((place, i) => {
          part.outcomes[number][place] = answerAt(outcome, i, places.length);
        });
      });
    }
  }

  #take(
    outcome: CallOutcome | Promise<CallOutcome>,
    part: Part,
    store: (outcome: CallOutcome) => void,
  ): void {
    if (!(outcome instanceof Promise)) {
      store(outcome);
      return;
    }
    part.left++;
    void outcome.then((settled) => {
      store(settled);
      if (--part.left === 0) this.#answer();
    });
  }

  #result({ batch, outcomes }: Part): Batch | null {
    const [{ uniqueKeys }] = this.#spec.inputs;
    const evaluate = (rows: Batch): Column[] =>
      outcomes.map((answers, number) =>
        this.#callers[number] ? this.#column(number, answers, rows) : ABSENT,
      );
    if (this.#memo !== null)
      return evaluateWithMemo(batch, this.#reads, this.#memo, evaluate, uniqueKeys, true);
    return consolidate(batch.withColumns([...batch.columns, ...evaluate(batch)]), uniqueKeys);
  }

  #column(number: number, answers: readonly (CallOutcome | null)[], rows: Batch): Column {
    const { type, args, site, isTrusted } = this.#calls[number];
    const builder = columnBuilder(type);
    const resultOf = (value: unknown): unknown => (isTrusted === true ? value : checkedResult(value, type));
    answers.forEach((answer, row) => {
      if (answer === null) {
        builder.setEmpty(row, ERROR);
        return;
      }
      const result = "failure" in answer ? new Failed(answer.failure) : resultOf(answer.value);
      if (!(result instanceof Failed)) {
        writeCell(builder, type, row, result);
        return;
      }
      builder.setEmpty(row, ERROR);
      this.#spec.onFailure({
        operator: "applyAsync",
        site: site ?? this.#spec.site,
        time: rows.time,
        row: failedRow(rows, this.#spec.inputs[0].columns, row, args),
        detail: result.detail,
        cause: "failure" in answer ? answer.cause : undefined,
      });
    });
    return builder.finish(answers.length);
  }
}

function insertedRows({ diffs, length }: Batch): number[] {
  const rows: number[] = [];
  for (let row = 0; row < length; row++) if (diffs === null || diffs[row] > 0) rows.push(row);
  return rows;
}

function answerAt(outcome: CallOutcome, place: number, rows: number): CallOutcome {
  if ("failure" in outcome) return outcome;
  const { value } = outcome;
  if (Array.isArray(value) && value.length === rows) return { value: value[place] };
  const given = Array.isArray(value) ? `${value.length} values` : "no array";
  return { failure: `the function returned ${given} for ${rows} rows`, cause: undefined };
}
